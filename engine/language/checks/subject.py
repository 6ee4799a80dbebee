"""What is being checked, and what the checks may look up about it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from engine.language.connections import Connection, Connections, Mailbox, Sender
from engine.language.document import Document, Leaf
from engine.language.library import Library
from engine.language.nodes import Place, Source
from engine.language.problems import Fix, Problem, Severity, certain, one_of, suggest
from engine.language.process import Process
from engine.language.resources import DecisionTable, Form, Group, Input, People, Resources
from engine.language.types import Field, Record, Type

_ALLOW = re.compile(r"#\s*baton: allow ([EW]\d{3})\b(?:\s+because\s+(?P<reason>\S.*))?")


class Block(Protocol):
    """A block of steps inside a step (`runtime.step.Nested`)."""

    @property
    def name(self) -> str: ...
    @property
    def steps(self) -> tuple["StepLike", ...]: ...
    @property
    def sure(self) -> bool: ...
    @property
    def kind(self) -> str: ...
    @property
    def if_(self) -> str | None: ...


class StepLike(Protocol):
    """What the checks ask of a step; the models of the registry answer it."""

    @property
    def id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def if_(self) -> str | None: ...
    @property
    def on_error(self) -> Any: ...
    def nested(self) -> tuple[Block, ...]: ...
    def result(self, look: Any) -> Record: ...
    def ends_case(self) -> bool: ...
    def mails(self) -> tuple[str, ...]: ...


@dataclass
class Look:
    """What a step's `result` may ask for (`runtime.step.Look`)."""

    resources: Resources
    processes: Mapping[str, Record]
    type_of: Callable[[Any], Type]
    events: Mapping[str, Record] = field(default_factory=dict)
    inside: Mapping[str, Field] = field(default_factory=dict)


@dataclass
class Subject:
    """A process with its surroundings, and what was found wrong so far."""

    document: Document
    library: Library
    found: list[Problem] = field(default_factory=list)

    def report(
        self,
        code: str,
        message: str,
        place: Place,
        note: str = "",
        hint: str = "",
        severity: Severity = "error",
        fix: Fix | None = None,
    ) -> None:
        self.found.append(self.document.source.problem(code, message, place, note, hint, severity, fix))

    def warn(self, code: str, message: str, place: Place, note: str = "", hint: str = "") -> None:
        """A finding that the author may allow, in a comment that says why."""
        excuse, without = excused(self.document.source, code, place)
        if not excuse:
            self.report(code, message, place, without or note, hint, "warning")

    def template(self, loaded: Document, scope: Record) -> None:
        """Told of every text of another file that this process fills in, and of what it gives; editors listen."""

    def unknown(self, code: str, what: str, word: str, place: Place, known: tuple[str, ...], where: str) -> None:
        """A name that is not there: the nearest one as help, else all of them as note."""
        near = suggest(word, known)
        note = "" if near else (f"{where} has {one_of(known)}" if known else f"{where} has none")
        hint = f"did you mean `{near}`?" if near else ""
        # Sam and Sami may both work here: a person is never certain.
        meant = "" if what.startswith("user") else certain(word, known)
        fix = self.document.source.instead(place, word, meant)
        self.report(code, f"there is no {what} `{word}`", place, note, hint, fix=fix)

    @cached_property
    def process(self) -> Process:
        if not isinstance(self.document.root, Process):
            raise TypeError(f"{self.document.source.name} is no process")
        return self.document.root

    @cached_property
    def steps(self) -> tuple[StepLike, ...]:
        """All steps in the order of the file; steps of an unknown type are not among them."""
        return tuple(s for s in self.document.steps if hasattr(s, "nested"))  # type: ignore[misc]

    @cached_property
    def people(self) -> People:
        shared = self.library.shared("people")
        return shared.root if shared and isinstance(shared.root, People) else People()

    @cached_property
    def users(self) -> tuple[str, ...]:
        return tuple(u.id for u in self.people.users)

    @cached_property
    def groups(self) -> dict[str, Group]:
        return {g.id: g for g in self.people.groups}

    @cached_property
    def connections(self) -> dict[str, Connection]:
        shared = self.library.shared("connections")
        return shared.root.connections if shared and isinstance(shared.root, Connections) else {}

    @cached_property
    def mailboxes(self) -> dict[str, Mailbox]:
        shared = self.library.shared("connections")
        return shared.root.mailboxes if shared and isinstance(shared.root, Connections) else {}

    @cached_property
    def senders(self) -> dict[str, Sender]:
        shared = self.library.shared("connections")
        return shared.root.senders if shared and isinstance(shared.root, Connections) else {}

    @cached_property
    def resources(self) -> Resources:
        """The forms and connections, for the types of what they give."""
        found = {name: self.library.get("forms", name) for name in self._named("forms")}
        forms = {name: form for name, loaded in found.items() if loaded and (form := _readable(loaded))}
        read = {name: self.library.get("tables", name) for name in self._named("tables")}
        tables = {
            name: loaded.root for name, loaded in read.items() if loaded and isinstance(loaded.root, DecisionTable)
        }
        return Resources.model_construct(forms=forms, tables=tables, connections=self.connections)

    def _named(self, kind: str) -> set[str]:
        return {leaf.text for leaf in self.leaves() if getattr(leaf.kind, "kind", "") == kind}

    def leaves(self) -> Iterator[Leaf]:
        for found in self.document.leaves.values():
            yield from found

    def inputs_of(self, process: str) -> Mapping[str, Input] | None:
        """The inputs of another process; None where there is none, or it cannot be read."""
        loaded = self.library.get("processes", process)
        return loaded.root.inputs if loaded and isinstance(loaded.root, Process) else None


def _readable(loaded: Document) -> Form | None:
    """The form, where each of its questions has a name: any other form may ask for anything."""
    form = loaded.root
    whole = isinstance(form, Form) and form.fields and all(question.id for question in form.fields)
    return form if isinstance(form, Form) and whole else None


def excused(source: Source, code: str, place: Place) -> tuple[bool, str]:
    """Whether a comment here allows the finding; what to say of one that gives no reason."""
    allowed = [m for n in (place.line, place.line - 1) if (m := _ALLOW.search(source.line(n))) and m[1] == code]
    if not allowed or any(m["reason"] for m in allowed):
        return bool(allowed), ""
    return False, f"the comment that allows {code} gives no reason: write `# baton: allow {code} because ...`"


def named(step: Any) -> str:
    """The step in a sentence."""
    what = "step" if hasattr(step, "type") else "task"  # one of a list
    return f"{what} `{step.id}`" if step.id else f"this {what}"


def every(steps: Any) -> Iterator[Any]:
    """The steps of a block and those inside them."""
    for step in steps:
        yield step
        for block in step.nested() if hasattr(step, "nested") else ():
            yield from every(block.steps)
