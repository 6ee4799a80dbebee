"""What colleagues were told of: of each the time up to which they know everything."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.store import tasks
from engine.store.moment import moment
from engine.store.sql import Sql

_OF = Sql("SELECT since, upto, done FROM notices WHERE user_id = :user")
_PUT = Sql(
    """
    INSERT INTO notices (user_id, since, upto, done) VALUES (:user, :since, :upto, :done)
    ON CONFLICT (user_id) DO UPDATE SET since = excluded.since, upto = excluded.upto, done = excluded.done
    """
)
_DONE = Sql("UPDATE notices SET done = 1 WHERE user_id = :user AND upto = :upto")
# Few columns: it is asked for all colleagues together, however many tasks are open.
_TASKS = "SELECT id, assignee, candidate_groups, candidate_users, opened_at, due FROM tasks WHERE status = 'open'"
_NEWS = Sql(
    f"""
    {_TASKS} AND ((opened_at > :since AND opened_at <= :upto) OR (due > :since AND due <= :soon)) ORDER BY id
    """
)
_URGENT = Sql(f"{_TASKS} AND priority = 'urgent' AND opened_at > :since ORDER BY id")
# The condition of the partial index is repeated word for word, or SQLite does not use it.
_OPEN = "i.status = 'open' AND i.since > :since AND i.since <= :upto"
_TROUBLES = Sql(
    f"""
    SELECT i.case_id, p.title, p.process, p.digest, i.step, i.since FROM incidents i JOIN cases p ON p.id = i.case_id
    WHERE {_OPEN} ORDER BY i.since
    """  # noqa: S608  our own words
)


@dataclass(frozen=True, slots=True)
class Told:
    """A colleague's digest: of what came between the two times. `done`: it has left."""

    since: datetime
    upto: datetime
    done: bool


@dataclass(frozen=True, slots=True)
class OpenTask:
    """What says for whom a task is news."""

    id: str
    assignee: str
    groups: tuple[str, ...]
    users: tuple[str, ...]
    opened_at: datetime
    due: datetime | None


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


def tasks_between(c: Connection, since: datetime, upto: datetime, soon: datetime) -> tuple[OpenTask, ...]:
    """Open tasks that were opened in that time, or are or were due by `soon`."""
    return _open_tasks(_NEWS.rows(c, since=since, upto=upto, soon=soon))


def urgent(c: Connection, since: datetime) -> tuple[OpenTask, ...]:
    """Open tasks that cannot wait, of those opened since then."""
    return _open_tasks(_URGENT.rows(c, since=since))


def troubles(c: Connection, since: datetime, upto: datetime) -> tuple[Trouble, ...]:
    """Open incidents of that time."""
    rows = _TROUBLES.rows(c, since=since, upto=upto)
    return tuple(
        Trouble(case, title, process, digest, step, _time(at)) for case, title, process, digest, step, at in rows
    )


def _open_tasks(rows: Iterable[tuple[Any, ...]]) -> tuple[OpenTask, ...]:
    return tuple(
        OpenTask(id_, assignee, tasks.split(groups), tasks.split(users), _time(opened_at), moment(due))
        for id_, assignee, groups, users, opened_at, due in rows
    )


def _time(value: Any) -> datetime:
    found: datetime = moment(value)
    return found
