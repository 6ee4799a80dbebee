"""`emit`: an event for other processes, and for the cases that wait for it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from pydantic import Field
from sqlalchemy import Connection

from activities.gate import Gate
from activities.world import World
from engine.language import wording
from engine.language.fields import IdField, ValuesField
from engine.language.plan import Plan
from engine.language.values import encode
from engine.runtime.effects import Effect
from engine.runtime.step import Result, Run, Step
from engine.store import inbox
from engine.store.rows import Arrival


class EmitStep(Step):
    """Processes with a trigger of `type: event` start, handlers and waits of that type take it where their `match`
    allows; exactly once. What it carries is known wherever it is listened to."""

    event: IdField  # what it is called
    data: ValuesField = Field(default_factory=dict)  # what it carries, by name; read as `event.NAME`

    def sentence(self) -> str:
        return f"Tells other processes: “{wording.words(self.event)}”."

    async def run(self, run: Run) -> Result:
        data = run.once("data", lambda: run.value(self.data))
        await run.do("emit", "event", {"event": self.event, "data": data})
        return {}


async def emit_event(world: World, plan: Plan, effect: Effect) -> Result:
    """Keep the event together with the ledger's row; it is routed like one that came from outside."""
    gate = Gate(world.store, effect)
    if answer := await gate.answered():
        return answer
    arrival = _arrival(effect)
    said = f"“{wording.words(arrival.name)}” told to other processes"
    return await gate.at_once({"event": arrival.id, "said": said}, lambda c: _keep(c, arrival))


def _arrival(effect: Effect) -> Arrival:
    payload: Mapping[str, Any] = effect.payload
    return Arrival(
        id=f"event-{sha256(effect.key.encode()).hexdigest()[:24]}",
        source="emit",
        source_id=effect.key,
        kind="event",
        name=payload["event"],
        case="",
        to="",
        by=effect.case,
        data_json=encode(payload["data"]),
        received_at=datetime.now(UTC),
    )


def _keep(c: Connection, arrival: Arrival) -> None:
    inbox.accept(c, arrival)
