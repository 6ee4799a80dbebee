"""The turn activity: a case's turn with the ledger, the read model and a time budget around it."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection
from temporalio import activity

from activities.calling_off import call_off
from activities.gate import Busy, Posted
from activities.kinds import KINDS
from activities.moves import Moving, PlanOf, ValuesOf, moved
from activities.posting import said_of
from activities.world import World
from engine.gateways.outcome import Deferred, Refused
from engine.language.plan import Plan
from engine.language.values import decode, encode
from engine.runtime.effects import POSTED, SLOW, Answer, Effect, Later
from engine.runtime.events import Event
from engine.runtime.flow import StepError
from engine.runtime.messages import Pending, Performed, TurnInput, TurnOutput
from engine.runtime.state import State
from engine.runtime.turn import Done, Turn, turn
from engine.store import cases, inbox, projection, queue, states
from engine.store.letters import LETTER
from engine.store.rows import Arrival

log = logging.getLogger("baton.turns")

BUDGET = 1.5
"""Seconds in which a turn starts effects inline; later ones become activities of their own."""

LARGEST_STATE = 64 * 1024
"""Characters of state that travel through the engine's history; a larger one lives in the store."""

REFERENCE = "@"
"""How the text begins that stands for a state in the store; the number of its turn follows."""


@dataclass
class Turns:
    """The turn activity of one worker. `plan_of` gives the plan of a digest; `told` hears that there is something to
    deliver: an event, a child that begins, one that has ended."""

    world: World
    plan_of: PlanOf
    values_of: ValuesOf
    told: Callable[[], None] = field(default=lambda: None)

    @activity.defn(name="turn")
    async def turn(self, asked: TurnInput) -> TurnOutput:
        """Take one turn of a case. What it sees and does is written before the answer is given."""
        try:
            return await self._turn(asked)
        except Exception as problem:
            # The edge of the house: whatever went wrong is shown on the case, and the loop tries again.
            log.exception("a turn of %s failed", asked.case)
            why = f"{type(problem).__name__}: {problem}"
            await self.world.store.write(lambda c: cases.mark_stuck(c, asked.case, why))
            raise

    async def _turn(self, asked: TurnInput) -> TurnOutput:
        plan, state = await self.plan_of(asked.plan), State.load(await self._opened(asked))
        heard = bool(state.turn or asked.events)  # nothing can be on its way to most cases that begin
        rows = await self.world.store.read(lambda c: inbox.news(c, asked.case, asked.events)) if heard else ()
        done = [*map(_performed, asked.performed), *(_letter(row) for row in rows if row.kind == LETTER)]
        rows = tuple(row for row in rows if row.kind != LETTER)
        now = datetime.fromtimestamp(asked.now, UTC)
        case = await moved(plan, state, now, rows, self.plan_of, self.values_of)
        events, perform = [_event(row) for row in case.events], Inline(self.world)
        turned = await turn(case.plan, case.state, now, perform, events, done, case.remarks)
        if case.plan is not plan:
            turned = replace(turned, view=replace(turned.view, inputs=turned.state.inputs))
        text = turned.state.dump()
        kept = states.KEPT if _is_reference(asked.state) or len(text) > LARGEST_STATE else 1
        next_begins = await self.world.store.write(lambda c: self._write(c, case, turned, text, kept))
        if turned.announced or next_begins or (turned.state.outcome and turned.state.parent):
            self.told()
        carried = text if len(text) <= LARGEST_STATE else f"{REFERENCE}{turned.state.turn}"
        return _output(asked, case.plan.digest, turned, carried)

    async def _opened(self, asked: TurnInput) -> str:
        if not _is_reference(asked.state):
            return asked.state
        number = int(asked.state.removeprefix(REFERENCE))
        return await self.world.store.read(lambda c: states.get(c, asked.case, number))

    def _write(self, c: Connection, case: Moving, turned: Turn, text: str, kept: int) -> bool:
        """Everything that came of the turn; whether a case that waited for its end begins."""
        if projection.project(c, turned.view):
            case.write(c)
            call_off(c, turned)
        states.put(c, turned.view.case, turned.view.turn, text, kept)
        if turned.state.outcome and turned.state.parent:
            _tell_parent(c, turned)
        return bool(turned.state.outcome) and queue.end_of(c, turned.view.case, turned.view.updated_at)


def _is_reference(state: str) -> bool:
    return state.startswith(REFERENCE)


class Inline:
    """Performs effects inside a turn while the budget lasts, and hands over the slow and the failing."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.until = asyncio.get_running_loop().time() + BUDGET

    async def __call__(self, plan: Plan, effect: Effect) -> Answer:
        if effect.kind in SLOW or asyncio.get_running_loop().time() > self.until:
            return Later()
        try:
            return await perform(self.world, plan, effect)
        except Busy:
            return Later()
        except Posted as posted:
            return Later(posted=True, said=posted.said or await said_of(self.world, effect.key))
        except Deferred as problem:
            if effect.retry.max_attempts <= 1:
                raise StepError(problem.code, problem.message) from problem
            return Later(attempted=1)


async def perform(world: World, plan: Plan, effect: Effect) -> dict[str, Any]:
    """One attempt at an effect. Raises StepError for a definite failure, Deferred for one to be tried again."""
    try:
        return await KINDS[effect.kind](world, plan, effect)
    except Refused as problem:
        raise StepError(problem.code, problem.message) from problem


def _event(row: Arrival) -> Event:
    return Event(row.id, row.kind, row.received_at, row.name, row.to, row.by, decode(row.data_json))


def _performed(ended: Performed) -> Done:
    result = decode(ended.result) if ended.result else None
    if result and POSTED in result:
        return Done(ended.key, posted=str(result[POSTED]))
    return Done(ended.key, result, ended.code, ended.error)


def _letter(row: Arrival) -> Done:
    """How a message ended that waited in the outbox."""
    data = decode(row.data_json)
    return Done(data["key"], data.get("result"), data.get("code", ""), data.get("error", ""))


def _output(asked: TurnInput, plan: str, turned: Turn, state: str) -> TurnOutput:
    running, ours = set(asked.running), {key: p for key, p in turned.pending.items() if not p.get("posted")}
    return TurnOutput(
        state=state,
        deadline=turned.deadline.timestamp() if turned.deadline else None,
        pending=[_pending(asked.case, plan, key, p) for key, p in ours.items() if key not in running],
        cancelled=sorted(running - set(ours)),
        ended=bool(turned.state.outcome),
        outcome=turned.state.outcome,
        plan="" if plan == asked.plan else plan,
    )


def _pending(case: str, plan: str, key: str, pending: Mapping[str, Any]) -> Pending:
    rest = {name: value for name, value in pending.items() if name != "payload"}
    return Pending(key=key, case=case, plan=plan, payload=encode(pending["payload"]), **rest)


def _tell_parent(c: Connection, turned: Turn) -> None:
    """The end of a child is an arrival for its parent, like everything else that comes from outside a case."""
    state = turned.state
    case = state.case["id"]
    arrival = Arrival(
        id=f"{case}:ended",
        source="subprocess",
        source_id=case,
        kind="child",
        name="ended",
        case=state.parent["case"],
        to=state.parent["path"],
        by=case,
        data_json=encode({"outcome": state.outcome, "outputs": state.outputs}),
        received_at=turned.view.updated_at,
    )
    if inbox.accept(c, arrival):
        inbox.routed(c, arrival.id)
        inbox.deliver_to(c, arrival.id, arrival.case, "signal")
