"""The case's timeline: one sentence for everything that happens, in the order in which it happens."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.runtime.state import State, StepRecord
from engine.runtime.view import Entry

NOT_APPLICABLE = "not_applicable"
Values = Mapping[str, Any]

ENDINGS = {
    "done": "done",
    "skipped": "skipped",
    "timed_out": "no answer in time",
    "suppressed": "the reader may not be written to",
    "failed": "failed, and the process goes on",
    "cancelled": "cancelled",
}


def words(identifier: str) -> str:
    """An id as people read it: `contact_changed` is `Contact changed`."""
    return identifier.replace("_", " ").replace("-", " ").capitalize()


class Journal:
    """The entries of one turn, numbered on from the turns before."""

    def __init__(self, state: State, now: datetime) -> None:
        self.state = state
        self.now = now
        self.entries: list[Entry] = []
        self.ways: list[tuple[str, str]] = []

    def write(
        self,
        path: str,
        kind: str,
        text: str,
        by: str = "",
        before: Values | None = None,
        after: Values | None = None,
    ) -> None:
        self.state.entries += 1
        self.entries.append(Entry(self.state.entries, self.now, path, kind, text, by, before or {}, after or {}))

    def change(self, path: str, text: str, by: str, before: Values, after: Values, at: int | None = None) -> None:
        """What an operator did: by whom, and what it changed. `at` is its place among the entries of the turn."""
        self.state.entries += 1
        entry = Entry(0, self.now, path, "operator", text, by, before, after)
        self.entries.insert(len(self.entries) if at is None else at, entry)
        first = self.state.entries - len(self.entries) + 1
        self.entries = [replace(entry, seq=first + n) for n, entry in enumerate(self.entries)]

    def took(self, step: str, way: str) -> None:
        """A step decided for one of its ways; nobody is told but those who measure tests."""
        self.ways.append((step, way))

    def closed(self, path: str, record: StepRecord) -> None:
        ending = ENDINGS[record.status]
        if record.status == "done" and (outcome := record.result.get("outcome")):
            ending = str(outcome).replace("_", " ")
        if record.result.get("outcome") == NOT_APPLICABLE:
            ending = "does not apply"
        by = str(record.result.get("by") or "")
        who = f" by {by}" if by else ""
        self.write(path, record.status, f"{record.title or words(record.id)}: {ending}{who}", by)
