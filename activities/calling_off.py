"""What a turn says to the outbox: what its case does not need any more, and what is not to wait any longer."""

from collections.abc import Iterator

from sqlalchemy import Connection

from engine.runtime.approval import REJECTED
from engine.runtime.state import Data, State, StepRecord
from engine.runtime.turn import Turn
from engine.store import ledger, outbox

UNWANTED = "the case does not need it any more"


def call_off(c: Connection, turned: Turn) -> None:
    """Written with the turn: whatever waits without being asked for is cancelled, whoever put it there."""
    state, at = turned.state, turned.view.updated_at
    drafts = _drafts(state)
    for key, _ in outbox.of_case(c, turned.view.case):
        if key not in state.pending and key not in drafts:
            ledger.call_off(c, key)
            outbox.cancel(c, key, _why(state, key), at)
        elif by := state.pending.get(key, {}).get("now"):
            outbox.due_now(c, key, by, at)


def _drafts(state: State) -> set[str]:
    """Messages that somebody has to agree to, of steps that are still open."""
    return {a["draft"] for record in state.steps.values() if not record.closed for a in _answers(record, "draft")}


def _why(state: State, key: str) -> str:
    for record in state.steps.values():
        if any(a[REJECTED] == key for a in _answers(record, REJECTED)):
            return next((a["reason"] for a in _answers(record, "reason") if a.get("code") == REJECTED), REJECTED)
    return UNWANTED


def _answers(record: StepRecord, name: str) -> Iterator[Data]:
    return (answer for answer in record.effects.values() if answer.get(name))
