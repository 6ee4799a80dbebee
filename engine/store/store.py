"""The door to the database: open it, bring it up to date, read and write with named queries."""

import asyncio
import logging
import sqlite3
from contextlib import closing

from sqlalchemy import URL
from sqlalchemy.exc import InterfaceError, OperationalError

from engine.store.crew import Crew, T, Work
from engine.store.database import BUSY_SECONDS, address, reading_engine, writing_engine
from engine.store.migration import migrate

log = logging.getLogger("baton.store")

PAUSES = (0.3, 0.7, 1.5, 3.0, 6.0, 8.0)
"""Seconds between two attempts to write down what has happened: together less than its sender is believed alive."""


class Store:
    """`await store.write(lambda c: ledger.claim(c, ...))`: a work is a plain function of a connection.

    It runs in another thread, in one transaction, perhaps together with others and perhaps twice (see `Crew`):
    no network, no waiting, no side effects in it. Reads see what was committed before they began.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self._writing = writing_engine(url)
        self._reading = reading_engine(url)
        self._writers = Crew("store-writer", self._writing, threads=1, most=200)
        self._readers = Crew("store-reader", self._reading, threads=4, most=20)

    @classmethod
    def open(cls, url: str) -> "Store":
        """`sqlite:///path` (folders are made) or `postgresql+psycopg://...`. Raises ValueError for another kind."""
        return cls(address(url))

    def migrate(self) -> None:
        """Bring the tables up to date; one query when there is nothing to do. Raises TooNewError (see `migration`)."""
        migrate(self._reading, self._writing)

    async def write(self, work: Work[T]) -> T:
        """Give the work's value once it is committed and on disk; raise what it raised, with nothing written.

        A caller that is cancelled while it waits does not know: its work may still be written.
        """
        return await self._writers.do(work)

    async def insist(self, work: Work[T]) -> T:
        """`write`, for what has happened already: a database that goes away for some seconds must not be why nobody
        knows. The work may be written more than once, so it has to be one that changes nothing the second time."""
        for pause in PAUSES:
            try:
                return await self.write(work)
            except (OperationalError, InterfaceError) as problem:
                log.warning("what has happened cannot be written down, trying again: %s", problem)
            await asyncio.sleep(pause)
        return await self.write(work)

    async def read(self, work: Work[T]) -> T:
        """Run a work that only reads."""
        return await self._readers.do(work)

    def write_now(self, work: Work[T]) -> T:
        """`write` for a caller without an event loop."""
        return self._writers.do_now(work)

    def read_now(self, work: Work[T]) -> T:
        """`read` for a caller without an event loop, in its own thread."""
        with self._reading.begin() as c:
            return work(c)

    def sweep(self) -> bool:
        """Let go of what was overwritten: SQLite keeps it in free pages and in its journal until they are used again.
        False: somebody else was at work for too long. PostgreSQL does that by itself, in its own time."""
        if self.url.get_backend_name() != "sqlite":
            return True
        try:
            with closing(sqlite3.connect(str(self.url.database), timeout=BUSY_SECONDS, isolation_level=None)) as c:
                c.execute("VACUUM")
                c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError:
            return False
        return True

    def close(self) -> None:
        """Write what was asked for, then let go of the database."""
        self._writers.close()
        self._readers.close()
        self._reading.dispose()
        self._writing.dispose()
