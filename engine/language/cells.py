"""The cells of a decision table: what a condition asks of a value, and what a value is.

    1000      < 1000      1000..5000      >= 5      a, b      not a      - (or nothing): anything

The kind of the value that the column is about decides how a cell is read, so `01234` in a column
about text stays as it was written.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.language.money import SYMBOLS, Money, places
from engine.language.operations import compare, equal

KINDS = ("number", "money", "date", "boolean", "text")
MAX_CELL = 1_000  # characters
ANYTHING = ("", "-")
_PLAIN = r"-?\d+(?:\.\d+)?"
_NUMBER = re.compile(_PLAIN)
_MONEY = re.compile(rf"(?:(?P<code>[A-Z]{{3}})\s*|(?P<sign>[£€$¥]))?(?P<amount>{_PLAIN})(?:\s*(?P<behind>[A-Z]{{3}}))?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PARTS = re.compile(r'\s*("[^"]*"|[^,"]*)\s*(?:,|$)')
_ORDER = re.compile(r"(<=|>=|<|>)\s*(.*)", re.DOTALL)
_GROUPED = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?![\d,])")
_WORDS = {"yes": True, "true": True, "no": False, "false": False}
_NEEDS = {
    "number": "a number, such as `1000`",
    "money": "an amount with its currency, such as `GBP 1000`",
    "date": "a date, such as `2026-03-01`",
    "boolean": "`yes` or `no`",
    "text": "a text",
}


class CellProblem(Exception):  # noqa: N818 - a finding, not an error of ours
    """What is wrong with a cell; `offset` and `length` mark the place in its text."""

    def __init__(self, message: str, offset: int, length: int, help: str = "") -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = max(1, length)
        self.help = help


@dataclass(frozen=True)
class Span:
    """The values from `low` to `high`; None has no end, and `_in` says whether the end itself belongs to it."""

    low: Any = None
    high: Any = None
    low_in: bool = True
    high_in: bool = True

    def holds(self, value: Any) -> bool:
        if self.low is not None and self.low is self.high:
            return equal(self.low, value)
        above = self.low is None or compare(">=" if self.low_in else ">", value, self.low)
        return above and (self.high is None or compare("<=" if self.high_in else "<", value, self.high))

    @property
    def ends(self) -> tuple[Any, ...]:
        return tuple(end for end in (self.low, self.high) if end is not None)


@dataclass(frozen=True)
class Cell:
    """One of the spans, or none of them."""

    spans: tuple[Span, ...] = ()
    negated: bool = False

    def holds(self, value: Any) -> bool:
        return any(span.holds(value) for span in self.spans) is not self.negated

    @property
    def ends(self) -> tuple[Any, ...]:
        return tuple(end for span in self.spans for end in span.ends)


ANY = Cell(negated=True)


def is_anything(text: str) -> bool:
    return text.strip() in ANYTHING


def read_cell(text: str, kind: str) -> Cell:
    """A condition about a value of this kind. Raises CellProblem."""
    if is_anything(text):
        return ANY
    if len(text) > MAX_CELL:
        message = f"this cell is longer than {MAX_CELL} characters"
        raise CellProblem(message, 0, len(text), "write several rows in place of it")
    start = _after_space(text, 0)
    negated = re.match(r"not\s", text[start:]) is not None
    if negated:
        start = _after_space(text, start + 3)
    if kind in ("number", "money") and (found := _GROUPED.search(text)):
        plain = found[0].replace(",", "")
        way_out = f"write `{plain}`, or for a list `{found[0].replace(',', ', ')}`"
        raise CellProblem(f"`{found[0]}` may be one number or several", found.start(), len(found[0]), way_out)
    return Cell(tuple(_spans(text, start, kind)), negated)


def _spans(text: str, start: int, kind: str) -> list[Span]:
    found: list[Span] = []
    position = start
    while position < len(text) or not found:
        match = _PARTS.match(text, position)
        if match is None or match.end() == position:
            break
        found.append(_span(match[1].rstrip(), match.start(1), kind))
        position = match.end()
    if position < len(text):
        raise CellProblem("these quotes are not understood", position, 1, 'quote the whole text: `"a, b"`')
    return found


def _span(text: str, at: int, kind: str) -> Span:
    if not text:
        raise CellProblem("something is missing beside the comma", at, 1)
    if kind in ("text", "boolean"):
        return _same(read_value(text, kind, at))
    if order := _ORDER.fullmatch(text):
        return _ordered(order[1], read_value(order[2], kind, at + order.start(2)))
    low, dots, high = text.partition("..")
    if not dots:
        return _same(read_value(text, kind, at))
    return _range(low.rstrip(), high.strip(), at, kind)


def _same(value: Any) -> Span:
    return Span(value, value)


def _ordered(order: str, end: Any) -> Span:
    inside = order.endswith("=")
    return Span(high=end, high_in=inside) if order[0] == "<" else Span(low=end, low_in=inside)


def _range(low: str, high: str, at: int, kind: str) -> Span:
    first = read_value(low, kind, at) if low else None
    if isinstance(first, Money) and _NUMBER.fullmatch(high):
        high = f"{first.currency} {high}"
    last = read_value(high, kind, at) if high else None
    if first is not None and last is not None and compare(">", first, last):
        raise CellProblem("this range ends before it begins", at, len(low) + 2 + len(high), f"write `{high}..{low}`")
    return Span(first, last)


def read_value(text: str, kind: str, at: int = 0) -> Any:
    """The value that a text is, of this kind. Raises CellProblem; `at` is added to its place."""
    word = text.strip()
    value = _READ[kind](word)
    if value is None:
        raise CellProblem(f"`{word}` is not {_NEEDS[kind].split(',')[0]}", at, len(word), f"write {_NEEDS[kind]}")
    return value


def _number(word: str) -> Any:
    if not _NUMBER.fullmatch(word) or len(word) > 30:
        return None
    return Decimal(word) if "." in word else int(word)


def _money(word: str) -> Any:
    found = _MONEY.fullmatch(word)
    if found is None or len(word) > 30:
        return None
    signs = {sign: code for code, sign in SYMBOLS.items()}
    currency = found["code"] or found["behind"] or signs.get(found["sign"] or "")
    amount = Decimal(found["amount"])
    if not currency or (found["code"] and found["behind"]) or amount != round(amount, places(currency)):
        return None
    return Money(amount, currency)


def _date(word: str) -> Any:
    try:
        return date.fromisoformat(word) if _DATE.fullmatch(word) else None
    except ValueError:
        return None


def _boolean(word: str) -> Any:
    return _WORDS.get(word.lower())


def _text(word: str) -> Any:
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] == '"' else word or None


_READ = {"number": _number, "money": _money, "date": _date, "boolean": _boolean, "text": _text}


def kind_of_cells(texts: tuple[str, ...]) -> str:
    """What a column is about, by the look of its cells: the first kind that reads them all."""
    asked = [text for text in texts if not is_anything(text)]
    return next(kind for kind in KINDS if kind == "text" or (asked and all(_reads(text, kind) for text in asked)))


def _reads(text: str, kind: str) -> bool:
    try:
        read_cell(text, kind)
    except CellProblem:
        return False
    return True


def kind_of_values(texts: tuple[str, ...]) -> str:
    """What the values of a column are, by their look; `01234` is a text."""
    given = [text.strip() for text in texts if text.strip()]
    return next(kind for kind in KINDS if kind == "text" or (given and all(_is_value(text, kind) for text in given)))


def _is_value(text: str, kind: str) -> bool:
    plain = kind != "number" or re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text)
    return bool(plain) and _READ[kind](text) is not None


def _after_space(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())
