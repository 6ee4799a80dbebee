"""When a time phrase is. A date without a clock time means opening time on that day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.language.calendar import WorkCalendar
from engine.language.expressions import Expr, Template, parse_template
from engine.language.phrases import Phrase, PhraseProblem, PhraseReader, Span, Unit

__all__ = ["Phrase", "PhraseProblem", "Span", "parse_phrase", "resolve", "resolve_text"]

_LENGTHS: dict[Unit, timedelta] = {
    "seconds": timedelta(seconds=1), "minutes": timedelta(minutes=1), "hours": timedelta(hours=1),
    "days": timedelta(days=1), "weeks": timedelta(weeks=1),
}  # fmt: skip


def parse_phrase(text: str) -> Phrase:
    """The phrase as written, with its `${ }` not evaluated.

    Raises PhraseProblem, or ExpressionProblem for what is inside `${ }`.
    """
    return PhraseReader(parse_template(text)).phrase()


def resolve(
    phrase: Phrase, since: datetime, calendar: WorkCalendar, anchor: datetime | date | None = None
) -> datetime | None:
    """The absolute time in UTC; None for `never`. `anchor` is the value of an anchor that is an expression.

    Raises ValueError when the calendar never opens, or the time lies outside of all calendars.
    """
    if phrase.never:
        return None
    try:
        start = _start(phrase, since, calendar, anchor)
        for span in phrase.spans:
            start = _move(start, span, phrase, calendar)
        return start if phrase.at is None else calendar.at(calendar.local(start).date(), phrase.at)
    except OverflowError:
        raise ValueError("the time lies too far away") from None


def resolve_text(text: str, render: Callable[[str], Any], since: datetime, calendar: WorkCalendar) -> datetime | None:
    """The absolute time in UTC of a phrase as written; None for `never`.

    `render` gives the value of each `${ }` in it (called with the braces). Raises PhraseProblem where
    the values make no phrase, ExpressionProblem for what cannot be parsed, and whatever `render` raises.
    """
    template = parse_template(text)
    if template.expressions:
        filled = "".join(_filled(piece, template.text, render) for piece in template.pieces)
        # What a value holds is never an expression, whatever it looks like: it may come from outside.
        template = Template(filled, (filled,), None)
    try:
        return resolve(PhraseReader(template).phrase(), since, calendar)
    except PhraseProblem as problem:
        if template.text == text:
            raise
        raise PhraseProblem(problem.message, 0, len(text), problem.help) from None
    except ValueError as error:
        raise PhraseProblem(str(error), 0, len(text)) from None


def _filled(piece: str | Expr, text: str, render: Callable[[str], Any]) -> str:
    if isinstance(piece, str):
        return piece
    value = render(text[piece.start : piece.end])
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | Decimal | str) and not isinstance(value, bool):
        return str(value)
    raise PhraseProblem(
        f"`{piece.text}` gives no time", piece.start, piece.end - piece.start, "it must give a date, a time or a number"
    )


def _start(phrase: Phrase, since: datetime, calendar: WorkCalendar, anchor: datetime | date | None) -> datetime:
    given = anchor if isinstance(phrase.anchor, Expr) else phrase.anchor
    if given is None and isinstance(phrase.anchor, Expr):
        raise ValueError(f"`{phrase.anchor.text}` has no value yet")
    if given is None:
        return since.astimezone(UTC)
    if not isinstance(given, datetime):
        return calendar.opening(given)
    return (given if given.tzinfo else given.replace(tzinfo=calendar.zone)).astimezone(UTC)


def _move(start: datetime, span: Span, phrase: Phrase, calendar: WorkCalendar) -> datetime:
    if isinstance(span.amount, Expr):
        raise ValueError(f"`{span.amount.text}` has no value yet")  # noqa: TRY004 - the value is wrong, not the type
    amount = -span.amount if phrase.before else span.amount
    if span.unit == "business days":
        return _business_days(start, amount, phrase, calendar)
    if span.unit == "business hours":
        return calendar.add_business_hours(start, amount)
    if span.unit in ("seconds", "minutes", "hours"):
        return start + _LENGTHS[span.unit] * amount
    return _on_the_wall(start, span.unit, amount, calendar) if amount else start


def _business_days(start: datetime, amount: int, phrase: Phrase, calendar: WorkCalendar) -> datetime:
    if phrase.at is None:
        return calendar.add_business_days(start, amount)
    # A stated clock time holds on the n-th working day, also when counting began after hours.
    return calendar.opening(calendar.working_day(calendar.local(start).date(), amount))


def _on_the_wall(start: datetime, unit: Unit, amount: int, calendar: WorkCalendar) -> datetime:
    """Days, weeks and months keep the clock on the wall: 09:00 stays 09:00 when summer time begins."""
    local = calendar.local(start)
    day = _add_months(local.date(), amount) if unit == "months" else local.date() + _LENGTHS[unit] * amount
    return calendar.at(day, local.time())


def _add_months(day: date, months: int) -> date:
    """The same day of the month, or its last: 31 January and one month is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year < 9999:
        raise OverflowError
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
