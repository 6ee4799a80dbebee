"""Which values a list of conditions covers: gaps between them, and conditions that meet.

Each column has a few samples, one for every stretch of values that all its conditions treat alike; what
holds for the samples holds for everything. A condition is the set of samples it takes, as bits of a number.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, pairwise
from operator import xor
from typing import Any

from engine.language.cells import Cell, Span
from engine.language.money import Money, places

OTHER = "\0"  # any word that no condition names
MAX_STEPS = 200_000  # of one search; what takes longer has no verdict
Combination = tuple[int | None, ...]


@dataclass(frozen=True)
class Column:
    """What is asked about: its samples, and for each row the samples that it takes.

    Sets of samples and of rows are numbers whose bits say what is in them; `rows` has for each sample the
    rows that take it.
    """

    samples: tuple[Any, ...]
    taken: tuple[int, ...]

    @property
    def whole(self) -> int:
        return (1 << len(self.samples)) - 1

    @cached_property
    def rows(self) -> tuple[int, ...]:
        starts = [0] * (len(self.samples) + 1)
        for row, taken in enumerate(self.taken):
            for at in _bits(taken ^ (taken << 1)):  # where the row begins or ends to take samples
                starts[at] ^= 1 << row
        return tuple(accumulate(starts[:-1], xor))


def _bits(number: int) -> Iterator[int]:
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


class TooManyError(Exception):
    """The search was given up."""


def column(kind: str, words: Sequence[Any], rows: Sequence[Sequence[Cell]]) -> Column | None:
    """A column of values of this kind; each row has cells that must all hold. `words`: all that it can be.

    None where nothing can be said, as with two currencies.
    """
    ends = [end for cells in rows for cell in cells for end in cell.ends]
    samples = _SAMPLES[kind](ends, words)
    if samples is None:
        return None
    whole, places = (1 << len(samples)) - 1, {sample: n for n, sample in enumerate(samples)}
    return Column(tuple(samples), tuple(_taken(cells, places, whole) for cells in rows))


def _taken(cells: Sequence[Cell], places: Mapping[Any, int], whole: int) -> int:
    """The samples for which all cells of a row hold; every end of a span is a sample."""
    taken = whole
    for cell in cells:
        inside = 0
        for span in cell.spans:
            inside |= _span(span, places, whole)
        taken &= whole & ~inside if cell.negated else inside
    return taken


def _span(span: Span, places: Mapping[Any, int], whole: int) -> int:
    if span.low is not None and span.low is span.high:
        return 1 << places[span.low] if span.low in places else 0
    first = 0 if span.low is None else places[span.low] + (not span.low_in)
    last = len(places) if span.high is None else places[span.high] + span.high_in
    return (whole >> first << first) & ((1 << last) - 1)


def _words(ends: list[Any], words: Sequence[Any]) -> list[Any]:
    return list(dict.fromkeys(words)) if words else [*dict.fromkeys(ends), OTHER]


def _booleans(ends: list[Any], words: Sequence[Any]) -> list[Any]:
    return [True, False]


def _numbers(ends: list[Any], words: Sequence[Any]) -> list[Any]:
    return _between(sorted(set(ends)), Decimal(0), lambda a, b: _middle(a, b, Decimal(0)))


def _moneys(ends: list[Money], words: Sequence[Any]) -> list[Any] | None:
    currencies = {end.currency for end in ends}
    if len(currencies) > 1:
        return None
    currency = next(iter(currencies), "GBP")
    step = Decimal(1).scaleb(-places(currency))
    amounts = _between(sorted({end.amount for end in ends}), Decimal(0), lambda a, b: _middle(a, b, step))
    return [Money(Decimal(amount), currency) for amount in amounts]


def _dates(ends: list[date], words: Sequence[Any]) -> list[Any]:
    days = sorted(set(ends))
    if not days:
        return [date(2026, 1, 1)]
    day = timedelta(days=1)
    inner = [d for a, b in pairwise(days) for d in (a, a + day) if d < b]
    return [days[0] - day, *inner, days[-1], days[-1] + day]


def _between(ends: list[Any], least: Decimal, middle: Callable[[Any, Any], Any]) -> list[Any]:
    """Every end, and something between two of them; nobody means amounts below nothing unless a row names one."""
    if not ends:
        return [1]
    below = [0] if ends[0] > least else [ends[0] - 1] if ends[0] < least else []
    found = list(below)
    for first, second in pairwise(ends):
        found.append(first)
        inner = middle(first, second)
        found += [] if inner is None else [inner]
    return [*found, ends[-1], ends[-1] + 1]


def _middle(first: Any, second: Any, step: Decimal) -> Any:
    """A value between the two, a plain one if there is one; None where they are `step` apart."""
    if step and second - first <= step:
        return None
    if second - first > 1:
        return int(first) + 1 if first == int(first) else first + 1
    return first + step if step else Decimal(first + second) / 2


_SAMPLES: dict[str, Callable[[list[Any], Sequence[Any]], list[Any] | None]] = {
    "number": _numbers, "money": _moneys, "date": _dates, "boolean": _booleans, "text": _words,
}  # fmt: skip


def uncovered(columns: Sequence[Column], rows: Iterable[int], within: int | None = None) -> Combination | None:
    """A combination that none of the rows takes: for each column the number of a sample, None where any will do.

    `within` is a row: only what it takes is looked at. None: everything is. Raises TooManyError.
    """
    return _Search(columns, within).uncovered(0, sum(1 << row for row in rows))


class _Search:
    def __init__(self, columns: Sequence[Column], within: int | None) -> None:
        self.columns = columns
        self.areas = [c.whole if within is None else c.taken[within] for c in columns]
        self.enough = self._enough()
        self.steps = 0

    def _enough(self) -> list[int]:
        """For each column the rows that take everything in it, and in the columns after it."""
        enough, rows = [], -1
        for column, area in reversed(list(zip(self.columns, self.areas, strict=True))):
            rows &= sum(1 << n for n, taken in enumerate(column.taken) if not area & ~taken)
            enough.append(rows)
        return [*reversed(enough), -1]

    def uncovered(self, at: int, rows: int) -> Combination | None:
        if not rows:
            return tuple(self._first(n) for n in range(at, len(self.columns)))
        if rows & self.enough[at]:
            return None
        for n, remaining in self._ways(at, rows):
            inner = self.uncovered(at + 1, remaining)
            if inner is not None:
                return (n, *inner)
        return None

    def _ways(self, at: int, rows: int) -> list[tuple[int, int]]:
        """The samples to try, with the rows that take them; those that all rows treat alike are tried once."""
        column, found = self.columns[at], dict[int, int]()
        for sample in _bits(self.areas[at]):
            self.steps += 1
            found.setdefault(rows & column.rows[sample], sample)
        if self.steps > MAX_STEPS:
            raise TooManyError
        return [(sample, remaining) for remaining, sample in found.items()]

    def _first(self, n: int) -> int | None:
        """The first sample in the area; none is named where the whole column will do."""
        if self.areas[n] == self.columns[n].whole:
            return None
        return next(_bits(self.areas[n]))


class Meetings:
    """Which rows meet. Raises TooManyError when that takes too long to say."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.steps = 0

    def before(self, row: int) -> Iterator[int]:
        """The earlier rows that take something that this row takes too."""
        met = (1 << row) - 1
        for column in self.columns:
            beside = 0
            for sample in _bits(column.taken[row]):
                self.steps += 1
                beside |= column.rows[sample]
            met &= beside
        if self.steps > MAX_STEPS:
            raise TooManyError
        return _bits(met)

    def both(self, first: int, second: int) -> Combination:
        """What two rows that meet both take; None where neither says anything."""
        return tuple(self._common(column, first, second) for column in self.columns)

    def _common(self, column: Column, first: int, second: int) -> int | None:
        one, other = column.taken[first], column.taken[second]
        return None if one == other == column.whole else next(_bits(one & other))
