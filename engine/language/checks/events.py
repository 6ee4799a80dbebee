"""Events that processes emit for each other: whether somebody emits them, and what they carry (E077, E079)."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.language.checks.subject import Subject
from engine.language.types import Record

Told = tuple[Any, tuple[str | int, ...], Any]


def check(subject: Subject, events: Mapping[str, Record]) -> None:
    """Everything that listens to an event; `events` has what each event of the workspace carries."""
    for owner, path, told in _listening(subject):
        if told.type != "event" or not told.event:
            continue
        if told.event not in events:
            place = subject.document.place(owner, *path, "event")
            where = "the workspace"
            subject.unknown("E079", "event", told.event, place, tuple(sorted(events)), where)
        elif not (carried := events[told.event]).open:
            _fields(subject, owner, path, told, tuple(carried.fields))


def _fields(subject: Subject, owner: Any, path: tuple[str | int, ...], told: Any, known: tuple[str, ...]) -> None:
    for name in told.match:
        if name.split(".")[0] not in known:
            table = subject.document.node(owner, *path, "match")
            entry = table.entry(name) if table is not None and hasattr(table, "entry") else None
            place = entry.key.place if entry else subject.document.place(owner, *path, "match")
            subject.unknown("E077", "field", name, place, known, f"the event `{told.event}`")


def _listening(subject: Subject) -> Iterator[Told]:
    process = subject.process
    for n, trigger in enumerate(process.triggers):
        yield process, ("triggers", n), trigger
    for n, handler in enumerate(process.handlers):
        if handler.when is not None:
            yield process, ("handlers", n, "when"), handler.when
    for step in subject.steps:
        for n, event in enumerate(getattr(step, "events", ())):
            yield step, ("events", n), event
        for n, handler in enumerate(getattr(step, "handlers", ())):
            if handler.when is not None:
                yield step, ("handlers", n, "when"), handler.when
