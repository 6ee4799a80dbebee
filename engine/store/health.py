"""What is known of every way in and every way out. A source is named by its kind and its name: `mailbox/replies`,
`webhook/crm`, `schedule/PROCESS/TRIGGER`, `form/PROCESS/TRIGGER`, `sender/surveys`, `canary/replies`; all workers
together are `worker/all`.

Those who do the work say here how it went, in the transaction in which they do it. It costs next to nothing to say
the same again: within a few seconds nothing is written.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.store import status as queries
from engine.store import tallies
from engine.store.moment import moment
from engine.store.sql import Sql

WORKER = "worker/all"  # the source that says whether any worker is at work
KNOWN = "known"  # since when a source is watched
FRESH = timedelta(seconds=5)  # what was said so recently is not said again
LONGEST = 500  # characters of an error


@dataclass(frozen=True, slots=True)
class Health:
    """How one source is. `last_seen_at`: something came or went through it; `last_well_at`: it answered, whether or not
    there was anything. `error_since`: since when it has been in trouble without a break, None while it is well;
    `last_error` stays readable afterwards. `lag`: seconds that the last thing took to get here. `told`: the trouble
    that people were last told of.
    """

    source: str
    last_seen_at: datetime | None = None
    last_well_at: datetime | None = None
    last_error: str = ""
    error_since: datetime | None = None
    lag: float | None = None
    told: str = ""
    told_at: datetime | None = None


_COLUMNS = "source, last_seen_at, last_well_at, last_error, error_since, lag, told, told_at"
_ALL = Sql(f"SELECT {_COLUMNS} FROM health ORDER BY source")  # noqa: S608  our own columns
_ONE = Sql(f"SELECT {_COLUMNS} FROM health WHERE source = :source")  # noqa: S608  our own columns
_SEEN = Sql(
    """
    INSERT INTO health (source, last_seen_at, last_well_at, last_error, error_since, lag, told, told_at)
    VALUES (:source, :at, :at, '', NULL, :lag, '', NULL)
    ON CONFLICT (source) DO UPDATE SET
        last_seen_at = excluded.last_seen_at, last_well_at = excluded.last_well_at, error_since = NULL,
        lag = COALESCE(excluded.lag, health.lag)
    WHERE health.last_seen_at IS NULL OR health.last_seen_at < :before OR health.error_since IS NOT NULL
        OR (excluded.lag IS NOT NULL AND health.last_seen_at <= excluded.last_seen_at)
    """
)
_WELL = Sql(
    """
    INSERT INTO health (source, last_seen_at, last_well_at, last_error, error_since, lag, told, told_at)
    VALUES (:source, NULL, :at, '', NULL, NULL, '', NULL)
    ON CONFLICT (source) DO UPDATE SET last_well_at = excluded.last_well_at, error_since = NULL
    WHERE health.last_well_at IS NULL OR health.last_well_at < :before OR health.error_since IS NOT NULL
    """
)
_TROUBLE = Sql(
    """
    INSERT INTO health (source, last_seen_at, last_well_at, last_error, error_since, lag, told, told_at)
    VALUES (:source, NULL, NULL, :error, :at, NULL, '', NULL)
    ON CONFLICT (source) DO UPDATE SET
        last_error = excluded.last_error, error_since = COALESCE(health.error_since, excluded.error_since)
    WHERE health.error_since IS NULL OR health.last_error <> excluded.last_error
    """
)
_TOLD = Sql(
    """
    INSERT INTO health (source, last_seen_at, last_well_at, last_error, error_since, lag, told, told_at)
    VALUES (:source, NULL, NULL, '', NULL, NULL, :told, :at)
    ON CONFLICT (source) DO UPDATE SET told = excluded.told, told_at = excluded.told_at
    WHERE health.told <> excluded.told
    RETURNING 1
    """
)
_OVER = Sql("UPDATE health SET told = '', told_at = :at WHERE source = :source AND told <> ''")
_NOT_TOLD = Sql("UPDATE health SET told = :before WHERE source = :source AND told = :what")
_AILING = Sql("SELECT source FROM health WHERE told <> '' OR error_since IS NOT NULL")
_GONE = Sql("UPDATE health SET told = '', error_since = NULL WHERE source = :source")
_ALARMS = Sql(queries.ALARMS)


def seen(c: Connection, source: str, at: datetime, lag: float | None = None) -> None:
    """Something came or went through it, so it is well. `lag`: seconds that it took to get here."""
    _SEEN.change(c, source=source, at=at, before=at - FRESH, lag=lag)


def well(c: Connection, source: str, at: datetime) -> None:
    """It answered, whether or not there was anything."""
    _WELL.change(c, source=source, at=at, before=at - FRESH)


def trouble(c: Connection, source: str, error: str, at: datetime) -> None:
    """It does not work. `error`: a sentence for people, without anybody's name, address or password."""
    _TROUBLE.change(c, source=source, error=error[:LONGEST], at=at)


def told(c: Connection, source: str, what: str, at: datetime) -> bool:
    """People are told of `what` now; empty: it is over. False: they know, or somebody else tells them just now."""
    if not what:
        return _OVER.change(c, source=source, at=at) == 1
    return bool(_TOLD.rows(c, source=source, told=what, at=at))


def not_told(c: Connection, source: str, what: str, before: str) -> None:
    """Nobody could be told of `what` after all: they know what they knew `before`."""
    _NOT_TOLD.change(c, source=source, what=what, before=before)


def only(c: Connection, there: Set[str]) -> None:
    """Sources that are no more are in no trouble. What is known of them stays: they may come back."""
    for (source,) in _AILING.rows(c):
        if source not in there:
            _GONE.change(c, source=source)


def watched(source: str, expect: str) -> str:
    """What is watched: who comes to be expected more often is not silent at once."""
    return f"{source} {expect}".strip()


def watch_afresh(c: Connection, source: str, expect: str, at: datetime) -> None:
    """From now on its silence counts."""
    tallies.count(c, f"{KNOWN}/{watched(source, expect)}", at, timedelta(0))


def get(c: Connection, source: str) -> Health:
    """What is known of it; one of which nothing is known was never seen."""
    rows = _ONE.rows(c, source=source)
    return _health(rows[0]) if rows else Health(source)


def everything(c: Connection) -> dict[str, Health]:
    """All sources of which anything is known, by name."""
    return {row[0]: _health(row) for row in _ALL.rows(c)}


def alarms(c: Connection, now: datetime) -> tuple[str, ...]:
    """The sources that people were told of, or should have been, and that are not well again."""
    return tuple(source for (source,) in _ALARMS.rows(c, before=now - queries.HICCUP))


def _health(row: tuple[Any, ...]) -> Health:
    source, seen_at, well_at, error, since, lag, what, told_at = row
    return Health(source, moment(seen_at), moment(well_at), error, moment(since), lag, what, moment(told_at))
