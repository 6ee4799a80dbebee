"""Where a cursor stands in a text that may be half-written: below which keys, and what is typed so far."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.editor.flow import inside
from engine.editor.rows import Row, beside, row_of, rows


@dataclass(frozen=True)
class Level:
    """One key, or 0 for an item of a list, on the way down to the cursor; `beside`: the keys of its table."""

    part: str | int
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Spot:
    """`levels` lead from the outside in. `typed` stands before the cursor, from `start` on, and `end` is where its
    word ends; columns count from 0. An item may become a value or the first key of a table."""

    kind: Literal["key", "value", "item", "none"]
    levels: tuple[Level, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    typed: str = ""
    start: int = 0
    end: int = 0

    @property
    def path(self) -> tuple[str | int, ...]:
        return tuple(level.part for level in self.levels)


NOWHERE = Spot("none")


def spot(text: str, line: int, column: int) -> Spot:
    """The spot of a place; line and column count from 0."""
    lines = text.split("\n")
    if not 0 <= line < len(lines):
        return NOWHERE
    written = lines[line]
    column = min(column, len(written))
    if re.search(r"(^|\s)#", written[:column]) and "${" not in written[:column]:
        return NOWHERE
    known = rows(lines)
    here = row_of(written)
    if here is None or (known[line] is None and written.strip()):
        return _continued(known, line, written, column) if written.strip() else _blank(known, line, column)
    found = _on_row(known, line, here, written, column)
    return found if not found.typed.startswith(("{", "[")) else _in_flow(found, written, column)


def _blank(known: Sequence[Row | None], line: int, column: int) -> Spot:
    levels = _levels(known, line, column)
    return Spot("key", levels, beside(known, line, column), "", column, column)


def _continued(known: Sequence[Row | None], line: int, written: str, column: int) -> Spot:
    """In a longer text, which began some lines above."""
    above = next((n for n in range(line, -1, -1) if known[n] is not None), None)
    row = known[above] if above is not None else None
    if above is None or row is None or row.key is None:
        return NOWHERE
    levels = (*_levels(known, above, row.column), Level(row.key, beside(known, above, row.column)))
    start = min(column, len(written) - len(written.lstrip()))
    return Spot("value", levels, {}, written[start:column], start, column)


def _on_row(known: Sequence[Row | None], line: int, here: Row, written: str, column: int) -> Spot:
    levels = _levels(known, line, here.column)
    keys = beside(known, line, here.column)
    if here.key is not None and column >= written.index(":", here.column + len(here.key)) + 1:
        start = min(here.value_at, column)
        levels = (*levels, Level(here.key, keys))
        return Spot("value", levels, {}, written[start:column], start, max(column, here.value_at + len(here.value)))
    start = min(here.column, column)
    others = {key: value for key, value in keys.items() if key != here.key}
    end = here.column + len(here.key) if here.key is not None else _word_end(written, column)
    kind: Literal["key", "item"] = "item" if here.dash is not None and here.key is None else "key"
    return Spot(kind, levels, others, written[start:column], start, max(column, end))


def _word_end(written: str, column: int) -> int:
    match = re.compile(r"[\w-]*").match(written, column)
    return match.end() if match else column


def _in_flow(found: Spot, written: str, column: int) -> Spot:
    """Inside `{ }` or `[ ]` on one line."""
    flow = inside(found.typed, written[column:])
    levels = [*found.levels, *(Level(part, keys) for part, keys in flow.levels)]
    start = column - len(flow.typed)
    end = _word_end(written, column)
    return replace(
        found, kind=flow.kind, levels=tuple(levels), beside=flow.beside, typed=flow.typed, start=start, end=end
    )


def _levels(known: Sequence[Row | None], line: int, column: int) -> tuple[Level, ...]:
    """The way down to the table whose keys stand in this column."""
    found: list[Level] = []
    while line >= 0:
        row = known[line] if line < len(known) else None
        if row is not None and row.column == column and row.dash is not None:
            found.append(Level(0, beside(known, line, column)))
            line, column = line - 1, row.dash + 1  # a list may begin in the column of its key
        elif row is not None and row.key is not None and row.column < column:
            found.append(Level(row.key, beside(known, line, row.column)))
            column = row.column
            if row.dash is None:
                line -= 1
        else:
            line -= 1
    return tuple(reversed(found))
