"""A decision table for itself: the results that it gives."""

import re

from engine.language.cells import CellProblem
from engine.language.coercion import coerce
from engine.language.decision import output_kinds, output_value
from engine.language.document import Document
from engine.language.nodes import Scalar
from engine.language.resources import DecisionTable, Input

_COERCED = ("email", "phone", "url")
TAKEN = ("status", "at", "by", "outcome")  # what every step has


def check(document: Document, table: DecisionTable) -> None:
    if not document.whole:
        return
    for n, output in enumerate(table.outputs):
        place = document.place(table, "outputs", n)
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", output.name) or output.name in TAKEN:
            proposed = re.sub(r"[^a-z0-9]+", "_", output.name.lower()).strip("_")
            proposed = f"{proposed or 'result'}_given" if proposed in (*TAKEN, "") else proposed
            note = "every step has one" if output.name in TAKEN else "it is small letters, digits and `_`"
            message = f"`{output.name}` cannot be the name of a result"
            document.source.report("E026", message, place, note, f"write `set {proposed}`")
    for name, kind in output_kinds(table).items():
        _values(document, table, name, kind)


def _values(document: Document, table: DecisionTable, name: str, kind: str) -> None:
    n = next(n for n, output in enumerate(table.outputs) if output.name == name)
    for m, row in enumerate(table.rows):
        node = document.node(table, "rows", m, "set", n)
        if not row.set[n] or not isinstance(node, Scalar):
            continue
        try:
            output_value(row.set[n], kind)
            if kind in _COERCED:
                coerce(row.set[n], Input(type=kind), name=name)
        except CellProblem as problem:
            document.source.report("E101", problem.message, node.place, hint=problem.help)
        except ValueError as problem:
            document.source.report("E101", str(problem).rstrip("."), node.place)
