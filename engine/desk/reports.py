"""What became of the cases of a process: how they ended, what was sent, who answered, and what was late."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from engine.desk.publishing import Publishing
from engine.desk.reading import Reading
from engine.runtime.state import State, StepRecord
from engine.runtime.undoing import steps_by_id
from engine.runtime.waiting import WaitingStep
from engine.store import outbox, states
from engine.store.rows import CaseSummary

PAGE = 500  # cases that are read together
EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class StepLine:
    """The waits of one step in all cases. `title` is empty where each case has its own. `late` ended, or are still
    open, after their `due`; `pace` is the median time to an answer."""

    step: str
    title: str
    answered: int
    open: int
    timed_out: int
    late: int
    pace: float | None  # seconds


@dataclass(frozen=True)
class Report:
    """`outcomes` counts the cases that have ended; `mails` those to people outside, by their state in the outbox."""

    process: str
    title: str
    started: int
    open: int
    incidents: int
    outcomes: Mapping[str, int]
    mails: Mapping[str, int]
    steps: tuple[StepLine, ...]


class Reports(Publishing, Reading):
    async def report(self, process: str, since: datetime | None = None) -> Report:
        """Count the cases of a process that began at that time or later. Raises NotThere for an unknown process."""
        edition = await self.edition(process)
        begin = since or EVER
        found = await self._begun(process, begin)
        records = await self._records(found)
        now = self.clock()
        waiting = (s for s in steps_by_id(edition.plan).values() if isinstance(s, WaitingStep))
        return Report(
            process=process,
            title=edition.plan.process.title,
            started=len(found),
            open=sum(case.status == "open" for case in found),
            incidents=sum(case.health == "incident" for case in found),
            outcomes=dict(Counter(case.outcome for case in found if case.status == "ended")),
            mails=await self.store.read(lambda c: outbox.counts(c, process, begin)),
            steps=tuple(_line(step, records[step.id], now) for step in waiting if records[step.id]),
        )

    async def _begun(self, process: str, since: datetime) -> list[CaseSummary]:
        found: list[CaseSummary] = []
        while True:
            at = len(found)
            page = await self.cases(status=None, process=process, limit=PAGE, offset=at)
            found += [case for case in page if case.started_at >= since]
            if len(found) - at < PAGE:
                return found

    async def _records(self, found: Sequence[CaseSummary]) -> Mapping[str, list[StepRecord]]:
        """What the cases know of their steps, by the step's id; rounds and items each count."""
        records: defaultdict[str, list[StepRecord]] = defaultdict(list)
        for case in found:
            text = await self.store.read(lambda c, case=case: states.current(c, case.id))  # type: ignore[misc]
            for record in State.load(text).steps.values():
                records[record.id].append(record)
        return records


def _line(step: WaitingStep, records: Sequence[StepRecord], now: datetime) -> StepLine:
    answered = [r for r in records if r.status == "done"]
    times = [(r.at - r.since).total_seconds() for r in answered if r.at]
    return StepLine(
        step=step.id,
        title="" if "${" in (step.title or "") else Counter(r.title for r in records).most_common(1)[0][0],
        answered=len(answered),
        open=sum(not r.closed for r in records),
        timed_out=sum(r.status == "timed_out" for r in records),
        late=sum(_is_late(r, now) for r in records),
        pace=median(times) if times else None,
    )


def _is_late(record: StepRecord, now: datetime) -> bool:
    return record.late or bool(record.armed and record.armed.due and record.armed.due < now)
