"""The queries of a listing, as text: the store runs them, and so does the quick status, which has no time to load
anything but sqlite3. Standard library only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from engine.runtime.view import Entry, IncidentView
from engine.store import changes
from engine.store.moment import moment
from engine.store.rows import CaseSummary, WaitLine

_CASE = (
    "id, process, version, title, business_key, parent, status, health, why, stage, outcome, "
    "started_at, updated_at, next_at, ended_at"
)
_WAIT = "waits.path, step, kind, waits.title, waits.status, waiting_for, since, due, until, waits.next_at"
_TIMES_OF_CASE = 4  # the last columns
_TIMES_OF_WAIT = 4

Rows = Iterable[Sequence[Any]]

ENTRIES = "SELECT seq, at, path, kind, line, given_by, changes_json FROM timeline WHERE case_id = :case ORDER BY seq"
INCIDENTS = "SELECT path, step, code, message, since, status FROM incidents WHERE case_id = :case ORDER BY since, path"
ONE_CASE = f"SELECT {_CASE} FROM cases WHERE id = :case"  # noqa: S608  our own columns
ONE_CASE_WAITS = f"SELECT case_id, {_WAIT} FROM waits WHERE case_id = :case ORDER BY position"  # noqa: S608
PLAN = "SELECT plan_json FROM plans WHERE process = :process AND version = :version"

COUNT = """
    SELECT count(*), coalesce(sum(CASE WHEN health IN ('incident', 'stuck') THEN 1 ELSE 0 END), 0)
    FROM cases WHERE status = :status
"""

HOLDS = "SELECT scope FROM holds ORDER BY since, scope"
# Also what nobody could be told of: when no mail leaves, that is what is wrong.
ALARMS = "SELECT source FROM health WHERE told <> '' OR error_since <= :before ORDER BY source"
HICCUP = timedelta(minutes=5)  # of trouble that pass by before anybody is told
WORKER = "SELECT last_well_at FROM health WHERE source = 'worker/all'"
AT_WORK = timedelta(minutes=1)  # within which a worker that is at work was seen

LIVE = """
    SELECT plans.process, plans.version, plans.source FROM plans JOIN releases
    ON releases.process = plans.process AND releases.version = plans.version
    WHERE releases.seq = (SELECT max(seq) FROM releases AS others WHERE others.process = plans.process)
    ORDER BY plans.process
"""


@cache
def listing(filters: tuple[str, ...]) -> tuple[str, str]:
    """The query of the cases and the one of their waits; `filters` are the columns that must be equal.

    Both take the filters' values, `limit` and `offset`.
    """
    where = " AND ".join(f"{name} = :{name}" for name in filters) or "1 = 1"
    page = f"FROM cases WHERE {where} ORDER BY started_at DESC, id LIMIT :limit OFFSET :offset"
    waits = f"SELECT case_id, {_WAIT} FROM (SELECT id {page}) AS page JOIN waits ON case_id = page.id"  # noqa: S608
    return f"SELECT {_CASE} {page}", f"{waits} ORDER BY case_id, position"


def summaries(cases: Rows, waits: Rows) -> tuple[CaseSummary, ...]:
    """Put the answers of the two queries together."""
    lines: defaultdict[str, list[WaitLine]] = defaultdict(list)
    for case, *wait in waits:
        lines[case].append(WaitLine(*_timed(wait, _TIMES_OF_WAIT)))
    found = (CaseSummary(*_timed(case, _TIMES_OF_CASE)) for case in cases)
    return tuple(replace(case, waits=tuple(lines[case.id])) if case.id in lines else case for case in found)


def entries(rows: Rows) -> tuple[Entry, ...]:
    """The timeline from its rows."""
    return tuple(
        Entry(seq, moment(at), path, kind, line, by, *changes.read(changed))
        for seq, at, path, kind, line, by, changed in rows
    )


def incidents(rows: Rows) -> tuple[IncidentView, ...]:
    """Incidents from their rows."""
    return tuple(
        IncidentView(path, step, code, text, moment(at), status) for path, step, code, text, at, status in rows
    )


def _timed(row: Sequence[Any], times: int) -> list[Any]:
    return [*row[:-times], *map(moment, row[-times:])]
