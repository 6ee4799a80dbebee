"""What one worker does beside the work of cases: the engine hears of schedules, and what does not get on is found."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from activities.gate import give_up_forsaken
from engine.clock import rest, utc_now
from engine.runtime.messages import Unreachable
from engine.schedules import Schedule, Schedules
from engine.store import cases, erasures, requests
from engine.store.store import Store
from workflows.client import Courier
from workflows.schedule import Planned, Timekeeper

log = logging.getLogger("baton.worker")

LOOK = 1.0  # seconds between two looks for schedules that have changed
AHEAD = 100  # times of a schedule that the engine knows beforehand
WATCH = 15.0  # seconds between two looks for cases that are stuck


async def keep_time(schedules: Schedules, keeper: Timekeeper, stop: asyncio.Event) -> None:
    """Tell the engine which schedules there are, whenever one is published, goes, is paused or needs new times."""
    told: tuple[Planned, ...] | None = None
    while not stop.is_set():
        try:
            planned = tuple(_planned(one, utc_now()) for one in await schedules.everything())
            if _differ(told, planned):
                await keeper.keep(planned)
                told = planned
        except (Unreachable, SQLAlchemyError) as problem:
            log.warning("cannot tell the engine of the schedules, trying again: %s", problem)
        await rest(stop, LOOK)


def _planned(one: Schedule, now: datetime) -> Planned:
    length = one.recurrence.length
    times = () if length else one.next(now, AHEAD)
    return Planned(one.process, one.trigger, length, times, one.catch_up, bool(one.paused_by))


def _differ(told: tuple[Planned, ...] | None, planned: tuple[Planned, ...]) -> bool:
    """Whether the engine must be told anew: something else than time has changed, or half of the times are over."""
    if told is None or len(told) != len(planned):
        return True
    return any(_other(old, new) for old, new in zip(told, planned, strict=True))


def _other(old: Planned, new: Planned) -> bool:
    if replace(old, times=()) != replace(new, times=()):
        return True
    known = set(old.times)
    return sum(time in known for time in new.times) < len(new.times) / 2


async def watch(store: Store, courier: Courier, stop: asyncio.Event) -> None:
    """Show within a minute what does not get on: cases that the engine reports as stuck, mails that nobody asks for."""
    why = "its turns do not get through; see the worker's log"
    while not stop.is_set():
        try:
            await store.write(give_up_forsaken)
            await erase(store, courier)
            await store.write(lambda c: requests.forget_old(c, utc_now()))
            stuck = await courier.stuck()
            await store.write(lambda c, stuck=stuck: cases.unmark_stuck(c, why, stuck))  # type: ignore[misc]
            for case in stuck:
                await store.write(lambda c, case=case: cases.mark_stuck(c, case, why))  # type: ignore[misc]
        except (Unreachable, SQLAlchemyError) as problem:
            log.warning("cannot look for what does not get on: %s", problem)
        await rest(stop, WATCH)


async def erase(store: Store, courier: Courier) -> None:
    """Let the engine delete the histories of cases about people who were forgotten; where it does not, try again."""
    try:
        for case in await store.read(erasures.waiting):
            if await courier.erase(case):
                await store.write(lambda c, case=case: erasures.done(c, case, utc_now()))  # type: ignore[misc]
    except Unreachable as problem:  # it may be forbidden for good, and that must not keep the watch from its work
        log.warning("the engine keeps histories that it is to delete: %s", problem)
