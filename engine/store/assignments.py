"""Tasks that were given to somebody in turn: what makes turns fair over all cases.

Who is next is decided and written in one transaction, so two cases never take the same turn.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from engine.store.sql import Sql, add
from engine.store.tables import assignments

SHOWN = timedelta(hours=1)
"""After that long a task that was given away is among the tasks that people see, or it will never be."""

_LATEST = Sql("SELECT MAX(seq) FROM assignments WHERE rotation = :rotation AND given_to = :user")
_OPEN = Sql("SELECT COUNT(*) FROM tasks WHERE assignee = :user AND status = 'open'")
_UNSEEN = Sql(
    """
    SELECT COUNT(*) FROM assignments AS a WHERE a.given_to = :user AND a.at > :since
        AND NOT EXISTS (SELECT 1 FROM tasks AS t WHERE t.id = a.task)
    """
)


def alone(c: Connection) -> None:
    """Let nobody else decide until this transaction is over: SQLite has one writer, elsewhere it takes a lock."""
    if c.dialect.name == "postgresql":
        c.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('assignments', 0))"))


def latest(c: Connection, rotation: str, user: str) -> int:
    """When the user had a turn in this rotation, as a number that grows; 0 for never."""
    return int(_LATEST.rows(c, rotation=rotation, user=user)[0][0] or 0)


def load(c: Connection, user: str, now: datetime) -> int:
    """How many open tasks the user has, with those that no turn has shown yet."""
    seen, unseen = _OPEN.rows(c, user=user), _UNSEEN.rows(c, user=user, since=now - SHOWN)
    return int(seen[0][0]) + int(unseen[0][0])


def give(c: Connection, task: str, rotation: str, user: str, now: datetime) -> None:
    """Write down that the user has had the turn. The same task again changes nothing."""
    add(c, assignments, {"task": task, "rotation": rotation, "given_to": user, "at": now}, ["task"])
