"""A decision table at work: which rows hold for some values, and what a row gives."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from engine.language.cells import Cell, CellProblem, kind_of_cells, kind_of_values, read_cell, read_value
from engine.language.given import either, value_type
from engine.language.operations import EvaluationError, kind
from engine.language.resources import DecisionTable, TableRow
from engine.language.types import Choice, Field, ListOf, Record, Type

_READABLE = ("number", "money", "date", "boolean", "text")


def holds(table: DecisionTable, row: TableRow, values: Sequence[Any]) -> bool:
    """Whether every condition of the row does. Raises EvaluationError for a value that a cell cannot be about."""
    asked = zip(table.columns, row.when, values, strict=True)
    return all(_cell(text, _kind(value, name)).holds(value) for name, text, value in asked)


def _kind(value: Any, column: str) -> str:
    found = kind(value)
    if found not in _READABLE:
        raise EvaluationError("wrong_type", f"the column `{column}` cannot ask about a {found}")
    return found


@lru_cache(maxsize=16_384)
def _cell(text: str, about: str) -> Cell:
    try:
        return read_cell(text, about)
    except CellProblem as problem:
        raise EvaluationError("wrong_type", problem.message) from None


def given_by(table: DecisionTable, row: TableRow) -> dict[str, Any]:
    """The results of a row; an empty cell gives none."""
    named = zip(table.outputs, row.set, strict=True)
    kinds = output_kinds(table)
    return {output.name: output_value(text, kinds[output.name]) for output, text in named if text}


def output_kinds(table: DecisionTable) -> dict[str, str]:
    """What each column of results holds: as its heading says, or else by the look of it."""
    kinds = {}
    for n, output in enumerate(table.outputs):
        kinds[output.name] = output.type or kind_of_values(tuple(row.set[n] for row in table.rows))
    return kinds


def output_value(text: str, type_: str) -> Any:
    """Raises CellProblem."""
    if type_ == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    return read_value(text, type_ if type_ in _READABLE else "text")


def outputs(table: DecisionTable) -> Record:
    """The types of what one row gives."""
    kinds = output_kinds(table)
    return Record(fields={o.name: _output(table, n, o.name, kinds[o.name]) for n, o in enumerate(table.outputs)})


def _output(table: DecisionTable, n: int, name: str, type_: str) -> Field:
    written = [(row.line, row.set[n]) for row in table.rows]
    words = tuple(dict.fromkeys(output_text(text) for _, text in written if text))
    found: Type = Choice(values=words) if type_ == "text" and not table.outputs[n].type else value_type(type_)
    empty = next((line for line, text in written if not text), None)
    return Field(found, f"line {empty} of the table gives no `{name}`" if empty else "")


def output_text(text: str) -> str:
    return str(read_value(text, "text"))


def listed(fields: Mapping[str, Field]) -> Record:
    """The types where every rule that holds gives one value to a list."""
    return Record(fields={name: Field(ListOf(item=either([field.type]))) for name, field in fields.items()})


def column_kind(type_: str, texts: tuple[str, ...]) -> str:
    """What the cells of a column are about, for values of a kind; `any`: by their look. Empty: nothing fits."""
    if type_ == "any":
        return kind_of_cells(texts)
    return type_ if type_ in _READABLE else ""
