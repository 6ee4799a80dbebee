"""From an arrival to the cases that it starts and the cases that wait for it."""

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.clock import Clock
from engine.language.evaluator import EvaluationError
from engine.language.inputs import BadValues
from engine.language.process import Trigger
from engine.language.values import decode
from engine.opening import SIGNAL, Opening, open_case, prepare, values_of
from engine.runtime.triggers import mapped, starts
from engine.settings import Settings
from engine.shelf import Edition, Shelf
from engine.store import cases, hooks, inbox, matching, misfires
from engine.store.misfires import Misfire
from engine.store.rows import Arrival
from engine.store.store import Store

log = logging.getLogger("baton.routing")


@dataclass(frozen=True)
class Routed:
    """Where an arrival went: the cases that it started, and the cases that were told of it."""

    started: tuple[str, ...]
    told: tuple[str, ...]
    misfires: tuple[Misfire, ...] = ()  # triggers that it should have started something by

    @property
    def state(self) -> str:
        return "routed" if self.started or self.told else "unmatched"


class Router:
    """Decides once for every arrival that names no case."""

    def __init__(self, settings: Settings, store: Store, shelf: Shelf, clock: Clock) -> None:
        self.settings = settings
        self.store = store
        self.shelf = shelf
        self.clock = clock

    async def route(self, arrival: Arrival) -> Routed:
        """Open what the arrival starts, tell who waits for it, and mark it, in one transaction; once."""
        opened = await self.openings(arrival)
        misfires = [one for one in opened if isinstance(one, Misfire)]
        openings = [one for one in opened if isinstance(one, Opening)]
        return await self.store.write(lambda c: _carry_out(c, arrival, openings, misfires))

    async def openings(self, arrival: Arrival) -> list[Opening | Misfire]:
        """What the arrival starts, and what it should start and cannot. Nothing is written."""
        return [o for e in await self.shelf.everything() for o in self._openings(e, arrival)]

    def _openings(self, edition: Edition, arrival: Arrival) -> list[Opening | Misfire]:
        event = decode(arrival.data_json)
        return [o for t in edition.plan.process.triggers if (o := self._opening(edition, t, event, arrival))]

    def _opening(self, edition: Edition, trigger: Trigger, event: Any, arrival: Arrival) -> Opening | Misfire | None:
        """What the trigger opens, or why it cannot; None where it is not meant, or its `if` is false."""
        try:
            # A schedule belongs to one trigger, and not to another process that calls its own the same.
            own = f"{edition.process}/" if arrival.kind == "schedule" else ""
            if not starts(trigger, arrival.kind, arrival.name.removeprefix(own), event, self.clock):
                return None
            inputs = trigger_inputs(self.settings, edition, trigger, event, self.clock)
            once = f"{arrival.id}/{trigger.id}"
            return prepare(self.settings, edition, inputs, self.clock(), once, trigger=trigger, event=event)
        except (EvaluationError, BadValues) as problem:
            # What is wrong may name a person: it is kept with what came, and stays out of the log.
            log.warning("%s does not start %s by trigger %s", arrival.id, edition.process, trigger.id)
            return Misfire(arrival.id, edition.process, trigger.id, str(problem), self.clock())


def trigger_inputs(settings: Settings, edition: Edition, trigger: Trigger, event: Any, clock: Clock) -> dict[str, Any]:
    """The process's inputs as the trigger maps them. Raises EvaluationError, BadValues."""
    return values_of(settings, edition.plan).read_all(edition.plan.process.inputs, mapped(trigger, event, clock))


def _carry_out(c: Connection, arrival: Arrival, openings: list[Opening], misfires_: list[Misfire]) -> Routed:
    if not inbox.claim(c, arrival.id):
        return Routed((), ())  # another process has routed it, a moment ago
    matching.one_at_a_time(c, [arrival.name])
    # What came is routed once more when a definition was corrected: what it has started is not started again.
    fresh = [opening for opening in openings if cases.opened(c, opening.new.id) is None]
    started = tuple(open_case(c, opening, arrival)[0] for opening in fresh)
    told = tuple(dict.fromkeys(s.case for s in matching.subscribers(c, arrival.name, decode(arrival.data_json))))
    for case in told:
        inbox.deliver_to(c, arrival.id, case, SIGNAL)
    done = Routed(started, told, tuple(misfires_))
    inbox.routed(c, arrival.id, done.state)
    misfires.put_all(c, misfires_)
    if arrival.kind == "webhook" and done.state == "routed" and not misfires_:
        hooks.drop(c, arrival.id)
    return done
