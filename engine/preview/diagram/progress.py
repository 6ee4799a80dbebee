"""How far a case has come, step by step, for the colours of its picture."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.runtime.state import State, StepRecord

WORDS = {
    "done": "done",
    "waiting": "waiting",
    "incident": "needs attention",
    "skipped": "left out",
    "timed_out": "time ran out",
    "suppressed": "not sent",
    "failed": "failed",
    "cancelled": "cancelled",
    "ahead": "not reached",
}
"""State of a step -> what the picture says of it."""

_URGENT = ("incident", "waiting")


@dataclass(frozen=True)
class Progress:
    """The state of every step by its id. Without a case nothing is known, and nothing is coloured."""

    of_case: str = ""
    states: Mapping[str, str] = field(default_factory=dict)
    outcome: str = ""

    def of(self, step: str) -> str:
        if not self.of_case:
            return ""
        return self.states.get(step, "ahead")


def progress(state: State) -> Progress:
    """Of several rounds or items, what needs somebody comes first, then the latest."""
    states: dict[str, str] = {}
    for record in state.steps.values():
        if states.get(record.id) not in _URGENT or _state(record) == "incident":
            states[record.id] = _state(record)
    return Progress(state.case["id"], states, state.outcome)


def _state(record: StepRecord) -> str:
    if record.closed:
        return record.status
    return "incident" if record.incident or record.failures else "waiting"
