"""Reading: cases, their timelines, health."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from engine.desk.ground import Ground
from engine.runtime.view import Entry
from engine.store import cases
from engine.store.rows import CaseSummary


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

    async def healthy(self) -> bool:
        """Whether the database answers."""
        try:
            return await self.store.read(lambda c: c.scalar(text("SELECT 1")) == 1)
        except SQLAlchemyError:
            return False
