"""The status of a database that is a server: the same as of a file, through the store."""

from datetime import UTC, datetime

from sqlalchemy.exc import OperationalError

from cli.office import no_database
from engine.store import cases, health, holds, plans
from engine.store.crew import T, Work
from engine.store.quick import CaseStatus
from engine.store.rows import CaseSummary
from engine.store.store import Store


class ServerReader:
    """See `cli.status.Reader`."""

    def __init__(self, url: str) -> None:
        self.store = Store.open(url)

    def listing(self, status: str, health: str | None = None) -> tuple[CaseSummary, ...]:
        return self._read(lambda c: cases.listing(c, status=status, health=health))

    def count(self, status: str) -> tuple[int, int]:
        return self._read(lambda c: cases.count(c, status))

    def one(self, case: str) -> CaseStatus | None:
        detail = self._read(lambda c: cases.detail(c, case))
        entries = self._read(lambda c: cases.timeline(c, case))
        return CaseStatus(detail.summary, entries, detail.incidents) if detail else None

    def plan(self, process: str, version: int) -> str | None:
        return self._read(lambda c: plans.of_version(c, process, version))

    def alarms(self) -> tuple[str, ...]:
        return self._read(lambda c: health.alarms(c, datetime.now(UTC)))

    def holds(self) -> tuple[str, ...]:
        return tuple(hold.scope for hold in self._read(holds.listing))

    def worker(self) -> datetime | None:
        return self._read(lambda c: health.get(c, health.WORKER)).last_well_at

    def _read(self, work: Work[T]) -> T:
        try:
            return self.store.read_now(work)
        except OperationalError as problem:
            raise no_database(problem) from problem
