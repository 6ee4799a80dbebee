"""The outline of a file: inputs, triggers, steps and what is inside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.editor.open_files import View
from engine.language.connections import Connections
from engine.language.document import UnknownStep
from engine.language.model import Model
from engine.language.nodes import Listing, Node, Place, Scalar, Table
from engine.language.process import Process
from engine.language.resources import Checklist, Form, People


@dataclass(frozen=True)
class Symbol:
    """`place` is its name; it ends with `last_line` (from 1)."""

    name: str
    detail: str
    kind: str  # input, trigger, step, handler, part
    place: Place
    last_line: int
    inside: tuple["Symbol", ...] = ()


def symbols(view: View) -> list[Symbol]:
    match view.document.root:
        case Process() as process:
            return _process(view, process)
        case Form() as form:
            return _parts(view, form.fields)
        case Checklist() as checklist:
            return _parts(view, checklist.items)
        case People() as people:
            return _parts(view, (*people.users, *people.groups))
        case Connections() as connections:
            named = (connections.connections, connections.mailboxes, connections.senders)
            return [symbol for found in named for symbol in _parts(view, found.values(), found)]
    return []


def _process(view: View, process: Process) -> list[Symbol]:
    inputs = _parts(view, process.inputs.values(), process.inputs, "input")
    triggers = _parts(view, process.triggers, kind="trigger")
    handlers = [_symbol(view, h, h.id, "handler", "handler", _steps(view, h.steps)) for h in process.handlers]
    return [*inputs, *triggers, *_steps(view, process.steps), *handlers]


def _parts(view: View, models: Iterable[Any], names: Iterable[str] = (), kind: str = "part") -> list[Symbol]:
    models = list(models)
    called = list(names) or [str(model.id) for model in models]
    details = [str(getattr(m, "type", "") or getattr(m, "name", "") or getattr(m, "title", "") or "") for m in models]
    return [_symbol(view, m, n, d, kind) for m, n, d in zip(models, called, details, strict=True)]


def _steps(view: View, steps: Iterable[Any]) -> tuple[Symbol, ...]:
    return tuple(_step(view, step) for step in steps)


def _step(view: View, step: Any) -> Symbol:
    inner = () if isinstance(step, UnknownStep) else tuple(s for block in step.nested() for s in block.steps)
    title = getattr(step, "title", None)
    detail = f"{step.type}: {title}" if title else step.type
    return _symbol(view, step, step.id or step.type, detail, "step", _steps(view, inner))


def _symbol(view: View, model: Model, name: str, detail: str, kind: str, inside: tuple[Symbol, ...] = ()) -> Symbol:
    place = view.document.place(model)
    node = view.document.nodes.get(id(model))
    last = _last(view, node) if node is not None else place.line
    return Symbol(name or "...", detail, kind, place, max(last, place.line, *(s.last_line for s in inside), 0), inside)


def _last(view: View, node: Node) -> int:
    """The line on which something ends."""
    match node:
        case Table(entries=entries) if entries:
            return max(_last(view, entries[-1].value), entries[-1].key.place.line)
        case Listing(items=items) if items:
            return _last(view, items[-1])
        case Scalar():
            return view.document.source.place_of(max(node.start, node.end - 1)).line
    return node.place.line
