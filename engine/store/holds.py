"""The switches that stop all sending, or that of one class or sender."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.store.moment import moment
from engine.store.sql import Sql

ALL = "all"
_LOCK = 7_240_501  # a number of our own among PostgreSQL's advisory locks

_COLUMNS = "scope, given_by, reason, since"
_LIST = Sql(f"SELECT {_COLUMNS} FROM holds ORDER BY since, scope")  # noqa: S608  our own columns
_OVER = Sql(f"SELECT {_COLUMNS} FROM holds WHERE scope IN ('all', :class_, :sender) ORDER BY since")  # noqa: S608
_PUT = Sql(
    """
    INSERT INTO holds (scope, given_by, reason, since) VALUES (:scope, :by, :reason, :at)
    ON CONFLICT (scope) DO UPDATE SET reason = excluded.reason WHERE holds.reason = ''
    """
)
_DROP = Sql("DELETE FROM holds WHERE scope = :scope")
_SHARED = Sql("SELECT pg_advisory_xact_lock_shared(:lock)")
_ALONE = Sql("SELECT pg_advisory_xact_lock(:lock)")
_UNDER_WAY = Sql(
    """
    SELECT count(*) FROM outbox WHERE state = 'sending'
    AND (:scope = 'all' OR :scope = 'class ' || class OR :scope = 'sender ' || sender)
    """
)


@dataclass(frozen=True, slots=True)
class Hold:
    """`scope`: all, `class marketing`, or `sender surveys`."""

    scope: str
    by: str
    reason: str
    since: datetime

    @property
    def words(self) -> str:
        what = "all sending" if self.scope == ALL else f"sending of {self.scope}"
        why = f": {self.reason}" if self.reason else ""
        return f"{what} is on hold since {self.since:%Y-%m-%d %H:%M} UTC by {self.by or 'somebody'}{why}"


def hold(c: Connection, scope: str, by: str, reason: str, at: datetime) -> None:
    """From the commit on, nothing of this passes its point of no return. One that is there stays as it is."""
    if c.dialect.name != "sqlite":  # which has one writer at a time anyway
        _ALONE.rows(c, lock=_LOCK)
    _PUT.change(c, scope=scope, by=by, reason=reason, at=at)


def release(c: Connection, scope: str) -> bool:
    """False where nothing was on hold."""
    return _DROP.change(c, scope=scope) == 1


def listing(c: Connection) -> tuple[Hold, ...]:
    return tuple(_hold(row) for row in _LIST.rows(c))


def over(c: Connection, class_: str, sender: str) -> Hold | None:
    """What holds a message back, asked by whoever is about to let it leave: until that transaction ends, nobody can
    put a hold on it."""
    if c.dialect.name != "sqlite":
        _SHARED.rows(c, lock=_LOCK)
    rows = _OVER.rows(c, class_=f"class {class_}", sender=f"sender {sender}")
    return _hold(rows[0]) if rows else None


def under_way(c: Connection, scope: str) -> int:
    """How many messages of this have passed the point of no return and are being handed over."""
    return int(_UNDER_WAY.rows(c, scope=scope)[0][0])


def _hold(row: tuple[Any, ...]) -> Hold:
    scope, by, reason, since = row
    return Hold(scope, by, reason, moment(since))
