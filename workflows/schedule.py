"""Schedules in the durable engine: each of their times becomes one line in the inbox, and nothing else."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
)
from temporalio.common import RetryPolicy, SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

with workflow.unsafe.imports_passed_through():
    from engine.runtime.messages import DueInput, Unreachable

DUE = "due"
NAME = "baton:schedule"  # no process can be called so
PATIENCE = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=60))
SHORTEST_CATCH_UP = timedelta(seconds=10)  # the engine's own

_MEANT = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")


@workflow.defn(name=NAME)
class Scheduled:
    """One time of one schedule."""

    @workflow.run
    async def run(self, due: DueInput) -> None:
        info = workflow.info()
        meant = info.typed_search_attributes.get(_MEANT) or info.start_time
        due.at = meant.astimezone(UTC).timestamp()
        await workflow.execute_activity(DUE, due, start_to_close_timeout=timedelta(seconds=30), retry_policy=PATIENCE)


@dataclass(frozen=True)
class Planned:
    """What the engine is told of a schedule: a length between two times, or the next ones themselves, in UTC."""

    process: str
    trigger: str
    length: timedelta | None
    times: tuple[datetime, ...]
    catch_up: timedelta
    paused: bool


class Timekeeper:
    """The schedules of one task queue in the engine."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self.client = client
        self.task_queue = task_queue
        self.prefix = f"{task_queue}:schedule:"

    async def keep(self, planned: Sequence[Planned]) -> None:
        """Make the engine's schedules exactly these. Raises Unreachable."""
        try:
            wanted = {self._id(one): one for one in planned}
            known = {name async for name in self._known()}
            for gone in known - set(wanted):
                await self._drop(gone)
            for name, one in wanted.items():
                await self._put(name, one, is_new=name not in known)
        except RPCError as problem:
            raise Unreachable(str(problem)) from problem

    async def _known(self) -> AsyncIterator[str]:
        async for listed in await self.client.list_schedules():
            if listed.id.startswith(self.prefix):
                yield listed.id

    async def _put(self, name: str, one: Planned, *, is_new: bool) -> None:
        schedule = self._schedule(name, one)
        if is_new:
            try:
                await self.client.create_schedule(name, schedule)
            except ScheduleAlreadyRunningError:
                is_new = False  # another worker was first, or the list is a moment old
        if not is_new:
            handle = self.client.get_schedule_handle(name)
            await handle.update(lambda _: ScheduleUpdate(schedule=schedule))

    async def _drop(self, name: str) -> None:
        try:
            await self.client.get_schedule_handle(name).delete()
        except RPCError as problem:
            if problem.status != RPCStatusCode.NOT_FOUND:
                raise

    def _id(self, one: Planned) -> str:
        return f"{self.prefix}{one.process}/{one.trigger}"

    def _schedule(self, name: str, one: Planned) -> Schedule:
        action = ScheduleActionStartWorkflow(
            NAME,
            DueInput(one.process, one.trigger),
            id=f"schedule-{hashlib.sha256(name.encode()).hexdigest()[:16]}",
            task_queue=self.task_queue,
        )
        catch_up = max(one.catch_up, SHORTEST_CATCH_UP)
        policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.ALLOW_ALL, catchup_window=catch_up)
        return Schedule(action=action, spec=_spec(one), policy=policy, state=ScheduleState(paused=one.paused))


def _spec(one: Planned) -> ScheduleSpec:
    if one.length is not None:
        return ScheduleSpec(intervals=[ScheduleIntervalSpec(every=one.length)])
    return ScheduleSpec(calendars=[_at(time) for time in one.times])


def _at(time: datetime) -> ScheduleCalendarSpec:
    """This very time, once."""
    return ScheduleCalendarSpec(
        second=[ScheduleRange(time.second)],
        minute=[ScheduleRange(time.minute)],
        hour=[ScheduleRange(time.hour)],
        day_of_month=[ScheduleRange(time.day)],
        month=[ScheduleRange(time.month)],
        year=[ScheduleRange(time.year)],
    )
