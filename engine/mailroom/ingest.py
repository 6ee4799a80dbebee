"""Reads the IMAP mailboxes of a workspace, each in a thread of its own, for as long as the worker runs.

However many workers there are, one of them reads a mailbox: the others are ready to follow it. What it takes it
commits before it goes on, and it changes nothing in the folder.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from engine.clock import Clock, rest, utc_now
from engine.gateways.imap import Folder, Login, Opens, Trouble, open_folder
from engine.language.connections import Mailbox
from engine.mailroom import holder
from engine.mailroom.accounts import MEGABYTE, Accounts, account_of, server_of
from engine.mailroom.reading_on import ReadingOn
from engine.store import health, mailboxes
from engine.store.mailboxes import Overtaken
from engine.store.store import Store

log = logging.getLogger("baton.mailroom")

GLANCE = 1.0  # seconds between two looks at connections.yaml


@dataclass(frozen=True)
class Pace:
    """Seconds. `look`: between two looks while the server says nothing. `held`: for which one worker reads a mailbox
    without saying so again. `first`, `longest`: before it is tried again after trouble; `refused`: after a server has
    said no to how we sign in, because some lock an account that is tried too often. `at_once`: mails that are
    committed together."""

    look: float = 30.0
    held: float = 30.0
    first: float = 1.0
    longest: float = 60.0
    refused: float = 60.0
    at_once: int = 50


@dataclass(frozen=True)
class Ingest:
    """`mailboxes` are those of the workspace now, by name. `arrived` is called when there is new mail to be read."""

    store: Store
    workspace: Path
    mailboxes: Callable[[], Mapping[str, Mailbox]]
    accounts: Accounts
    arrived: Callable[[], None] = lambda: None
    clock: Clock = utc_now
    opens: Opens = open_folder
    pace: Pace = Pace()

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set. A mailbox that is added, changed or taken away counts within a second."""
        readers: dict[str, tuple[Mailbox, asyncio.Task[None]]] = {}
        try:
            while not stop.is_set():
                await self._keep_up(readers)
                await rest(stop, GLANCE)
        finally:
            await _end(*(task for _, task in readers.values()))

    async def _keep_up(self, readers: dict[str, tuple[Mailbox, asyncio.Task[None]]]) -> None:
        wanted = {name: box for name, box in self.mailboxes().items() if box.type == "imap"}
        for name, (mailbox, task) in list(readers.items()):
            if wanted.get(name) != mailbox or task.done():
                await _end(task)
                del readers[name]
        for name, mailbox in wanted.items():
            if name not in readers:
                reader = _Reader(self, name, mailbox)
                readers[name] = (mailbox, asyncio.create_task(reader.run(), name=f"mailbox {name}"))


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class _Reader:
    """One mailbox, until it is cancelled."""

    house: Ingest
    name: str
    mailbox: Mailbox
    who: str = field(default_factory=holder.new_name)
    tries: dict[int, int] = field(default_factory=dict)

    async def run(self) -> None:
        pace, pause = self.house.pace, self.house.pace.first
        while True:
            try:
                await self._know()
                if await self._hold():
                    await self._read()
                pause = pace.first
                await asyncio.sleep(pace.held / 3)
            except Overtaken:
                await asyncio.sleep(pace.first)
            except Trouble as trouble:
                await self._in_trouble(str(trouble))
                await asyncio.sleep(max(pause, pace.refused) if trouble.refused else pause)
                pause = min(pause * 2, pace.longest)
            except SQLAlchemyError as problem:
                log.warning("the mailbox %s cannot be read while the database does not answer: %s", self.name, problem)
                await asyncio.sleep(pause)
            except Exception as mistake:  # an edge: a mistake of ours must neither end the reading nor go unseen
                log.exception("the mailbox %s met a mistake of ours", self.name)
                await self._in_trouble(f"a mistake in Baton, {type(mistake).__name__}: see the worker's log")
                await asyncio.sleep(pace.longest)

    async def _know(self) -> None:
        account, now = account_of(self.mailbox), self.house.clock()
        await self.house.store.write(lambda c: mailboxes.known(c, self.name, account, now))

    async def _hold(self) -> bool:
        time = timedelta(seconds=self.house.pace.held)
        return await holder.hold(self.house.store, self.name, self.who, self.house.clock(), time)

    async def _read(self) -> None:
        """Until somebody else reads this mailbox. Raises Trouble, Overtaken."""
        try:
            async with self._opened() as (folder, thread, halt):
                keeping = asyncio.create_task(self._keep_holding(halt))
                try:
                    await self._follow(folder, thread, halt)
                finally:
                    await _end(keeping)
        finally:
            now = self.house.clock()
            with suppress(SQLAlchemyError):
                await self.house.store.write(lambda c: mailboxes.let_go(c, self.name, self.who, now))

    async def _follow(self, folder: Folder, thread: ThreadPoolExecutor, halt: Event) -> None:
        house, largest = self.house, self.mailbox.largest * MEGABYTE
        existing = self.mailbox.existing == "take"
        at_once = house.pace.at_once
        reading = ReadingOn(house.store, self.name, folder, thread, house.clock, largest, existing, at_once, self.tries)
        loop = asyncio.get_running_loop()
        while not halt.is_set():
            if await reading.catch_up():
                house.arrived()
            await loop.run_in_executor(thread, partial(folder.wait, house.pace.look, halt))

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[tuple[Folder, ThreadPoolExecutor, Event]]:
        """An open folder and the thread that alone uses it. Setting the event ends its waiting."""
        login = await self.house.accounts.sign_in(self.mailbox)
        server = server_of(self.mailbox, self.house.workspace)
        thread, halt = ThreadPoolExecutor(1, thread_name_prefix=f"mailbox-{self.name}"), Event()
        opening = thread.submit(self.house.opens, server, login)
        try:
            yield await self._signed_in(opening, login), thread, halt
        finally:
            halt.set()
            thread.submit(_close, opening)
            thread.shutdown(wait=False)

    async def _signed_in(self, opening: Future[Folder], login: Login) -> Folder:
        try:
            return await asyncio.wrap_future(opening)
        except Trouble as trouble:
            if trouble.refused:
                self.house.accounts.refused(self.mailbox, login)
            raise

    async def _keep_holding(self, halt: Event) -> None:
        """Say again and again that this mailbox is ours; `halt` when it is not any more, or nobody can tell."""
        try:
            while True:
                if not await self._hold():
                    return
                await asyncio.sleep(self.house.pace.held / 3)
        except SQLAlchemyError as problem:
            log.warning("cannot say that we read the mailbox %s: %s", self.name, problem)
        finally:
            halt.set()

    async def _in_trouble(self, words: str) -> None:
        log.warning("the mailbox %s cannot be read, trying again: %s", self.name, words)
        now = self.house.clock()
        with suppress(SQLAlchemyError):
            await self.house.store.write(lambda c: health.trouble(c, f"mailbox/{self.name}", words, now))


def _close(opening: Future[Folder]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
