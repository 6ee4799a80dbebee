"""Who does a task, and whom a message reaches: decided from the people as they are now, and remembered."""

from datetime import UTC, date, datetime
from functools import partial

from sqlalchemy import Connection

from activities.gate import Gate
from activities.world import World
from engine.language.plan import Plan
from engine.runtime.assigning import decide, reached
from engine.runtime.effects import Effect
from engine.runtime.step import Result
from engine.runtime.tasks import task_id
from engine.store import assignments


async def assign_task(world: World, plan: Plan, effect: Effect) -> Result:
    """Decide who does a task. A turn among several is taken in the transaction that writes it down."""
    gate = Gate(world.store, effect)
    if answer := await gate.answered():
        return answer
    people, asked = world.people() or plan.resources.people, effect.payload

    def decided(c: Connection) -> Result:
        now = datetime.now(UTC)
        in_turn = asked["assign_by"] != "claim"
        if in_turn:
            assignments.alone(c)
        found = decide(people, asked, partial(_had, c, asked["assign_by"], asked["rotation"], now))
        if in_turn and found["claimed"]:
            assignments.give(c, task_id(effect.case, effect.page), asked["rotation"], found["assignee"], now)
        return found

    return await gate.decided(decided)


def _had(c: Connection, assign_by: str, rotation: str, now: datetime, user: str) -> tuple[int, ...]:
    latest = assignments.latest(c, rotation, user)
    return (assignments.load(c, user, now), latest) if assign_by == "least_loaded" else (latest,)


async def find_readers(world: World, plan: Plan, effect: Effect) -> Result:
    """The addresses of a message to colleagues."""
    gate = Gate(world.store, effect)
    if answer := await gate.answered():
        return answer
    people, asked = world.people() or plan.resources.people, effect.payload
    found = reached(people, asked["names"], date.fromisoformat(asked["day"]), work=asked["work"])
    return await gate.at_once(found, lambda c: None)
