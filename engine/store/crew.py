"""Works that wait at the same time share one transaction: one fsync when they write, one change of threads each way."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
Work = Callable[[Connection], T]


class StoreClosedError(RuntimeError):
    """The store was closed; nothing was done."""


@dataclass(slots=True)
class _Job:
    work: Work[Any]
    waiter: "Future[Any] | asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop | None
    value: Any = None
    error: BaseException | None = None


class Crew:
    """Threads that take works from one queue; each has a connection.

    A group of works runs in one transaction. If one of them raises, the transaction is rolled back and each
    runs again alone: the failure is rare, and no savepoint is paid for on the way that is not. So a work may
    run twice; it must do nothing but ask the database and return a value.

    `most` works share a transaction: more would keep the first ones, and whoever else writes, waiting.
    """

    def __init__(self, name: str, engine: Engine, *, threads: int, most: int) -> None:
        self._name = name
        self._engine = engine
        self._many = threads
        self._most = most
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._closed = False
        self._lock = Lock()

    async def do(self, work: Work[T]) -> T:
        """Return what the work returned once it is committed; raise what it raised."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[T] = loop.create_future()
        self._put(_Job(work, waiter, loop))
        return await waiter

    def do_now(self, work: Work[T]) -> T:
        """The same for a caller without an event loop: it blocks."""
        waiter: Future[T] = Future()
        self._put(_Job(work, waiter, None))
        return waiter.result()

    def close(self) -> None:
        """Do what waits, then stop."""
        with self._lock:
            self._closed = True
            threads, self._threads = self._threads, []
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join()

    def _put(self, job: _Job) -> None:
        with self._lock:
            if self._closed:
                raise StoreClosedError("the store is closed")
            if not self._threads:
                self._begin()
            self._queue.put(job)

    def _begin(self) -> None:
        self._threads = [Thread(target=self._serve, name=self._name, daemon=True) for _ in range(self._many)]
        for thread in self._threads:
            thread.start()

    def _serve(self) -> None:
        while job := self._queue.get():
            jobs, more = self._gather(job)
            self._run(jobs)
            _settle(jobs)
            if not more:
                return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        """Everything that waits now, and whether to go on afterwards."""
        jobs = [first]
        with suppress(Empty):
            while len(jobs) < self._most:
                job = self._queue.get_nowait()
                if job is None:
                    return jobs, False
                jobs.append(job)
        return jobs, True

    def _run(self, jobs: list[_Job]) -> None:
        if self._together(jobs):
            return
        for job in jobs:
            self._alone(job)

    def _together(self, jobs: list[_Job]) -> bool:
        """False if a work failed: then nothing of the group was written."""
        in_works = False
        try:
            with self._engine.begin() as c:
                in_works = True
                for job in jobs:
                    job.value = job.work(c)
                in_works = False
        except Exception as error:  # an edge: whatever a work raises belongs to its caller, not to this thread
            if in_works:
                return False
            # No transaction was to be had, or its commit failed: the server may have committed before it went
            # away, and to run the works again could write twice.
            for job in jobs:
                job.error = error
        return True

    def _alone(self, job: _Job) -> None:
        try:
            with self._engine.begin() as c:
                job.value = job.work(c)
        except Exception as error:  # the same edge
            job.error = error


def _settle(jobs: Iterable[_Job]) -> None:
    """Wake the callers: those of an event loop with one call for all, because each call wakes its loop."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[_Job]] = defaultdict(list)
    for job in jobs:
        if job.loop:
            by_loop[job.loop].append(job)
        else:
            _answer(job)
    for loop, waiting in by_loop.items():
        with suppress(RuntimeError):  # the loop was closed: nobody is waiting any more
            loop.call_soon_threadsafe(_answer_all, waiting)


def _answer_all(jobs: Iterable[_Job]) -> None:
    for job in jobs:
        _answer(job)


def _answer(job: _Job) -> None:
    if job.waiter.cancelled():
        return
    if job.error:
        job.waiter.set_exception(job.error)
    else:
        job.waiter.set_result(job.value)
