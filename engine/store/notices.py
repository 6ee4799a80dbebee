"""What colleagues were told of: of each the time up to which they know everything."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from engine.store.moment import moment
from engine.store.sql import Sql
from engine.store.tables import cases, incidents, tasks

_OF = Sql("SELECT since, upto, done FROM notices WHERE user_id = :user")
_PUT = Sql(
    """
    INSERT INTO notices (user_id, since, upto, done) VALUES (:user, :since, :upto, :done)
    ON CONFLICT (user_id) DO UPDATE SET since = excluded.since, upto = excluded.upto, done = excluded.done
    """
)
_DONE = Sql("UPDATE notices SET done = 1 WHERE user_id = :user AND upto = :upto")


@dataclass(frozen=True, slots=True)
class Told:
    """A colleague's digest: of what came between the two times. `done`: it has left."""

    since: datetime
    upto: datetime
    done: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """An open incident, for whoever owns its process."""

    case: str
    title: str
    process: str
    digest: str
    step: str
    since: datetime


def told(c: Connection, user: str) -> Told | None:
    """Their last digest, or the one under way; None for somebody who is new."""
    rows = _OF.rows(c, user=user)
    if not rows:
        return None
    since, upto, done = rows[0]
    return Told(_time(since), _time(upto), bool(done))


def put(c: Connection, user: str, since: datetime, upto: datetime, *, done: bool) -> None:
    _PUT.change(c, user=user, since=since, upto=upto, done=int(done))


def done(c: Connection, user: str, upto: datetime) -> None:
    """Their digest has left."""
    _DONE.change(c, user=user, upto=upto)


def tasks_between(c: Connection, since: datetime, upto: datetime, soon: datetime) -> tuple[str, ...]:
    """Open tasks that were opened in that time, or are or were due by `soon`: their ids."""
    new = (tasks.c.opened_at > since) & (tasks.c.opened_at <= upto)
    due = (tasks.c.due > since) & (tasks.c.due <= soon)
    return tuple(c.scalars(select(tasks.c.id).where(tasks.c.status == "open", or_(new, due)).order_by(tasks.c.id)))


def urgent(c: Connection, since: datetime) -> tuple[str, ...]:
    """Open tasks that cannot wait, of those opened since then: their ids."""
    mine = (tasks.c.status == "open") & (tasks.c.priority == "urgent") & (tasks.c.opened_at > since)
    return tuple(c.scalars(select(tasks.c.id).where(mine).order_by(tasks.c.id)))


def troubles(c: Connection, since: datetime, upto: datetime) -> tuple[Trouble, ...]:
    """Open incidents of that time."""
    query = (
        select(incidents.c.case_id, cases.c.title, cases.c.process, cases.c.digest, incidents.c.step, incidents.c.since)
        .join(cases, cases.c.id == incidents.c.case_id)
        .where(incidents.c.status == "open", incidents.c.since > since, incidents.c.since <= upto)
        .order_by(incidents.c.since)
    )
    return tuple(Trouble(*row) for row in c.execute(query))


def _time(value: Any) -> datetime:
    found: datetime = moment(value)
    return found
