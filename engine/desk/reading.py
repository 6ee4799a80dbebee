"""Reading: cases, their timelines, health."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from engine.desk.ground import Ground
from engine.runtime.view import Entry
from engine.store import cases, health, requests
from engine.store.migration import HEAD
from engine.store.requests import Attempt
from engine.store.rows import CaseSummary
from engine.store.status import AT_WORK


@dataclass(frozen=True)
class Readiness:
    """What can be relied on just now."""

    database: bool
    tables: bool
    worker: bool


class Reading(Ground):
    async def cases(
        self, *, status: str | None = "open", process: str | None = None, limit: int = 200, offset: int = 0
    ) -> tuple[CaseSummary, ...]:
        """Cases with what they wait for, newest first. `status`: open, ended, or None for both."""
        return await self.store.read(
            lambda c: cases.listing(c, status=status, process=process, limit=limit, offset=offset)
        )

    async def timeline(self, case: str) -> tuple[Entry, ...]:
        """What happened in a case, oldest first. Raises NotThere."""
        await self.case(case)
        return await self.store.read(lambda c: cases.timeline(c, case))

    async def calls(self, case: str = "", *, failed: bool = False, most: int = 100) -> tuple[Attempt, ...]:
        """Attempts at requests to other systems, newest first, of one case or of all; `failed`: only those that did
        not go well. Raises NotThere."""
        if case:
            await self.case(case)
        return await self.store.read(lambda c: requests.listing(c, case, failed=failed, most=most))

    async def ready(self) -> Readiness:
        """Whether pages can be shown and messages be taken in; and whether a worker goes on with them."""
        try:
            at = await self.store.read(lambda c: c.scalar(text("SELECT version_num FROM alembic_version")))
            worker = (await self.store.read(lambda c: health.get(c, health.WORKER))).last_well_at
        except SQLAlchemyError:
            return Readiness(database=False, tables=False, worker=False)
        recent = worker is not None and self.clock() - worker < AT_WORK
        return Readiness(database=True, tables=at == HEAD, worker=recent)
