"""The grammar of time phrases: `2 business days`, `1 day before ${ x } at 09:00`, `PT4H`, `never`."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Literal, get_args

from engine.language.expressions import Expr, Template
from engine.language.synonyms import UNITS

Unit = Literal["seconds", "minutes", "hours", "days", "weeks", "months", "business days", "business hours"]

# More than a century is a slip of the pen, and business days are counted one by one.
MAX_AMOUNTS: dict[Unit, int] = {
    "seconds": 3_000_000_000, "minutes": 50_000_000, "hours": 876_000, "days": 36_500, "weeks": 5_200,
    "months": 1_200, "business days": 5_000, "business hours": 40_000,
}  # fmt: skip

_LONGER = {"year": "12 months", "quarter": "3 months", "fortnight": "2 weeks"}
_WHOLE_DAYS = frozenset({"days", "weeks", "months", "business days"})
_SPELLINGS: dict[str, Unit] = {spelling: unit for unit in get_args(Unit) for spelling in (unit, unit.removesuffix("s"))}
_SPELLINGS |= {word.replace("business", "working"): unit for word, unit in _SPELLINGS.items()}
_EXAMPLE = "write it like `2 business days`, `1 day before ${ inputs.start_date }`, `PT4H` or `never`"

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?(?!\S)")
_DURATION = re.compile(
    r"P(?=\S)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=\S)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?(?!\S)"
)
_DURATION_UNITS: tuple[tuple[Unit, int], ...] = (
    ("months", 12), ("months", 1), ("weeks", 1), ("days", 1), ("hours", 1), ("minutes", 1), ("seconds", 1),
)  # fmt: skip
_AMOUNT = re.compile(r"[0-9]+(?![.,][0-9])")
_UNIT = re.compile(r"(?:(?:business|working)\s+)?[a-z]+", re.IGNORECASE)
_TWO_WORDS = re.compile(r"[a-z]+\s+(?:day|hour)s?\b", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?!\S)")
_TOKEN = re.compile(r"\S+")
_SPACE = re.compile(r"\s*")


class PhraseProblem(Exception):  # noqa: N818 - a finding, not an error of ours
    """What is wrong with a time phrase; `offset` and `length` mark the place in its text.

    `meant` is what certainly belongs there.
    """

    def __init__(
        self,
        message: str,
        offset: int,
        length: int,
        help: str = "",  # noqa: A002 - a finding's word
        meant: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = length
        self.help = help
        self.meant = meant


@dataclass(frozen=True)
class Span:
    """A length of time; the amount may be an expression that gives a whole number."""

    amount: int | Expr
    unit: Unit


@dataclass(frozen=True)
class Phrase:
    """Spans added to an anchor (`before`: taken from it), on a whole day `at` a clock time.

    An `anchor` of None is the moment from which the phrase counts. Without spans the anchor itself is
    meant; as an expression it may give a time, a date, or the text of another phrase.
    """

    never: bool = False
    spans: tuple[Span, ...] = ()
    before: bool = False
    anchor: datetime | date | Expr | None = None
    at: time | None = None


class PhraseReader:
    """Reads one phrase from left to right. Every method raises PhraseProblem."""

    def __init__(self, template: Template) -> None:
        self.text = template.text
        self.expressions = {expr.start: expr for expr in template.expressions}
        self.position = _after_space(self.text, 0)

    def phrase(self) -> Phrase:
        if self.position == len(self.text):
            raise PhraseProblem("there is no time here", 0, max(len(self.text), 1), _EXAMPLE)
        phrase = Phrase(never=True) if self._word("never") else self._time()
        if self.position < len(self.text):
            raise self._unexpected()
        return phrase

    def _time(self) -> Phrase:
        anchor = self._anchor()
        if anchor is not None:
            return Phrase(anchor=anchor, at=self._at(()))
        spans = self._spans()
        before = self._word("before")
        anchor = self._required_anchor() if before or self._word("after") else None
        return Phrase(spans=spans, before=before, anchor=anchor, at=self._at(spans))

    def _required_anchor(self) -> datetime | date | Expr:
        anchor = self._anchor()
        if anchor is None:
            raise self._unexpected("a date or a time must follow", "as in `1 day before ${ inputs.start_date }`")
        return anchor

    def _anchor(self) -> datetime | date | Expr | None:
        """A time, if one stands here; an expression before a unit is an amount instead."""
        expr = self.expressions.get(self.position)
        if expr is not None:
            follows = _after_space(self.text, expr.end)
            if _UNIT.match(self.text, follows) and not re.match(r"at\b", self.text[follows:]):
                return None
            self.position = follows
            return expr
        found = self._take(_INSTANT)
        return None if found is None else _instant(found)

    def _spans(self) -> tuple[Span, ...]:
        duration = self._take(_DURATION)
        if duration is not None:
            return _iso_spans(duration)
        return (self._span(),)

    def _span(self) -> Span:
        start = self.position
        amount = self._amount()
        unit = self._unit()
        if isinstance(amount, int) and amount > MAX_AMOUNTS[unit]:
            raise PhraseProblem("this is more than a hundred years", start, self._end() - start)
        return Span(amount, unit)

    def _end(self) -> int:
        return len(self.text[: self.position].rstrip())

    def _amount(self) -> int | Expr:
        expr = self.expressions.get(self.position)
        if expr is not None:
            self.position = _after_space(self.text, expr.end)
            return expr
        found = self._take(_AMOUNT)
        if found is None:
            raise self._no_amount()
        return min(int(found[0][:20]), 10**12)

    def _no_amount(self) -> PhraseProblem:
        if re.match(r"\d+[.,]\d", self.text[self.position :]):
            return self._unexpected("the number must be whole", "use a smaller unit: `90 minutes`, not `1.5 hours`")
        if self.text[self.position] == "-":
            return self._unexpected("the number must not be negative", "write `2 days before ...`")
        return self._unexpected(way_out=_EXAMPLE)

    def _unit(self) -> Unit:
        found = _UNIT.match(self.text, self.position)
        if found is None:
            number = self.text[: self.position].split()[-1:] or ["2"]
            way_out = f"write `{number[0]} business days`, `{number[0]} days` or `{number[0]} hours`"
            raise self._unexpected("a unit must follow the number", way_out if number[0].isdigit() else _EXAMPLE)
        written = " ".join(found[0].lower().split())
        if written in ("at", "before", "after"):
            raise self._unexpected(f"a unit must stand before `{written}`", "as in `2 business days at 09:00`")
        if written not in _SPELLINGS:
            raise _unknown_unit(_TWO_WORDS.match(self.text, self.position) or found)
        self._take(_UNIT)
        return _SPELLINGS[written]

    def _at(self, spans: tuple[Span, ...]) -> time | None:
        start = self.position
        if not self._word("at"):
            return None
        if any(span.unit not in _WHOLE_DAYS for span in spans):
            raise PhraseProblem("`at` goes with days, weeks and months only", start, 2, "leave out the clock time")
        place = self.position
        clock = self._take(_CLOCK)
        if clock is None or int(clock[1]) > 23 or int(clock[2]) > 59:
            self.position = place
            raise self._unexpected("a clock time must follow", "write it like `at 09:00`")
        return time(int(clock[1]), int(clock[2]))

    def _word(self, word: str) -> bool:
        return self._take(re.compile(rf"{word}(?!\S)", re.IGNORECASE)) is not None

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.position)
        if found is not None:
            self.position = _after_space(self.text, found.end())
        return found

    def _unexpected(self, message: str = "", way_out: str = "") -> PhraseProblem:
        found = _TOKEN.match(self.text, self.position)
        if found is None:
            last = self.text.rstrip().split()[-1]
            return PhraseProblem(message or "something is missing", self._end() - len(last), len(last), way_out)
        message = message or f"`{found[0]}` is not expected in a time"
        return PhraseProblem(message, found.start(), len(found[0]), way_out)


def _unknown_unit(found: re.Match[str]) -> PhraseProblem:
    if synonym := UNITS.get(found[0].lower().replace(" ", "").replace("-", "")):
        message = f"`{found[0]}` is not a unit of time"
        return PhraseProblem(message, found.start(), len(found[0]), f"did you mean `{synonym}`?", synonym)
    if longer := _LONGER.get(found[0].lower().removesuffix("s")):
        message = f"`{found[0]}` is not a unit of time"
        return PhraseProblem(message, found.start(), len(found[0]), f"write `{longer}` for one of them")
    units = [unit for unit in get_args(Unit) if unit.startswith(found[0].lower())] if len(found[0]) == 1 else []
    near = units or get_close_matches(found[0].lower(), get_args(Unit), 1)
    way_out = f"did you mean `{near[0]}`?" if near else f"the units are {', '.join(get_args(Unit))}"
    return PhraseProblem(f"`{found[0]}` is not a unit of time", found.start(), len(found[0]), way_out)


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _instant(found: re.Match[str]) -> datetime | date:
    try:
        return date.fromisoformat(found[0]) if len(found[0]) == 10 else datetime.fromisoformat(found[0])
    except ValueError:
        raise PhraseProblem(f"`{found[0]}` is not in the calendar", found.start(), len(found[0])) from None


def _iso_spans(found: re.Match[str]) -> tuple[Span, ...]:
    spans = []
    for amount, (unit, factor) in zip(found.groups(), _DURATION_UNITS, strict=True):
        count = int((amount or "0")[:20]) * factor
        if count > MAX_AMOUNTS[unit]:
            raise PhraseProblem("this is more than a hundred years", found.start(), len(found[0]))
        if count:
            spans.append(Span(count, unit))
    return tuple(spans) or (Span(0, "seconds"),)
