"""What every text of a process could read where it stands, as the checker sees it."""

from dataclasses import replace
from pathlib import Path

from engine.language.checks import expressions
from engine.language.checks.names import Steps
from engine.language.checks.subject import Subject
from engine.language.checks.values import Values
from engine.language.document import Document, Leaf
from engine.language.library import Library
from engine.language.nodes import Source
from engine.language.process import Process
from engine.language.types import Field, Record, Type

USERS = 5  # processes that are asked what they give a template


class _Listening(Subject):
    """Remembers what other files are given."""

    def listen(self) -> None:
        self.given: dict[int, Record] = {}

    def template(self, loaded: Document, scope: Record) -> None:
        self.given.setdefault(id(loaded), _kept(scope))


class _Remembering(Values):
    def __init__(self, subject: Subject) -> None:
        super().__init__(subject)
        self.seen: list[tuple[Leaf, Record]] = []

    def check(self, leaf: Leaf, scope: Record, wanted: str | None = None, source: Source | None = None) -> Type:
        if source is None:
            self.seen.append((leaf, _kept(scope)))
        return super().check(leaf, scope, wanted, source)


def scopes(document: Document, library: Library) -> list[tuple[Leaf, Record]]:
    """The texts of a process that may hold expressions, each with its scope; none of any other file."""
    if not isinstance(document.root, Process):
        return []
    subject = Subject(document, library)
    values = _Remembering(subject)
    expressions.check(subject, values)
    return values.seen


def template_scope(path: Path, document: Document, library: Library) -> Record:
    """What the first process that uses a template gives it; anything, where none does."""
    for name in library.mentioning("processes", path.stem)[:USERS]:
        loaded = library.get("processes", name)
        if loaded is None or not isinstance(loaded.root, Process):
            continue
        subject = _Listening(loaded, library)
        subject.listen()
        expressions.check(subject)
        if id(document) in subject.given:
            return subject.given[id(document)]
    return Record(open=True)


def _kept(scope: Record) -> Record:
    """The scope as it is now: the walk goes on and knows more steps afterwards."""
    found = scope.fields.get("steps")
    if found is None or not isinstance(found.type, Record) or not isinstance(found.type.fields, Steps):
        return scope
    steps = found.type.fields
    kept = replace(found.type, fields=Steps(dict(steps.known), steps.assumed))
    return replace(scope, fields={**scope.fields, "steps": Field(kept, found.maybe)})
