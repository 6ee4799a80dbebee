"""The dispatcher: brings what is stored in the inbox to its cases, in order, until it is there."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from engine.clock import Clock, utc_now
from engine.opening import START
from engine.routing import Router
from engine.runtime.messages import CaseOver, Unreachable
from engine.runtime.state import State
from engine.store import cases, inbox, states
from engine.store.rows import Arrival, DeliveryRow
from engine.store.store import Store

log = logging.getLogger("baton.dispatcher")

GLANCE = 0.2  # seconds between two looks at the database when nobody nudges
AT_ONCE = 200  # deliveries that are read together
SIDE_BY_SIDE = 32  # cases that are told at the same time
FIRST_PAUSE = 0.5  # seconds before a case that could not be reached is tried again
LONGEST_PAUSE = 30.0
SWEEP = timedelta(seconds=5)  # an arrival that is not routed by now was left behind by a process that died


class Courier(Protocol):
    """How news reaches a case. Both may be repeated: a second start, a second id change nothing."""

    async def start(self, case: str, process: str, digest: str, state: str) -> None:
        """Raises Unreachable."""
        ...

    async def tell(self, case: str, ids: Sequence[str]) -> None:
        """Raises Unreachable, or CaseOver for a case that has ended."""
        ...


class MemoryCourier:
    """The courier's twin: keeps what it was given. `cut` makes every case unreachable."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.states: dict[str, str] = {}
        self.told: list[tuple[str, tuple[str, ...]]] = []
        self.over: set[str] = set()
        self.cut = False

    async def start(self, case: str, process: str, digest: str, state: str) -> None:
        self._reach()
        if case not in self.states:
            self.started.append(case)
            self.states[case] = state

    async def tell(self, case: str, ids: Sequence[str]) -> None:
        self._reach()
        if case in self.over or case not in self.states:
            raise CaseOver(case)
        self.told.append((case, tuple(ids)))

    def _reach(self) -> None:
        if self.cut:
            raise Unreachable("the line is cut")


