"""What the filters do. Each takes the clock, then its values, already checked for their kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from engine.language.calendar import WorkCalendar
from engine.language.locales import written_date, written_number
from engine.language.money import Money, rounded
from engine.language.operations import (
    MAX_TEXT,
    EvaluationError,
    Missing,
    calculate,
    compare,
    equal,
    kind,
    phrase,
    plain,
    truth,
    wrong,
)
from engine.language.values import display, display_date, display_datetime


@dataclass(frozen=True)
class Clock:
    """What filters know about time: the moment, and the calendar whose zone and working days count."""

    now: Callable[[], datetime]
    calendar: WorkCalendar


def default(_: Clock, value: Any, fallback: Any) -> Any:
    """The value, or the fallback where there is none."""
    return fallback if value is None else value


def lower(_: Clock, text: str) -> str:
    """The text in small letters."""
    return text.lower()


def upper(_: Clock, text: str) -> str:
    """The text in capital letters."""
    return text.upper()


def trim(_: Clock, text: str) -> str:
    """The text without spaces around it."""
    return text.strip()


def length(_: Clock, value: Any) -> int:
    """How many characters, entries or fields."""
    return len(value)


def join(clock: Clock, items: list[Any], separator: str = ", ") -> str:
    """One text of a list; `, ` between the entries if not said."""
    texts = [display(item, clock.calendar.zone) for item in items]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_TEXT:
        raise EvaluationError("limit", f"the joined text is longer than {MAX_TEXT:,} characters")
    return separator.join(texts)


def first(_: Clock, items: list[Any]) -> Any:
    """The first entry of a list."""
    return _entry("first", items, 0)


def last(_: Clock, items: list[Any]) -> Any:
    """The last entry of a list."""
    return _entry("last", items, -1)


def _entry(name: str, items: list[Any], index: int) -> Any:
    if not items:
        raise Missing(f"`{name}` of an empty list: there is no entry")
    return plain(items[index])


def total(_: Clock, items: list[Any]) -> Any:
    """The sum of a list of numbers or of money; 0 of an empty one."""
    if not items:
        return 0
    result = plain(items[0])
    if kind(result) not in ("number", "money"):
        raise wrong(f"`sum` adds numbers or money, not {phrase(kind(result))}")
    for item in items[1:]:
        result = calculate("+", result, plain(item))
    return result


def smallest(_: Clock, items: list[Any]) -> Any:
    """The smallest entry of a list."""
    return _extreme("min", "<", items)


def largest(_: Clock, items: list[Any]) -> Any:
    """The largest entry of a list."""
    return _extreme("max", ">", items)


def _extreme(name: str, op: str, items: list[Any]) -> Any:
    best = _entry(name, items, 0)
    for item in items[1:]:
        if compare(op, plain(item), best):
            best = plain(item)
    return best


def round_half_up(_: Clock, value: Any, places: Any = 0) -> Any:
    """The number with so many decimal places, 0 if not said; money in whole pennies."""
    if isinstance(value, Money):
        return Money(rounded(value.amount, value.currency), value.currency)
    if places != int(places) or not 0 <= places <= 10:
        raise EvaluationError("bad_value", "`round` takes 0 to 10 decimal places")
    result = Decimal(value).quantize(Decimal(1).scaleb(-int(places)), rounding=ROUND_HALF_UP)
    return int(result) if places == 0 else result


def pluck(_: Clock, items: list[Any], attribute: str) -> list[Any]:
    """One field of every entry of a list."""
    return [_field(item, attribute) for item in items]


def select(_: Clock, items: list[Any], attribute: str, value: Any = True) -> list[Any]:
    """The entries of a list whose field is true, or equals the value."""
    if value is True:
        return [item for item in items if truth(_field(item, attribute), "`select`")]
    return [item for item in items if equal(_field(item, attribute), value)]


def _field(item: Any, dotted: str) -> Any:
    """The field of an entry; `review.outcome` is a field inside another."""
    for name in dotted.split("."):
        if not isinstance(item, Mapping):
            raise wrong(f"the entries have no fields; `{dotted}` cannot be read")
        if item.get(name) is None:
            raise Missing(f"an entry of the list has no `{dotted}`")
        item = plain(item[name])
    return item


def to_date(clock: Clock, value: Any) -> date:
    """The day: of a time in the calendar's zone, or of a text such as `2026-03-01`."""
    if isinstance(value, datetime):
        return clock.calendar.local(value).date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise EvaluationError("bad_value", f"`date` cannot read `{value[:40]}`; it reads 2026-03-01") from None


def to_datetime(clock: Clock, value: Any) -> datetime:
    """The time of a text such as `2026-03-01 09:00`, in the calendar's zone."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value.strip())
        return (at if at.tzinfo else at.replace(tzinfo=clock.calendar.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise EvaluationError("bad_value", f"`datetime` cannot read `{value}`; it reads 2026-03-01 09:00") from None


def to_money(_: Clock, value: Any, currency: str) -> Money:
    """So much money: `12000 | money("GBP")`."""
    if len(currency) != 3 or not currency.isalpha() or not currency.isascii():
        raise EvaluationError("bad_value", f"`money` needs the three letters of a currency, not `{currency[:40]}`")
    return Money(Decimal(value), currency.upper())


def days_between(clock: Clock, start: Any, end: Any) -> int:
    """Days from the first to the second."""
    return (to_date(clock, end) - to_date(clock, start)).days


def business_days_between(clock: Clock, start: Any, end: Any) -> int:
    """Working days from the first to the second."""
    try:
        return clock.calendar.business_days_between(to_date(clock, start), to_date(clock, end))
    except ValueError as error:
        raise EvaluationError("limit", f"`business_days_between`: {error}") from None


def format_date(clock: Clock, value: Any, style: str = "long") -> str:
    """The day as text: `long`, `weekday`, `short` or `iso`."""
    day = to_date(clock, value)
    return {
        "long": display_date(day),
        "weekday": written_date(day, "weekday") or f"{day:%A}, {display_date(day)}",
        "short": written_date(day, "short") or f"{day.day} {day:%b} {day.year}",
        "iso": day.isoformat(),
    }[style]


def format_datetime(clock: Clock, value: datetime, style: str = "long") -> str:
    """Day and time as text, in the calendar's zone: `long`, `weekday`, `short` or `iso`."""
    local = clock.calendar.local(value)
    if style == "long":
        return display_datetime(value, clock.calendar.zone)
    return f"{format_date(clock, value, style)}{' ' if style == 'iso' else ', '}{local:%H:%M}"


def format_time(clock: Clock, value: datetime) -> str:
    """The time of day as text, in the calendar's zone."""
    return f"{clock.calendar.local(value):%H:%M}"


def format_number(clock: Clock, value: Any, places: Any = None) -> str:
    """The number as text with commas, with so many decimal places."""
    if places is None:
        return written_number(Decimal(value))
    return written_number(Decimal(round_half_up(clock, value, places)), int(places))


def format_money(_: Clock, value: Money) -> str:
    """The money as text: `£12,000.00`."""
    return str(value)


def now(clock: Clock) -> datetime:
    """The time at which the step runs."""
    return clock.now()
