"""A table as a spreadsheet program or a CRM writes it: which characters, which separator, which columns."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.desk.answers import DeskError
from engine.language.problems import all_of, one_of, suggest
from engine.language.resources import Input

SEPARATORS = (",", ";", "\t", "|")
_CALLED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls
LARGEST = 50_000_000  # bytes
MOST_ROWS = 200_000
MOST_COLUMNS = 500
LONGEST_CELL = 100_000  # characters


_Line = tuple[int, tuple[str, ...]]  # the line in which it begins, and its cells


class BadSheet(DeskError):  # noqa: N818 - named as it is said
    """The file as a whole cannot be used; the text says why, and the way out."""


@dataclass(frozen=True)
class Row:
    """`line` is that of the file in which the row begins; the first one is 1. `cells` by the column's heading."""

    line: int
    cells: Mapping[str, str]
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    """Headings, and the rows that are not empty."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str
    separator: str


def read(content: bytes, encoding: str = "", separator: str = "") -> Sheet:
    """The table in a file. Raises BadSheet."""
    if len(content) > LARGEST:
        raise BadSheet(f"the file has {len(content):,} bytes, and {LARGEST:,} is the most. Split it")
    if content.startswith(_WORKBOOKS):
        raise BadSheet("it is a workbook of a spreadsheet program. Save the sheet as CSV (UTF-8), and use that file")
    text, named = _text(content, encoding)
    said = _said_separator(text)
    text = text.partition("\n")[2] if said else text
    separator = _usable(separator) or said or _separator(text)
    csv.field_size_limit(LONGEST_CELL)
    reader, before = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), 1 if said else 0
    rows = _rows(reader, before)
    try:
        _, first = next(rows)
        headings, filled = _named_columns(first, list(rows))
        found = tuple(_row(line, headings, cells) for line, cells in filled)
    except StopIteration:
        raise BadSheet("the file is empty: its first line names the columns") from None
    except csv.Error as problem:
        raise BadSheet(f"line {before + reader.line_num}: the file is no table: {problem}") from problem
    _check_headings(headings)
    if len(found) > MOST_ROWS:
        raise BadSheet(f"the file has {len(found):,} rows, and {MOST_ROWS:,} is the most. Split it")
    return Sheet(headings, found, named, separator)


def columns_of(
    headings: Sequence[str], inputs: Mapping[str, Input], said: Mapping[str, str], *, ignore_others: bool = False
) -> dict[str, str]:
    """Heading -> input. `said` maps some by hand; an empty input leaves its column out. A heading is an input by its
    name or its label, whatever is small or large, space or `_`. Raises BadSheet for a column that is no input."""
    wrong = [f"there is no column `{h}`; the columns are {all_of(headings, 20)}" for h in said if h not in headings]
    wrong += [f"there is no input `{n}`{_meant(n, inputs)}" for n in said.values() if n and n not in inputs]
    known = {_plain(label): name for name, spec in inputs.items() for label in (spec.label, name) if label}
    found = {heading: said.get(heading, known.get(_plain(heading), "")) for heading in headings}
    others = [h for h, name in found.items() if not name and h not in said]
    if others and not ignore_others:
        wrong.append(
            f"no input is called {one_of(others, 20)}; the inputs are {all_of(inputs, 20)}. Say which input a "
            f"column is, with --map '{others[0]}=INPUT', or leave such columns out, with --ignore-other-columns"
        )
    given = {heading: name for heading, name in found.items() if name}
    for name in dict.fromkeys(given.values()):
        twice = [heading for heading, one in given.items() if one == name]
        if len(twice) > 1:
            wrong.append(f"more than one column is `{name}`: leave one out, with --map '{twice[-1]}='")
    if wrong:
        raise BadSheet("; ".join(wrong))
    return given


def _meant(name: str, inputs: Mapping[str, Input]) -> str:
    near = suggest(name, inputs)
    return f"; did you mean `{near}`?" if near else f"; the inputs are {all_of(inputs, 20)}"


def _plain(heading: str) -> str:
    return "".join(c for c in heading.casefold() if c.isalnum())


def _text(content: bytes, encoding: str) -> tuple[str, str]:
    """The text, and what it is written in: by its first bytes, else UTF-8, else as Windows writes in the West."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    marked = next((name for mark, name in marks.items() if content.startswith(mark)), "")
    for name in (encoding,) if encoding else (marked or "utf-8", "cp1252"):
        try:
            return content.decode(name).removeprefix("\ufeff"), name  # the mark is there though UTF-8 was said, too
        except UnicodeDecodeError as problem:
            failed = problem
        except (LookupError, ValueError):
            raise BadSheet(f"there is no encoding `{name}`; write for example --encoding cp1252") from None
    line = content[: failed.start].count(b"\n") + 1
    raise BadSheet(f"line {line} has characters that are not {name}: save it as UTF-8, or name --encoding")


