"""What a status command reads, with plain sqlite3: SQLAlchemy alone takes longer to load than the command may run."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.runtime.view import Entry, IncidentView
from engine.store import status as queries
from engine.store.moment import moment, written
from engine.store.rows import CaseSummary

_SECONDS = 5.0  # a reader in WAL mode waits for nobody but a recovery


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """One case as `status CASE` tells it."""

    summary: CaseSummary
    entries: tuple[Entry, ...]
    incidents: tuple[IncidentView, ...]


def listing(
    path: Path, *, status: str = "open", health: str | None = None, limit: int = 200, offset: int = 0
) -> tuple[CaseSummary, ...]:
    """The same as `cases.listing`. Raises FileNotFoundError without a database, sqlite3.Error for a foreign one."""
    filters = {"status": status} if health is None else {"status": status, "health": health}
    cases, waits = queries.listing(tuple(filters))
    values = {**filters, "limit": limit, "offset": offset}
    with _reading(path) as c:
        return queries.summaries(c.execute(cases, values), c.execute(waits, values))


def count(path: Path, status: str) -> tuple[int, int]:
    """How many cases there are on all pages of the listing, and how many of them need somebody. Raises like
    `listing`."""
    with _reading(path) as c:
        there, trouble = c.execute(queries.COUNT, {"status": status}).fetchone()
    return int(there), int(trouble)


def one(path: Path, case: str) -> CaseStatus | None:
    """A case with its timeline and incidents, if it exists. Raises like `listing`."""
    this: Mapping[str, Any] = {"case": case}
    with _reading(path) as c:
        found = queries.summaries(c.execute(queries.ONE_CASE, this), c.execute(queries.ONE_CASE_WAITS, this))
        entries = queries.entries(c.execute(queries.ENTRIES, this))
        incidents = queries.incidents(c.execute(queries.INCIDENTS, this))
    return CaseStatus(found[0], entries, incidents) if found else None


def plan(path: Path, process: str, version: int) -> str | None:
    """The same as `plans.of_version`."""
    with _reading(path) as c:
        row = c.execute(queries.PLAN, {"process": process, "version": version}).fetchone()
    return str(row[0]) if row else None


def live(path: Path) -> dict[str, tuple[int, str]]:
    """The live version of every process, and the text of its file then. Raises like `listing`."""
    with _reading(path) as c:
        return {process: (version, source) for process, version, source in c.execute(queries.LIVE)}


def holds(path: Path) -> tuple[str, ...]:
    """What sending is on hold: `all`, `class marketing`. Raises FileNotFoundError."""
    return _words(path, queries.HOLDS)


def alarms(path: Path) -> tuple[str, ...]:
    """The ways in and out that people were told of, or should have been, and that are not well again. Raises
    FileNotFoundError."""
    return _words(path, queries.ALARMS, {"before": written(datetime.now(UTC) - queries.HICCUP)})


def worker_seen(path: Path) -> datetime | None:
    """When a worker was last at work; None: never. Raises FileNotFoundError."""
    found = _words(path, queries.WORKER)
    return moment(found[0]) if found and found[0] else None


def _words(path: Path, query: str, values: Mapping[str, str] | None = None) -> tuple[str, ...]:
    try:
        with _reading(path) as c:
            return tuple(word for (word,) in c.execute(query, values or {}))
    except sqlite3.OperationalError:  # a database of an older Baton, which nobody has brought up to date yet
        return ()


class NoDatabase(sqlite3.Error):
    """What is there is no database, or a broken one; the text says what SQLite says."""


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise FileNotFoundError(f"there is no database at {path}")
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=_SECONDS, isolation_level=None)) as c:
        try:
            c.execute("BEGIN")  # all queries see one state
            yield c
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as problem:
            raise NoDatabase(str(problem)) from problem
