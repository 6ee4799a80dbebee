"""The case's timeline: one sentence for everything that happens, in the order in which it happens."""

from datetime import datetime

from engine.runtime.state import State, StepRecord
from engine.runtime.view import Entry

NOT_APPLICABLE = "not_applicable"
ENDINGS = {
    "done": "done",
    "skipped": "skipped",
    "timed_out": "no answer in time",
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

    def write(self, path: str, kind: str, text: str) -> None:
        self.state.entries += 1
        self.entries.append(Entry(self.state.entries, self.now, path, kind, text))

    def took(self, step: str, way: str) -> None:
        """A step decided for one of its ways; nobody is told but those who measure tests."""
        self.ways.append((step, way))

    def closed(self, path: str, record: StepRecord) -> None:
        ending = ENDINGS[record.status]
        if record.status == "done" and (outcome := record.result.get("outcome")):
            ending = str(outcome).replace("_", " ")
        if record.result.get("outcome") == NOT_APPLICABLE:
            ending = "does not apply"
        who = f" by {by}" if (by := record.result.get("by")) else ""
        self.write(path, record.status, f"{record.title or words(record.id)}: {ending}{who}")