def _usable(separator: str) -> str:
    """The separator as it was said, by itself or by its name."""
    found = _CALLED.get(separator.lower(), separator)
    if len(found) > 1 or found.isalnum() or found in ("\n", "\r", '"', "\0"):
        raise BadSheet(f"`{separator}` cannot separate columns; write --delimiter ',' or ';' or '|' or tab")
    return found


def _said_separator(text: str) -> str:
    """What a spreadsheet program writes into the first line of its own: `sep=;`."""
    first = text.partition("\n")[0].strip()
    return first[4:] if first.lower().startswith("sep=") and first[4:] in SEPARATORS else ""


def _separator(text: str) -> str:
    """The one that is most often in the first line that is not empty, outside of quotes."""
    first, quoted = text.lstrip("\r\n").partition("\n")[0], False
    counts = dict.fromkeys(SEPARATORS, 0)
    for c in first:
        quoted = quoted != (c == '"')
        if c in counts and not quoted:
            counts[c] += 1
    return max(counts, key=lambda c: counts[c])


def _rows(reader: Any, before: int) -> Iterator[_Line]:
    """Those that are not empty, with the line in which they begin."""
    line = before + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, tuple(cell.strip() for cell in cells)
        line = before + reader.line_num + 1


def _named_columns(first: tuple[str, ...], rows: list[_Line]) -> tuple[tuple[str, ...], list[_Line]]:
    """Headings and rows without the columns that have neither heading nor cells, as spreadsheet programs add them."""
    if any("\0" in heading for heading in first):
        raise BadSheet("it is no table, or one in UTF-16: --encoding utf-16")
    nameless = [at for at, heading in enumerate(first) if not heading]
    for at in nameless:
        if used := next((line for line, cells in rows if cells[at : at + 1] not in ((), ("",))), 0):
            raise BadSheet(f"column {at + 1} has no heading, and line {used} has something in it: give it a heading")
    lines = [(0, first), *rows]
    kept = [(line, tuple(cell for at, cell in enumerate(cells) if at not in nameless)) for line, cells in lines]
    return (kept[0][1], kept[1:]) if nameless else (first, rows)


def _row(line: int, headings: tuple[str, ...], cells: tuple[str, ...]) -> Row:
    problem = ""
    if any(cells[len(headings) :]):
        problem = (
            f"it has {len(cells)} cells, and there are {len(headings)} columns: is a cell with a separator unquoted?"
        )
    return Row(line, dict(zip(headings, cells, strict=False)), problem)


def _check_headings(headings: tuple[str, ...]) -> None:
    if len(headings) > MOST_COLUMNS:
        raise BadSheet(f"the file has {len(headings)} columns, and {MOST_COLUMNS} is the most")
    twice = sorted({h for h in headings if headings.count(h) > 1})
    if twice:
        raise BadSheet(f"two columns are called {one_of(twice)}: give each a name of its own")
