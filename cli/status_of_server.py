"""The status of a database that is a server: the same as of a file, through the store."""

from engine.store import cases, plans
from engine.store.quick import CaseStatus
from engine.store.rows import CaseSummary
from engine.store.store import Store


class ServerReader:
    """See `cli.status.Reader`."""

    def __init__(self, url: str) -> None:
        self.store = Store.open(url)

    def listing(self, status: str) -> tuple[CaseSummary, ...]:
        return self.store.read_now(lambda c: cases.listing(c, status=status))

    def one(self, case: str) -> CaseStatus | None:
        summary = self.store.read_now(lambda c: cases.summary(c, case))
        if summary is None:
            return None
        entries = self.store.read_now(lambda c: cases.timeline(c, case))
        detail = self.store.read_now(lambda c: cases.detail(c, case))
        return CaseStatus(summary, entries, detail.incidents if detail else ())

    def plan(self, process: str, version: int) -> str | None:
        return self.store.read_now(lambda c: plans.of_version(c, process, version))
