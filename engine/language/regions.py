"""Which values a list of conditions covers: gaps between them, and conditions that meet.

Each column has a few samples, one for every stretch of values that all its conditions treat alike; what
holds for the samples holds for everything. A condition is the set of samples it takes, as bits of a number.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from engine.language.cells import Cell
from engine.language.money import Money, places

OTHER = "\0"  # any word that no condition names
MAX_STEPS = 20_000  # of one search; what takes longer has no verdict


@dataclass(frozen=True)
class Column:
    """What is asked about: its samples, and for each row the samples that it takes."""

    samples: tuple[Any, ...]
    taken: tuple[int, ...]

    @property
    def whole(self) -> int:
        return (1 << len(self.samples)) - 1


Combination = tuple[int | None, ...]


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
    taken = tuple(_bits(all(cell.holds(value) for cell in cells) for value in samples) for cells in rows)
    return Column(tuple(samples), taken)


def _bits(given: Iterable[bool]) -> int:
    return sum(1 << n for n, one in enumerate(given) if one)


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


def uncovered(columns: Sequence[Column], rows: Sequence[int], within: int | None = None) -> Combination | None:
    """A combination that none of the rows takes: for each column the number of a sample, None where any will do.

    `within` is a row: only what it takes is looked at. None: everything is taken. Raises TooManyError.
    """
    return _Search(columns, within).uncovered(0, tuple(rows))


class _Search:
    def __init__(self, columns: Sequence[Column], within: int | None) -> None:
        self.columns = columns
        self.areas = [c.whole if within is None else c.taken[within] for c in columns]
        self.steps = 0

    def uncovered(self, at: int, rows: tuple[int, ...]) -> Combination | None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooManyError
        rest = range(at, len(self.columns))
        if not rows:
            return tuple(self._first(n) for n in rest)
        if any(all(self._takes_all(row, n) for n in rest) for row in rows):
            return None
        for n in self._samples(at):
            inner = self.uncovered(at + 1, tuple(r for r in rows if self.columns[at].taken[r] >> n & 1))
            if inner is not None:
                return (n, *inner)
        return None

    def _takes_all(self, row: int, n: int) -> bool:
        return not self.areas[n] & ~self.columns[n].taken[row]

    def _first(self, n: int) -> int | None:
        """The first sample in the area; none is named where the whole column will do."""
        if self.areas[n] == self.columns[n].whole:
            return None
        return (self.areas[n] & -self.areas[n]).bit_length() - 1

    def _samples(self, n: int) -> list[int]:
        """The samples to try; those that every row treats alike are tried once."""
        column, seen, found = self.columns[n], set(), []
        for sample in range(len(column.samples)):
            if self.areas[n] >> sample & 1:
                alike = tuple(taken >> sample & 1 for taken in column.taken)
                if alike not in seen:
                    seen.add(alike)
                    found.append(sample)
        return found


def meet(columns: Sequence[Column], first: int, second: int) -> tuple[int, ...] | None:
    """A combination that both rows take: for each column the number of a sample; None where there is none."""
    both = [column.taken[first] & column.taken[second] for column in columns]
    return tuple((taken & -taken).bit_length() - 1 for taken in both) if all(both) else None
