"""Cases as people see them: opened once, then written by every turn (see `projection`)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from engine.language.values import decode
from engine.runtime.view import Entry, WaitView
from engine.store import contacts
from engine.store import status as queries
from engine.store.projection import project
from engine.store.rows import CaseDetail, CaseSummary, NewCase
from engine.store.sql import Sql
from engine.store.tables import cases, waits
from engine.store.tasks import of_case as tasks_of_case
from engine.store.tasks import open_tasks, task

__all__ = [
    "detail",
    "listing",
    "mark_stuck",
    "note",
    "open_case",
    "open_tasks",
    "opened",
    "project",
    "running",
    "summary",
    "task",
    "timeline",
    "unmark_stuck",
]

_COUNT = Sql(queries.COUNT)
_ENTRIES = Sql(queries.ENTRIES)
_INCIDENTS = Sql(queries.INCIDENTS)
_ONE = Sql(queries.ONE_CASE)
_ONE_WAITS = Sql(queries.ONE_CASE_WAITS)

_NEW: tuple[Any, ...] = (
    cases.c.id,
    cases.c.process,
    cases.c.version,
    cases.c.digest,
    cases.c.title,
    cases.c.business_key,
    cases.c.parent,
    cases.c.inputs_json,
    cases.c.state,
    cases.c.started_at,
)

_BEFORE_THE_FIRST_TURN = {
    "turn": 0,
    "status": "open",
    "health": "ok",
    "why": "",
    "stage": "",
    "outcome": "",
    "outputs_json": "{}",
    "next_at": None,
    "ended_at": None,
}


def open_case(c: Connection, case: NewCase) -> None:
    """Write a new case, and whom it is about. Raises IntegrityError if its id is taken."""
    row = {column.name: getattr(case, column.name) for column in _NEW}
    c.execute(insert(cases), row | _BEFORE_THE_FIRST_TURN | {"updated_at": case.started_at})
    if party := case.party:
        contacts.find_or_create(c, party.address, party.name, party.locale, party.time_zone, at=case.started_at)
        contacts.about(c, party.address, case.id)


def opened(c: Connection, case: str) -> NewCase | None:
    """The case as `open_case` got it: what its workflow starts with."""
    row = c.execute(select(*_NEW).where(cases.c.id == case)).one_or_none()
    return NewCase(*row) if row else None


def running(c: Connection, process: str, business_key: str) -> str | None:
    """The oldest case with this key that has begun and not ended.

    Within a write nobody else can open one until it is committed.
    """
    if c.dialect.name == "postgresql":
        # SQLite has one writer. Here two could both find nothing, and both open a case.
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
        c.execute(lock, {"key": f"{process}/{business_key}"})
    query = select(cases.c.id).where(cases.c.process == process, cases.c.business_key == business_key)
    at_work = (cases.c.status == "open") & (cases.c.health != "queued")
    found: str | None = c.scalar(query.where(at_work).order_by(cases.c.started_at).limit(1))
    return found


def mark_stuck(c: Connection, case: str, why: str) -> bool:
    """Show that an open case does not get on; its next turn clears it. False if it was shown already, or ended."""
    open_and_unmarked = (cases.c.id == case) & (cases.c.status == "open") & (cases.c.health != "stuck")
    return c.execute(update(cases).where(open_and_unmarked).values(health="stuck", why=why)).rowcount == 1


_UNSTUCK = Sql(
    """
    UPDATE cases SET why = '', health = CASE WHEN EXISTS
        (SELECT 1 FROM incidents WHERE incidents.case_id = cases.id AND incidents.status = 'open')
        THEN 'incident' ELSE 'ok' END
    WHERE id = :case AND health = 'stuck' AND why = :why
    """
)


def unmark_stuck(c: Connection, why: str, still: Collection[str]) -> None:
    """Cases that were shown as stuck for this reason, and are not any more: they may wait long for their next turn."""
    shown = c.scalars(select(cases.c.id).where(cases.c.health == "stuck", cases.c.why == why, cases.c.status == "open"))
    for case in set(shown) - set(still):
        _UNSTUCK.change(c, case=case, why=why)


_NOTE = Sql(
    """
    INSERT INTO timeline (case_id, seq, at, path, kind, line, given_by, changes_json)
    SELECT :case, COALESCE(MAX(seq), 0) + 1, :at, :path, :kind, :text, '', '' FROM timeline WHERE case_id = :case
    """
)


def came_late(c: Connection, case: str, path: str, text: str, at: datetime) -> None:
    """Show on the timeline what came after the end of the case."""
    _NOTE.change(c, case=case, path=path, kind="late", text=text, at=at)


def note(c: Connection, case: str, kind: str, text: str, at: datetime) -> None:
    """A line on the timeline of a case that takes no turns: before its begin."""
    _NOTE.change(c, case=case, path="", kind=kind, text=text, at=at)


def listing(
    c: Connection,
    *,
    status: str | None = "open",
    process: str | None = None,
    health: str | None = None,
    limit: int = 200,
    offset: int = 0,
) -> tuple[CaseSummary, ...]:
    """Cases with what they wait for, newest first. `status`: open, ended, None for both."""
    wanted = {"status": status, "process": process, "health": health}
    filters = {name: value for name, value in wanted.items() if value is not None}
    of_cases, of_waits = (Sql(query) for query in queries.listing(tuple(filters)))
    page = {**filters, "limit": limit, "offset": offset}
    return queries.summaries(of_cases.rows(c, **page), of_waits.rows(c, **page))


def count(c: Connection, status: str) -> tuple[int, int]:
    """How many cases have this status, and how many of them need somebody."""
    [(there, trouble)] = _COUNT.rows(c, status=status)
    return int(there), int(trouble)


def summary(c: Connection, case: str) -> CaseSummary | None:
    """One case as in a listing."""
    found = queries.summaries(_ONE.rows(c, case=case), _ONE_WAITS.rows(c, case=case))
    return found[0] if found else None


def detail(c: Connection, case: str) -> CaseDetail | None:
    """Everything people see of a case but its timeline."""
    found = summary(c, case)
    if not found:
        return None
    more = c.execute(select(cases.c.digest, cases.c.inputs_json, cases.c.outputs_json).where(cases.c.id == case)).one()
    return CaseDetail(
        summary=found,
        digest=more.digest,
        inputs_json=more.inputs_json,
        outputs=decode(more.outputs_json),
        waits=_waits(c, case),
        tasks=tasks_of_case(c, case),
        incidents=queries.incidents(_INCIDENTS.rows(c, case=case)),
    )


def timeline(c: Connection, case: str) -> tuple[Entry, ...]:
    """What happened, oldest first."""
    return queries.entries(_ENTRIES.rows(c, case=case))


def _waits(c: Connection, case: str) -> tuple[WaitView, ...]:
    columns = [waits.c[name] for name in _WAIT]
    rows = c.execute(select(*columns, waits.c.events_json).where(waits.c.case_id == case).order_by(waits.c.position))
    return tuple(replace(WaitView(*seen), events=tuple(decode(events))) for *seen, events in rows)


_WAIT = ("path", "step", "kind", "title", "status", "waiting_for", "since", "due", "until", "next_at")
