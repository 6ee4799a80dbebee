"""Schedules that somebody has paused. What a schedule is stands in its process."""

from datetime import datetime

from sqlalchemy import Connection

from engine.store.sql import Sql, put
from engine.store.tables import schedules

_ALL = Sql("SELECT process, trigger_id, paused_by FROM schedules")
_RESUME = Sql("DELETE FROM schedules WHERE process = :process AND trigger_id = :trigger")


def paused(c: Connection) -> dict[tuple[str, str], str]:
    """Who has paused them, by process and trigger."""
    return {(process, trigger): by for process, trigger, by in _ALL.rows(c)}


def pause(c: Connection, process: str, trigger: str, by: str, at: datetime) -> None:
    put(c, schedules, [{"process": process, "trigger_id": trigger, "paused_by": by, "changed_at": at}])


def resume(c: Connection, process: str, trigger: str) -> bool:
    """False if it was not paused."""
    return bool(_RESUME.change(c, process=process, trigger=trigger))