class Nudge:
    """A bell inside one process: `nudge()` wakes the dispatcher at once."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def __call__(self) -> None:
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for the bell; False when the time is over."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class Dispatcher:
    """`run` until `stop`; `deliver` does one round, for tests and for tools."""

    def __init__(
        self, store: Store, courier: Courier, router: Router, nudge: Nudge | None = None, clock: Clock = utc_now
    ) -> None:
        self.store = store
        self.courier = courier
        self.router = router
        self.nudge = nudge or Nudge()
        self.clock = clock
        self._pauses: dict[str, float] = {}
        self._not_before: dict[str, datetime] = {}
        self._swept: datetime | None = None
        self._under_way: dict[str, int] = {}  # case -> id of the last of its rows that are being delivered
        self._handled: dict[str, int] = {}  # the same of those that ended since the last look
        self._behind = False  # something was left for when a delivery that is under way has ended

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, then finish what is under way. Trouble with the database is waited out."""
        mark: tuple[int, ...] = ()
        rung = True
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                try:
                    seen = mark if rung else await self.store.read(inbox.change_mark)
                    if rung or seen != mark or self._pauses:
                        mark = seen
                        await self._route_emitted()
                        await self._send_out(group)
                    await self.sweep()
                except SQLAlchemyError as problem:
                    log.warning("the database does not answer, trying again: %s", problem)
                    await asyncio.sleep(FIRST_PAUSE)
                rung = await self.nudge.wait(GLANCE)

    async def deliver(self) -> int:
        """Deliver everything that can be delivered now; how many rows arrived."""
        arrived = 0
        await self._route_emitted()
        while rows := await self._due():
            done = await self._round(rows)
            arrived += done
            if not done:
                break
        return arrived

    async def sweep(self) -> None:
        """Route what was stored by somebody who died before routing it."""
        now = self.clock()
        if self._swept and timedelta(0) <= now - self._swept < SWEEP:  # clocks are set back, too
            return
        self._swept = now
        for arrival in await self.store.read(lambda c: inbox.unrouted(c, now - SWEEP)):
            await self._route(arrival)

    async def _route_emitted(self) -> None:
        """Route what cases have emitted, in its order."""
        while arrivals := await self.store.read(inbox.emitted):
            for arrival in arrivals:
                await self._route(arrival)

    async def _route(self, arrival: Arrival) -> None:
        try:
            await self.router.route(arrival)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the arrival is as good as before
        except Exception:  # an edge: whatever is wrong with one arrival, everything else goes on
            log.exception("%s cannot be routed, and is put aside", arrival.id)
            await self.store.write(lambda c: inbox.routed(c, arrival.id, "failed"))

    async def _due(self) -> tuple[DeliveryRow, ...]:
        now = self.clock()
        waiting = [case for case, at in self._not_before.items() if at > now]
        return await self.store.read(lambda c: inbox.undelivered(c, AT_ONCE, waiting))

    async def _send_out(self, group: asyncio.TaskGroup) -> None:
        """Start a delivery for every case that has news and none under way: a slow case keeps nobody waiting."""
        self._behind = len(self._under_way) >= SIDE_BY_SIDE
        if self._behind:
            return
        self._handled.clear()
        rows = await self._due()
        known = {**self._handled, **self._under_way}  # what has arrived since the look is still in it
        news = _by_case(row for row in rows if row.id > known.get(row.case, 0))
        self._behind = len(rows) == AT_ONCE
        for case, its in news.items():
            if case in self._under_way or len(self._under_way) >= SIDE_BY_SIDE:
                self._behind = True
            else:
                self._under_way[case] = its[-1].id
                group.create_task(self._carry(case, its))

    async def _carry(self, case: str, rows: Sequence[DeliveryRow]) -> None:
        try:
            await self._to_case(case, rows)
        except SQLAlchemyError as problem:
            log.warning("%s was reached, but the database does not answer: %s", case, problem)
        finally:
            self._handled[case] = self._under_way.pop(case)
            if self._behind:
                self.nudge()

    async def _round(self, rows: Sequence[DeliveryRow]) -> int:
        return sum(await asyncio.gather(*(self._to_case(case, its) for case, its in _by_case(rows).items())))

    async def _to_case(self, case: str, rows: Sequence[DeliveryRow]) -> int:
        """Start a case, then tell it all its news together."""
        try:
            if any(row.kind == START for row in rows):
                await self._start(case)
            if news := [row.inbox_id for row in rows if row.kind != START]:
                await self.courier.tell(case, news)
        except CaseOver:
            return await self._arrived(case, rows, late=True)
        except Unreachable as problem:
            await self._later(case, rows, str(problem))
            return 0
        return await self._arrived(case, rows)

    async def _start(self, case: str) -> None:
        new = await self.store.read(lambda c: cases.opened(c, case))
        if new:
            await self.courier.start(new.id, new.process, new.digest, new.state)

    async def _arrived(self, case: str, rows: Sequence[DeliveryRow], *, late: bool = False) -> int:
        """Nothing more is to be done. What came after the end of its case stays in the inbox as `late`."""
        now = self.clock()
        await self.store.write(lambda c: _close(c, rows, now, late))
        self._pauses.pop(case, None)
        self._not_before.pop(case, None)
        return len(rows)

    async def _later(self, case: str, rows: Sequence[DeliveryRow], error: str) -> None:
        pause = min(self._pauses.get(case, FIRST_PAUSE / 2) * 2, LONGEST_PAUSE)
        self._pauses[case] = pause
        self._not_before[case] = self.clock() + timedelta(seconds=pause)
        first = rows[0]
        await self.store.write(lambda c: inbox.failed(c, first.inbox_id, case, error[:500]))
        if first.attempts == 0:
            log.warning("%s cannot be reached, trying again: %s", case, error)


def _by_case(rows: Iterable[DeliveryRow]) -> Mapping[str, list[DeliveryRow]]:
    by_case: defaultdict[str, list[DeliveryRow]] = defaultdict(list)
    for row in rows:
        by_case[row.case].append(row)
    return by_case


def _close(c: Connection, rows: Sequence[DeliveryRow], now: datetime, late: bool) -> None:
    inbox.delivered(c, [row.id for row in rows], now)
    if not late:
        return
    heard = _heard(c, rows[0].case)  # it may have ended by these very news, and its answer was lost on the way
    for arrival in inbox.load(c, [row.inbox_id for row in rows if row.inbox_id not in heard]):
        inbox.routed(c, arrival.id, "late")
        text = f"Came after the end and was kept: {arrival.kind} {arrival.name}".strip()
        cases.came_late(c, rows[0].case, arrival.to, text, now)


def _heard(c: Connection, case: str) -> frozenset[str]:
    try:
        return frozenset(State.load(states.current(c, case)).seen)
    except LookupError:
        return frozenset()
