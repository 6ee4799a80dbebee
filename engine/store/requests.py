"""The log of deliveries: every attempt at a request to another system, newest first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.store.moment import moment
from engine.store.sql import Sql

KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt. `key` is that of its effect, `target` the path without what is filled in; `status` 0 is no answer,
    `error` the code of what went wrong, empty where all is well."""

    key: str
    case: str
    path: str
    connection: str
    at: datetime
    method: str
    host: str
    target: str
    status: int
    ms: int
    error: str


_COLUMNS = "key, case_id, path, connection, at, method, host, target, status, ms, error"
_ADD = Sql(
    f"""
    INSERT INTO requests ({_COLUMNS})
    VALUES (:key, :case_id, :path, :connection, :at, :method, :host, :target, :status, :ms, :error)
    """  # noqa: S608  our own columns
)
_LISTING = Sql(
    f"""
    SELECT {_COLUMNS} FROM requests
    WHERE (:case_id = '' OR case_id = :case_id) AND (:failed = 0 OR error <> '')
    ORDER BY id DESC LIMIT :most
    """  # noqa: S608  our own columns
)
_FORGET = Sql("DELETE FROM requests WHERE at < :before")


def add(c: Connection, attempt: Attempt) -> None:
    """Keep one attempt."""
    _ADD.change(
        c,
        key=attempt.key,
        case_id=attempt.case,
        path=attempt.path,
        connection=attempt.connection,
        at=attempt.at,
        method=attempt.method,
        host=attempt.host[:255],
        target=attempt.target[:500],
        status=attempt.status,
        ms=attempt.ms,
        error=attempt.error,
    )


def listing(c: Connection, case: str = "", *, failed: bool = False, most: int = 100) -> tuple[Attempt, ...]:
    """The latest attempts of a case, or of all; `failed`: only those that did not go well."""
    rows = _LISTING.rows(c, case_id=case, failed=int(failed), most=most)
    return tuple(_attempt(*row) for row in rows)


def forget_old(c: Connection, now: datetime) -> int:
    """Take away what is older than it is kept; how many."""
    return _FORGET.change(c, before=now - KEPT)


def _attempt(key: str, case: str, path: str, connection: str, at: datetime | str, *rest: Any) -> Attempt:
    return Attempt(key, case, path, connection, moment(at), *rest)
