"""Many cases at once: every row of a table is one, checked before any of them starts, and started once."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Connection

from engine.desk.answers import DeskError
from engine.desk.publishing import every_step
from engine.desk.sheets import Row, Sheet, columns_of
from engine.desk.starting import Starting
from engine.language.evaluator import EvaluationError
from engine.language.inputs import BadValues
from engine.language.plan import Plan
from engine.language.staff import identity
from engine.language.values import encode
from engine.opening import Opening, open_case, prepare
from engine.runtime.flow import StepError
from engine.shelf import Edition
from engine.store import cases, inbox, policy
from engine.store.policy import Rules
from engine.store.queue import QUEUED
from engine.store.rows import Arrival

AT_ONCE = 200  # rows in one transaction: others get their turn in between
State = Literal["ready", "started", "queued", "duplicate", "earlier", "suppressed", "invalid"]


@dataclass(frozen=True)
class RowResult:
    """What becomes of a row. `line` of the file; `problems` by column; `why` in words, where it is not simply started.

    ready: would be started (only when nothing is started); duplicate: the same row, or one with the same key, is before
    it or runs already; earlier: it was started before, from this file; suppressed: nothing may be sent to its contact.
    """

    line: int
    state: State
    case: str = ""
    why: str = ""
    problems: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Batch:
    """How rows become cases. `name`: what makes the rows of one run, so that each counts once however often it is told;
    `columns`: heading -> input."""

    process: str
    name: str
    columns: Mapping[str, str]
    by: str = ""
    version: int | None = None
    start_suppressed: bool = False


@dataclass(frozen=True)
class _Ready:
    row: Row
    opening: Opening
    once: str


Barred = Callable[[Connection, Opening], str]
"""Why nothing that the process sends may go to the contact of a case; empty where something may."""
_RowOf = Callable[[Connection, Batch, _Ready | RowResult, Barred], RowResult]
_Transact = Callable[[Callable[[Connection], list[RowResult]]], Awaitable[list[RowResult]]]


class Bulk(Starting):
    async def columns(
        self, process: str, sheet: Sheet, said: Mapping[str, str], *, version: int | None, ignore_others: bool
    ) -> dict[str, str]:
        """Which input each column is. Raises BadSheet, NotThere."""
        edition = await self.edition(process, version)
        return columns_of(sheet.headings, edition.plan.process.inputs, said, ignore_others=ignore_others)

    async def check_rows(
        self, batch: Batch, rows: Sequence[Row], tell: Callable[[int], None] = lambda _: None
    ) -> tuple[RowResult, ...]:
        """What would become of each row now. Nothing is written. `tell` is called with how many were looked at."""
        return await self._each(batch, rows, tell, self.store.read, _judged)

    async def start_rows(
        self, batch: Batch, rows: Sequence[Row], tell: Callable[[int], None] = lambda _: None
    ) -> tuple[RowResult, ...]:
        """Start the rows, some at a time: whatever stops it, the same rows again start only what is left."""

        def told(number: int) -> None:
            tell(number)
            self.nudge()

        return await self._each(batch, rows, told, self.store.write, _started)

    async def _each(
        self, batch: Batch, rows: Sequence[Row], tell: Callable[[int], None], transact: _Transact, row_of: _RowOf
    ) -> tuple[RowResult, ...]:
        edition = await self.edition(batch.process, batch.version)
        barred, seen, found = self._barred(edition.plan), _Seen(), list[RowResult]()
        for part in _parts(rows):
            made = [seen.first(self._made(edition, batch, row)) for row in part]
            found += await transact(lambda c, m=made: [row_of(c, batch, one, barred) for one in m])  # type: ignore[misc]
            tell(len(part))
        return tuple(found)

    def _barred(self, plan: Plan) -> Barred:
        rules = Rules(key=self.settings.key())
        return partial(_suppressed, classes=_classes(plan), rules=rules)

    def _made(self, edition: Edition, batch: Batch, row: Row) -> _Ready | RowResult:
        """The case of a row, or what is wrong with the row."""
        if row.problem:
            return RowResult(row.line, "invalid", why=row.problem)
        raw = {name: row.cells[heading] for heading, name in batch.columns.items() if row.cells.get(heading)}
        once = sha256(encode(raw).encode()).hexdigest()[:32]
        source = _source(batch)
        try:
            inputs = self.values(edition.plan).read_all(edition.plan.process.inputs, raw)
            who = identity(self.staff(), batch.by)
            opening = prepare(self.settings, edition, inputs, self.clock(), f"{source}/{once}", by=who)
        except BadValues as problem:
            return RowResult(row.line, "invalid", why=str(problem), problems=_by_column(problem.problems, batch))
        except (EvaluationError, StepError, DeskError) as problem:
            return RowResult(row.line, "invalid", why=str(problem))
        return _Ready(row, opening, once)


class _Seen:
    """What the rows before have had: the same row twice, or the same key, is one case."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.keys: dict[str, int] = {}

    def first(self, made: _Ready | RowResult) -> _Ready | RowResult:
        """The row, or that it is one of those before: also where that one has ended since, in an earlier run."""
        if isinstance(made, RowResult):
            return made
        line, key = made.row.line, made.opening.new.business_key
        same = self.rows.setdefault(made.once, line)
        if same != line:
            return RowResult(line, "duplicate", why=f"it is the same as line {same}")
        if key and made.opening.if_running == "skip" and (known := self.keys.setdefault(key, line)) != line:
            return RowResult(line, "duplicate", why=f"line {known} has the same key, `{key}`")
        return made


