"""CSV text to a tree with places, as YAML gives one: decision tables come out of a spreadsheet.

The first line names the columns. `set NAME` (or `set NAME (number)`) is a column of results,
`note` is for people, every other column is a condition.
"""

import re
from dataclasses import dataclass, field

from engine.language.nodes import Entry, Listing, Node, Place, Scalar, Source, Table

MAX_ROWS = 2_000
MAX_COLUMNS = 50
CELL = "cell"  # the style of a scalar that stands in a table
_SET = re.compile(r"set\s+(?P<name>.*?)\s*(?:\((?P<type>[^()]*)\))?\s*", re.DOTALL | re.IGNORECASE)


@dataclass
class _Row:
    place: Place
    cells: list[Scalar] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not any(cell.text.strip() for cell in self.cells)


def read_table(source: Source) -> None:
    """Fill in the tree of a source whose text is CSV. Every finding goes to the source."""
    rows = [row for row in _Cells(source).rows() if not row.empty]
    if not rows:
        return
    if len(rows) - 1 > MAX_ROWS or len(rows[0].cells) > MAX_COLUMNS:
        most = f"at most {MAX_ROWS:,} rows and {MAX_COLUMNS} columns"
        source.report("E019", f"this table is too large: {most}", rows[0].place)
        return
    source.root = _Tree(source, rows[0]).of(rows[1:])


class _Cells:
    """Splits the text at separators and line ends that are not in quotes."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        first = self.text.split("\n", 1)[0]
        # A spreadsheet writes what its country uses; the one the first line has most of.
        self.separator = max(",;\t", key=lambda mark: _outside(first).count(mark))

    def rows(self) -> list[_Row]:
        rows: list[_Row] = []
        position = 0
        while position < len(self.text) and len(rows) <= MAX_ROWS + 1:
            row = _Row(self.source.place_of(position, len(self.text)))
            position = self._row(row, position)
            rows.append(row)
        return rows

    def _row(self, row: _Row, position: int) -> int:
        while True:
            scalar, position = self._cell(position)
            row.cells.append(scalar)
            if position >= len(self.text) or self.text[position] == "\n":
                return position + 1
            position += 1
            if len(row.cells) > MAX_COLUMNS:
                end = self.text.find("\n", position)
                return len(self.text) if end < 0 else end + 1

    def _cell(self, start: int) -> tuple[Scalar, int]:
        if self.text[start : start + 1] == '"':
            return self._quoted(start)
        end = start
        while end < len(self.text) and self.text[end] not in (self.separator, "\n"):
            end += 1
        return self._scalar(self.text[start:end], start, end), end

    def _quoted(self, start: int) -> tuple[Scalar, int]:
        found = re.compile(r'"((?:[^"]|"")*)"').match(self.text, start)
        if found is None:
            hint = 'close it with `"`, or take it away'
            self.source.report("E100", "this quote is never closed", self.source.place_of(start), hint=hint)
            return self._scalar("", start, start), len(self.text)
        end = found.end()
        while end < len(self.text) and self.text[end] not in (self.separator, "\n"):
            end += 1
        if self.text[found.end() : end].strip():
            place = self.source.place_of(found.end(), end - found.end())
            hint = 'a quote inside a quoted cell is written twice: `""`'
            self.source.report("E100", "this cell goes on after its closing quote", place, hint=hint)
        return self._scalar(found[1].replace('""', '"'), start + 1, found.end() - 1), end

    def _scalar(self, text: str, start: int, end: int) -> Scalar:
        lead = len(text) - len(text.lstrip())
        return Scalar(text.strip(), self.source.place_of(start + lead, len(text.strip())), CELL, start + lead, end)


def _outside(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


class _Tree:
    """The table as `columns`, `outputs` and `rows`, so that it is read like any other definition."""

    def __init__(self, source: Source, header: _Row) -> None:
        self.source = source
        self.header = header
        self.asked = [n for n, cell in enumerate(header.cells) if self._is_condition(cell)]
        self.given = [n for n, cell in enumerate(header.cells) if _SET.fullmatch(cell.text)]

    def of(self, rows: list[_Row]) -> Table:
        self._columns()
        if not rows:
            self.source.report("E100", "this table has no rows", self.header.place, hint="add a line below the first")
        place = self.header.place
        listed = Listing(place, tuple(self._row(row) for row in rows))
        columns = Listing(place, tuple(self.header.cells[n] for n in self.asked))
        outputs = Listing(place, tuple(self._output(self.header.cells[n]) for n in self.given))
        named = {"columns": columns, "outputs": outputs, "rows": listed}
        return Table(place, tuple(_entry(name, value, place) for name, value in named.items()))

    def _is_condition(self, cell: Scalar) -> bool:
        return bool(cell.text) and cell.text.lower() != "note" and not _SET.fullmatch(cell.text)

    def _columns(self) -> None:
        seen: set[str] = set()
        for cell in self.header.cells:
            if cell.text and cell.text in seen:
                self.source.report("E100", f"there are two columns `{cell.text}`", cell.place)
            seen.add(cell.text)
        if not self.given:
            note = "a column `set NAME` holds what the decision gives, read as `steps.x.NAME`"
            message = "this table gives nothing: it has no column that begins with `set `"
            last = self.header.cells[-1]
            hint = f"call the last column `set {re.sub(r'[^a-z0-9_]+', '_', last.text.lower()) or 'result'}`"
            self.source.report("E100", message, last.place, note, hint)

    def _output(self, cell: Scalar) -> Node:
        found = _SET.fullmatch(cell.text)
        entries = []
        for key in ("name", "type"):
            if found and found[key]:
                at = cell.start + found.start(key)
                part = Scalar(found[key], self.source.place_of(at, len(found[key])), CELL, at, at + len(found[key]))
                entries.append(_entry(key, part, cell.place))
        return Table(cell.place, tuple(entries))

    def _row(self, row: _Row) -> Node:
        for number, cell in enumerate(row.cells):
            if cell.text and not (number < len(self.header.cells) and self.header.cells[number].text):
                hint = "quote the cell that has a separator in it, or name this column in the first line"
                self.source.report("E100", "this cell belongs to no column", cell.place, hint=hint)
                break
        when = Listing(row.place, tuple(self._at(row, n) for n in self.asked))
        given = Listing(row.place, tuple(self._at(row, n) for n in self.given))
        line = Scalar(str(row.place.line), row.place, CELL)
        named: dict[str, Node] = {"line": line, "when": when, "set": given}
        return Table(row.place, tuple(_entry(name, value, row.place) for name, value in named.items()))

    def _at(self, row: _Row, number: int) -> Scalar:
        return row.cells[number] if number < len(row.cells) else Scalar("", row.place, CELL)


def _entry(key: str, value: Node, place: Place) -> Entry:
    return Entry(Scalar(key, place), value)
