"""The lines of a definition as an editor must take them: half-written, and still with keys, lists and values.

The real reader wants a whole file. Here the indentation alone says what belongs to what, so that
something can be proposed while a line is being typed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_ROW = re.compile(
    r"(?P<indent> *)(?P<dashes>(?:-(?: +|$))*)"
    r"(?:(?P<key>\"[^\"]*\"|'[^']*'|[^\s#:'\"\[\]{},][^:#]*?) *:(?=\s|$) *)?(?P<value>.*)"
)
_BLOCK = re.compile(r"[|>][-+0-9]*\s*(#.*)?")


@dataclass(frozen=True)
class Row:
    """One line. Columns count from 0; `column` is where the key (or whatever stands there) begins."""

    column: int
    dash: int | None = None  # where the `-` of the item stands that begins here
    key: str | None = None
    value: str = ""
    value_at: int = 0


def rows(lines: Sequence[str]) -> list[Row | None]:
    """A row for each line; None for blank lines, comments and the lines of longer texts."""
    found: list[Row | None] = []
    text_above: int | None = None  # the column of the key whose text goes on
    for line in lines:
        if text_above is not None and (not line.strip() or _indent(line) > text_above):
            found.append(None)
            continue
        row = row_of(line)
        found.append(row)
        is_text = row is not None and row.key is not None and _BLOCK.fullmatch(row.value)
        text_above = min(row.column, _indent(line)) if row and is_text else None
    return found


def row_of(line: str) -> Row | None:
    """One line by itself; None for a blank line and a comment."""
    match = _ROW.match(line)
    if match is None or not line.strip() or line.lstrip().startswith("#"):
        return None
    dashes = match.end("dashes") > match.start("dashes")
    dash = line.rindex("-", 0, match.end("dashes")) if dashes else None
    key = match["key"]
    value = re.sub(r"(^|\s)#.*", "", match["value"]).rstrip()
    column = match.start("key") if key is not None else max(match.end("dashes"), match.start("value"))
    return Row(column, dash, key.strip("'\"") if key is not None else None, value, match.start("value"))


def beside(rows: Sequence[Row | None], at: int, column: int) -> dict[str, str]:
    """The keys of the table around a line whose keys stand in a column: key -> value on its line."""
    around = [*_above(rows, at, column), *_below(rows, at, column)]
    return {row.key: row.value for row in reversed(around) if row.key is not None}


def _above(rows: Sequence[Row | None], at: int, column: int) -> Iterator[Row]:
    """The rows of the table from a line upwards, to its first."""
    for row in (rows[n] for n in range(min(at, len(rows) - 1), -1, -1)):
        if row is None or row.column > column:
            continue
        if row.column < column:
            return
        yield row
        if row.dash is not None:
            return


def _below(rows: Sequence[Row | None], at: int, column: int) -> Iterator[Row]:
    for row in (row for row in rows[at + 1 :] if row is not None):
        if row.column < column or (row.dash is not None and row.dash < column):
            return
        if row.column == column:
            yield row


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