def _judged(c: Connection, batch: Batch, made: _Ready | RowResult, barred: Barred) -> RowResult:
    if isinstance(made, RowResult):
        return made
    line, new = made.row.line, made.opening.new
    if cases.opened(c, new.id):
        return RowResult(line, "earlier", new.id, "it was started before")
    if why := "" if batch.start_suppressed else barred(c, made.opening):
        return RowResult(line, "suppressed", why=why)
    running = cases.running(c, new.process, new.business_key) if new.business_key else None
    if running and made.opening.if_running == "skip":
        return RowResult(line, "duplicate", running, "a case with the same key is running")
    return RowResult(line, "ready")


def _started(c: Connection, batch: Batch, made: _Ready | RowResult, barred: Barred) -> RowResult:
    judged = _judged(c, batch, made, barred)
    if isinstance(made, RowResult) or judged.state != "ready":
        return judged
    opening, new = made.opening, made.opening.new
    arrival = Arrival(
        id=f"start-{new.id}",
        source=_source(batch),
        source_id=made.once,
        kind="start",
        name=new.process,
        case=new.id,
        to="",
        by=batch.by,
        data_json=encode({}),
        received_at=new.started_at,
    )
    if not inbox.accept(c, arrival):
        return RowResult(made.row.line, "earlier", new.id, "it was started before")
    inbox.routed(c, arrival.id)
    case, existing = open_case(c, opening, arrival)
    if existing:
        return RowResult(made.row.line, "duplicate", case, "a case with the same key is running")
    waits = opening.if_running == "queue" and _is_queued(c, case)
    return RowResult(made.row.line, "queued" if waits else "started", case)


def _is_queued(c: Connection, case: str) -> bool:
    found = cases.summary(c, case)
    return found is not None and found.health == QUEUED


def _suppressed(c: Connection, opening: Opening, classes: tuple[str, ...], rules: Rules) -> str:
    """Why nothing that the process sends may go to the contact of the case; empty where something may."""
    party = opening.new.party
    if party is None or not classes:
        return ""
    against = [policy.against(c, party.address, class_, rules) for class_ in classes]
    return "" if None in against else f"nothing may be sent to the contact: {against[0].reason}" if against[0] else ""


def _classes(plan: Plan) -> tuple[str, ...]:
    """The kinds of mail that a process sends to people outside."""
    found = dict[str, None]()
    for step in every_step(plan.process.steps):
        for letter in (step, getattr(step, "send", None)):
            if letter is not None and "class_" in type(letter).model_fields:
                found[_class_of(letter, plan)] = None
    return tuple(found)


def _class_of(letter: Any, plan: Plan) -> str:
    template = plan.resources.emails.get(letter.template or "")
    return str(letter.class_ or (template.class_ if template else None) or "process")


def _by_column(problems: Mapping[str, str], batch: Batch) -> dict[str, str]:
    """The sentences by heading; an input that has no column keeps its own name."""
    headings = {name: heading for heading, name in batch.columns.items()}
    return {headings.get(name, name): sentence for name, sentence in problems.items()}


def _source(batch: Batch) -> str:
    return f"csv:{batch.process}/{batch.name}"


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for begin in range(0, len(rows), AT_ONCE):
        yield rows[begin : begin + AT_ONCE]


def counted(results: Iterable[RowResult]) -> dict[str, int]:
    """How many rows came to each end."""
    counts: dict[str, int] = {}
    for result in results:
        counts[result.state] = counts.get(result.state, 0) + 1
    return counts
