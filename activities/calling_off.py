"""What a turn says to the outbox: what its case does not need any more, and what is not to wait any longer."""

from typing import Any

from engine.runtime.state import State
from engine.runtime.turn import Turn
from engine.store import ledger, outbox

UNWANTED = "the case does not need it any more"


def call_off(c: Any, turned: Turn) -> None:
    """Written with the turn: whatever waits without being asked for is cancelled, whoever put it there."""
    state, at = turned.state, turned.view.updated_at
    wanted = state.pending.keys() | _drafts(state)
    for key, _ in outbox.of_case(c, turned.view.case):
        if key not in wanted:
            ledger.call_off(c, key)
            outbox.cancel(c, key, UNWANTED, at)
        elif by := state.pending.get(key, {}).get("now"):
            outbox.due_now(c, key, by, at)


def _drafts(state: State) -> set[str]:
    """Messages that somebody has to approve, of steps that are still open."""
    answers = (answer for record in state.steps.values() if not record.closed for answer in record.effects.values())
    return {answer["draft"] for answer in answers if "draft" in answer}
