"""Conditions as boxes: which values of which names they hold for, where that can be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from engine.language.cells import Cell, Span
from engine.language.expressions import ExpressionProblem, parse_expression
from engine.language.tree import Comparison, Constant, Filtered, Items, Logic, Node, Unary, path

MAX_BOXES = 200
Box = dict[Node, list[Cell]]
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "in": "not in", "not in": "in"}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True)
class Boxes:
    """`asked`: the names and what they stand for; each row holds where all its cells do; `owners`: whose row it is."""

    asked: dict[str, Node]
    rows: Sequence[dict[str, list[Cell]]]
    owners: Sequence[int]


def boxes(conditions: Sequence[str]) -> Boxes | None:
    """None where a condition asks for more than comparisons of names with values."""
    found: list[Box] = []
    owners: list[int] = []
    for n, condition in enumerate(conditions):
        try:
            parts = _boxes(parse_expression(condition).tree, True)
        except ExpressionProblem:
            return None
        if parts is None or len(found) + len(parts) > MAX_BOXES:
            return None
        found += parts
        owners += [n] * len(parts)
    return _named(found, owners)


def _named(found: list[Box], owners: list[int]) -> Boxes | None:
    asked: dict[str, Node] = {}
    names: dict[Node, str] = {}
    for tree in dict.fromkeys(tree for box in found for tree in box):
        name = ".".join(_path(tree) or ())
        # The same name with and without `default` is not two things, and which one counts is not seen here.
        if name in asked:
            return None
        asked[name], names[tree] = tree, name
    rows = [{names[tree]: cells for tree, cells in box.items()} for box in found]
    return Boxes(asked, rows, owners) if asked else None


def _path(tree: Node) -> tuple[str, ...] | None:
    if isinstance(tree, Filtered) and tree.name == "default":
        return path(tree.operand)
    return path(tree)


def _boxes(tree: Node, holds: bool) -> list[Box] | None:
    if isinstance(tree, Unary) and tree.op == "not":
        return _boxes(tree.operand, not holds)
    if isinstance(tree, Logic):
        left, right = _boxes(tree.left, holds), _boxes(tree.right, holds)
        if left is None or right is None or len(left) * len(right) > MAX_BOXES:
            return None
        return [_both(a, b) for a, b in product(left, right)] if (tree.op == "and") is holds else left + right
    if isinstance(tree, Comparison):
        return _compared(tree, holds)
    return [{tree: [_one(holds)]}] if _path(tree) else None


def _both(first: Box, second: Box) -> Box:
    return {tree: [*first.get(tree, ()), *second.get(tree, ())] for tree in {**first, **second}}


def _compared(tree: Comparison, holds: bool) -> list[Box] | None:
    if len(tree.rest) != 1:
        return None
    (op, right), left = tree.rest[0], tree.first
    if isinstance(left, Constant) and op in (*_TURNED, "==", "!="):
        left, op, right = right, _TURNED.get(op, op), left
    cell = _cell(op if holds else _OPPOSITE[op], _constants(right))
    return [{left: [cell]}] if cell is not None and _path(left) else None


def _constants(tree: Node) -> list[Any] | None:
    if isinstance(tree, Constant):
        return None if tree.value is None else [tree.value]
    if isinstance(tree, Items) and all(isinstance(item, Constant) for item in tree.items):
        return [item.value for item in tree.items if isinstance(item, Constant)]
    return None


def _one(value: Any) -> Cell:
    return Cell((Span(value, value),))


def _cell(op: str, values: list[Any] | None) -> Cell | None:
    if values is None or (op not in ("in", "not in") and len(values) != 1):
        return None
    if op in ("==", "!=", "in", "not in"):
        return Cell(tuple(Span(value, value) for value in values), negated=op in ("!=", "not in"))
    (end,) = values
    if isinstance(end, bool | str):
        return None
    return Cell((Span(high=end, high_in=op == "<=") if op[0] == "<" else Span(low=end, low_in=op == ">="),))
