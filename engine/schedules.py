"""Schedules of the published processes: when they come, and what happens then."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection

from engine.clock import Clock
from engine.language.calendar import WorkCalendar
from engine.language.evaluator import EVERYDAY
from engine.language.plan import Plan
from engine.language.process import Trigger
from engine.language.recurrence import Recurrence, parse_cron, parse_every
from engine.language.time import resolve_text
from engine.language.values import encode
from engine.routing import Routed, Router
from engine.shelf import Edition, Shelf
from engine.store import health, inbox, schedules
from engine.store.rows import Arrival
from engine.store.store import Store

CATCH_UP = timedelta(days=1)


@dataclass(frozen=True)
class Schedule:
    """A trigger of type `schedule`. `paused_by` is empty while it is not paused."""

    process: str
    trigger: str
    said: str
    recurrence: Recurrence
    calendar: WorkCalendar
    catch_up: timedelta
    paused_by: str

    def next(self, after: datetime, count: int = 1) -> tuple[datetime, ...]:
        """The next times, in UTC."""
        return tuple(islice(self.recurrence.after(after, self.calendar), count))


class Schedules:
    """All schedules; `happened` is where their times come in. `nudge` wakes a dispatcher in this process."""

    def __init__(
        self, store: Store, shelf: Shelf, router: Router, clock: Clock, nudge: Callable[[], None] = lambda: None
    ) -> None:
        self.store = store
        self.shelf = shelf
        self.router = router
        self.clock = clock
        self.nudge = nudge

    async def everything(self) -> tuple[Schedule, ...]:
        """The schedules of the live versions of all processes."""
        return await self.among(await self.shelf.everything())

    async def among(self, editions: Sequence[Edition]) -> tuple[Schedule, ...]:
        """The schedules of these versions."""
        paused = await self.store.read(schedules.paused)
        found = [(e.process, e.plan, t) for e in editions for t in e.plan.process.triggers]
        return tuple(
            _schedule(process, plan, trigger, paused.get((process, trigger.id), ""), self.clock())
            for process, plan, trigger in found
            if trigger.type == "schedule"
        )

    async def one(self, process: str, trigger: str) -> Schedule | None:
        return next((s for s in await self.everything() if (s.process, s.trigger) == (process, trigger)), None)

    async def happened(self, process: str, trigger: str, at: datetime) -> Routed | None:
        """A time of a schedule has come: it starts its case, once, however often this is told.

        None where the schedule is gone or paused, or this time has been taken in before.
        """
        found = await self.one(process, trigger)
        if found is None or found.paused_by:
            return None
        return await self.take_in(found, at, at.isoformat())

    async def take_in(self, schedule: Schedule, at: datetime, source_id: str, by: str = "") -> Routed | None:
        """Store the time as an arrival, and route it like any other. `source_id` counts once."""
        source = f"schedule:{schedule.process}/{schedule.trigger}"
        arrival = Arrival(
            id=f"schedule-{hashlib.sha256(f'{source}/{source_id}'.encode()).hexdigest()[:24]}",
            source=source,
            source_id=source_id,
            kind="schedule",
            name=f"{schedule.process}/{schedule.trigger}",
            case="",
            to="",
            by=by,
            data_json=encode({"at": at, "day": schedule.calendar.local(at).date()}),
            received_at=self.clock(),
        )
        lag = (arrival.received_at - at).total_seconds()
        if not await self.store.write(lambda c: _accepted(c, arrival, lag)):
            return None
        routed = await self.router.route(arrival)
        self.nudge()
        return routed


def _accepted(c: Connection, arrival: Arrival, lag: float) -> bool:
    if not inbox.accept(c, arrival):
        return False
    health.seen(c, f"schedule/{arrival.name}", arrival.received_at, lag)
    return True


def _schedule(process: str, plan: Plan, trigger: Trigger, paused_by: str, now: datetime) -> Schedule:
    found = plan.resources.calendars.get(plan.process.calendar or "")
    calendar = WorkCalendar.of(found) if found else EVERYDAY
    recurrence = parse_every(trigger.every) if trigger.every else parse_cron(trigger.cron or "")
    until = resolve_text(trigger.catch_up, str, now, calendar) if trigger.catch_up else None
    catch_up = until - now if until else CATCH_UP
    said = trigger.every or f"cron {trigger.cron}"
    return Schedule(process, trigger.id, said, recurrence, calendar, catch_up, paused_by)
