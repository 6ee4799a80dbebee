"""Schedules: what comes when; paused, resumed, and run by hand."""

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from engine.desk.answers import DeskError, NotOpen, NotThere
from engine.desk.ground import Ground
from engine.language.problems import one_of
from engine.schedules import Schedule, Schedules
from engine.store import health, schedules

SHOWN = 3  # next times of a schedule


class ScheduleLine(NamedTuple):
    """A schedule with its next times, in UTC; none while it is paused."""

    process: str
    trigger: str
    said: str
    paused_by: str
    next: tuple[datetime, ...]


class Timetable(Ground):
    async def schedules(self) -> tuple[ScheduleLine, ...]:
        """The schedules of the live versions of all processes."""
        now = self.clock()
        return tuple(
            ScheduleLine(s.process, s.trigger, s.said, s.paused_by, () if s.paused_by else s.next(now, SHOWN))
            for s in await self._schedules().everything()
        )

    async def pause_schedule(self, process: str, trigger: str, by: str = "") -> None:
        """Let its times pass by. Raises NotThere, NotOpen."""
        found = await self._schedule(process, trigger)
        if found.paused_by:
            raise NotOpen(f"the schedule `{process} {trigger}` was paused by {found.paused_by}")
        who = by or "somebody"
        await self.store.write(lambda c: schedules.pause(c, process, trigger, who, self.clock()))

    async def resume_schedule(self, process: str, trigger: str) -> None:
        """Go on with its next time; those that passed by are not made up for. Raises NotThere, NotOpen."""
        found = await self._schedule(process, trigger)
        if not await self.store.write(lambda c: _resumed(c, found, self.clock())):
            raise NotOpen(f"the schedule `{process} {trigger}` is not paused")

    async def run_schedule(self, process: str, trigger: str, by: str = "") -> str:
        """Start its case now, beside its times. The case's id. Raises NotThere, DeskError."""
        found = await self._schedule(process, trigger)
        routed = await self._schedules().take_in(found, self.clock(), f"by-hand-{secrets.token_hex(8)}", by)
        if routed is None or not routed.started:
            raise DeskError(f"the trigger `{trigger}` started nothing: its `if` is false, or it gives no valid inputs")
        return routed.started[0]

    def _schedules(self) -> Schedules:
        return Schedules(self.store, self.shelf, self.router, self.clock, self.nudge)

    async def _schedule(self, process: str, trigger: str) -> Schedule:
        known = await self._schedules().everything()
        found = next((s for s in known if (s.process, s.trigger) == (process, trigger)), None)
        if found is None:
            there = one_of([f"{s.process} {s.trigger}" for s in known]) or "none"
            raise NotThere(f"there is no schedule `{process} {trigger}`; published are {there}")
        return found


def _resumed(c: Connection, found: Schedule, now: datetime) -> bool:
    """What passed by meanwhile is no silence."""
    health.watch_afresh(c, f"schedule/{found.process}/{found.trigger}", found.said, now)
    return schedules.resume(c, found.process, found.trigger)
