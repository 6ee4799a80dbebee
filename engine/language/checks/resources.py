"""The files around a process, each for itself: forms, calendars, people."""

from collections.abc import Callable
from typing import Any

from engine.language.checks import connections, limits, people, tables, time
from engine.language.coercion import coerce
from engine.language.connections import Connections
from engine.language.document import Document
from engine.language.library import FOLDERS
from engine.language.nodes import Scalar
from engine.language.problems import one_of
from engine.language.process import Process
from engine.language.resources import Calendar, DecisionTable, DocumentTemplate, Form, Input, People

_CHOICES = ("choice", "multi_choice")


def check(document: Document) -> None:
    """Adds what is wrong to the source of the file."""
    one = _CHECKS.get(type(document.root))
    if one is not None:
        one(document, document.root)
    _own_name(document)


def _questions(document: Document, form: Form) -> None:
    for n, question in enumerate(form.fields):
        _input(document, form, ("fields", n), question, question.id)


def _inputs(document: Document, process: Process) -> None:
    for name, spec in process.inputs.items():
        _input(document, process, ("inputs", name), spec, name)
    for step in document.steps:
        for n, event in enumerate(getattr(step, "events", ())):
            for name, spec in event.inputs.items():
                _input(document, step, ("events", n, "inputs", name), spec, name)


def _input(document: Document, owner: Any, path: tuple[str | int, ...], spec: Input, name: str) -> None:
    """Choices where they belong, and a default that could be given by hand too."""
    report, place = document.source.report, document.place
    if spec.type in _CHOICES and not spec.choices and document.node(owner, *path, "choices") is None:
        at = place(owner, *path, "type")
        report("E021", f"`{name}` is a {spec.type} and needs `choices`", at, hint="add `choices: [first, second]`")
        return
    if spec.changeable and (not isinstance(owner, Process) or path[0] != "inputs"):
        at = place(owner, *path, "changeable")
        hint = "take the line away; inputs of a process may say it"
        report("E046", f"only inputs of a process are changeable, and `{name}` is none", at, hint=hint)
    if spec.choices and spec.type not in _CHOICES:
        at = place(owner, *path, "choices")
        hint = f"write `type: choice`, or take `choices` away from `{name}`"
        report("E020", f"`choices` belong to {one_of(_CHOICES)}, and `{name}` is a {spec.type}", at, hint=hint)
    if spec.of and spec.type != "list":
        at = place(owner, *path, "of")
        report(
            "E020", f"`of` belongs to a list, and `{name}` is a {spec.type}", at, hint=f"take `of` away from `{name}`"
        )
    limits.check(document, owner, path, spec, name)
    if spec.default is not None and spec.type not in ("user", "group", "any"):
        try:
            coerce(spec.default, spec, name=name)
        except ValueError as wrong:
            message = f"the default of `{name}` could not be given by hand: {wrong}"
            report("E025", message, place(owner, *path, "default"))


def _own_name(document: Document) -> None:
    """A file is found by its name, so the name inside says the same."""
    kind = next((k for k in FOLDERS.values() if document.root is not None and type(document.root) is k.model), None)
    if kind is None or not kind.own or document.root is None:
        return
    node = document.node(document.root, kind.own)
    stem = document.source.name.rsplit("/", 1)[-1].removesuffix(kind.suffix)
    if isinstance(node, Scalar) and node.text and node.text != stem:
        message = f"this {kind.own} is called `{node.text}`, and its file `{stem}{kind.suffix}`"
        hint = f"write `{kind.own}: {stem}`, or call the file `{node.text}{kind.suffix}`"
        document.source.report("E029", message, node.place, hint=hint)


_CHECKS: dict[type[Any], Callable[[Document, Any], None]] = {
    Form: _questions,
    Process: _inputs,
    Calendar: time.calendar,
    People: people.check,
    Connections: connections.check,
    DocumentTemplate: limits.fields,
    DecisionTable: tables.check,
}
