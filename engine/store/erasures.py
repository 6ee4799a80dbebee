"""Histories of cases that the engine is to delete because somebody was forgotten."""

from datetime import datetime

from sqlalchemy import Connection

from engine.store.sql import Sql

_WAITING = Sql("SELECT case_id FROM erasures WHERE done_at IS NULL ORDER BY asked_at, case_id LIMIT :limit")
_DONE = Sql("UPDATE erasures SET done_at = :at WHERE case_id = :case")


def waiting(c: Connection, limit: int = 100) -> tuple[str, ...]:
    """Cases whose histories are still there."""
    return tuple(case for (case,) in _WAITING.rows(c, limit=limit))


def done(c: Connection, case: str, at: datetime) -> None:
    """The engine knows nothing of the case any more."""
    _DONE.change(c, case=case, at=at)
