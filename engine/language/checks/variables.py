"""`vars`: what is set where, of which type, and whether it has been set where the walk stands.

A variable has one type in the whole file: any of its values may be there, as handlers and branches set it, too.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.language import given
from engine.language.checks.names import Given, Known
from engine.language.checks.subject import Subject, every
from engine.language.checks.values import Values
from engine.language.kinds import describe, kind_of, merged
from engine.language.narrowing import Path
from engine.language.tree import Node
from engine.language.types import ANY, Field, Record, Type

Marks = dict[str, Known]
"""Name -> whether it may be missing, at one place of the walk."""

Way = tuple[Marks, str, Given | None]
"""One way to get somewhere: what is set then, why it may not be taken, and what says that it was."""


class Variables:
    def __init__(self, subject: Subject, values: Values) -> None:
        self.subject = subject
        self.types: dict[str, dict[str, Type]] = {}  # name -> id of the step that sets it -> type
        self.marks: Marks = {}
        for step in subject.steps:
            for name, written in _sets(step).items():
                self.types.setdefault(name, {})[step.id] = values.type_of(written, given.OPEN)
                line = subject.document.place(step, "values", name).line  # type: ignore[arg-type]
                self.marks.setdefault(
                    name, Known(Record(), f"step `{step.id}` sets it (line {line}), which has not happened here")
                )

    def record(self, assumed: tuple[Node, ...]) -> Record:
        """`vars`, as an expression sees it where these conditions hold."""
        seen = {name: mark.seen(assumed).maybe for name, mark in self.marks.items()}
        return Record(fields={name: Field(_one(self.types[name].values()), maybe) for name, maybe in seen.items()})

    def set(self, step: Any, types: Mapping[str, Type]) -> None:
        """A step sets variables to values of these types."""
        for name, type_ in types.items():
            self.types.setdefault(name, {})
            self._differs(step, name, type_)
            self.types[name][step.id] = type_
        self.marks = {**self.marks, **dict.fromkeys(types, Known(Record()))}  # others look back at what was before

    def anew(self, names: frozenset[Path], why: str) -> None:
        """Something that conditions ask for was set anew: what they said then is not certain any more."""
        self.marks = {name: mark.anew(names, why) for name, mark in self.marks.items()}

    def _differs(self, step: Any, name: str, type_: Type) -> None:
        for other, known in self.types[name].items():
            kinds = {kind_of(known), kind_of(type_)}
            if other == step.id or len(kinds - {"any", "none"}) < 2:
                continue
            place = self.subject.document.place(step, "values", name)
            note = f"step `{other}` sets it to {describe(known)}; whoever reads it must know what it is"
            hint = f"give it another name, such as `{name}_2`"
            self.subject.report("E034", f"`vars.{name}` is set to {describe(type_)} here", place, note, hint)
            return

    def unsure(self, before: Marks, why: str, conditions: Given | None) -> None:
        """A block may not have run: what it has set may be missing."""
        self.marks = {name: _unsure(mark, before.get(name), why, conditions) for name, mark in self.marks.items()}

    def join(self, before: Marks, ways: list[Way], why: str) -> None:
        """One of these ways was taken: what all of them have set is certain."""
        if ways:
            self.marks = {
                name: _joined(mark, [(w[0][name], *w[1:]) for w in ways], why) for name, mark in before.items()
            }

    def union(self, before: Marks, ways: Iterable[Marks]) -> None:
        """All of these ways were taken, side by side."""
        ways = [*ways, before]
        self.marks = {name: min((way[name] for way in ways), key=lambda m: _doubt(m, before[name])) for name in before}


def _unsure(mark: Known, before: Known | None, why: str, conditions: Given | None) -> Known:
    if before is None or mark is before or not before.maybe:
        return mark if before is None or before.maybe else before
    return mark.under(why, conditions)


def _doubt(mark: Known, before: Known) -> tuple[bool, bool]:
    """What is certain comes first, then what may have been set since."""
    return bool(mark.maybe), mark is before


def _joined(before: Known, ways: list[tuple[Known, str, Given | None]], why: str) -> Known:
    if not any(mark.maybe for mark, _, _ in ways):
        return ways[0][0]
    changed = [mark.under(reason, when) for mark, reason, when in ways if mark is not before]
    if len(changed) < 2:
        return changed[0] if changed else before
    given = [mark.given for mark in changed if mark.given is not None and len(mark.given) == 1]
    return Known(Record(), why, (frozenset().union(*(g[0] for g in given)),) if len(given) == len(changed) else None)


def _sets(step: Any) -> Mapping[str, Any]:
    return step.values if step.type == "set" and isinstance(step.values, dict) else {}


def _one(types: Iterable[Type]) -> Type:
    found: Type | None = None
    for type_ in types:
        found = type_ if found is None else merged(found, type_)
    return found or ANY


def moving(subject: Subject) -> dict[Path, str]:
    """What may change at any moment, with the reason: conditions that ask for it twice may get two answers."""
    inputs = subject.process.inputs
    found: dict[Path, str] = {
        ("inputs", name): f"and `inputs.{name}` may be changed meanwhile"
        for name, spec in inputs.items()
        if getattr(spec, "changeable", False)
    }
    handlers = [
        h for step in (subject.process, *subject.steps) for h in getattr(step, "handlers", ()) if not h.interrupt
    ]
    for handler in handlers:
        for name in (name for step in every(handler.steps) for name in _sets(step)):
            found[("vars", name)] = f"and the handler `{handler.id}` may change that meanwhile"
    return found
