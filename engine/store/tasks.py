"""Tasks of people. Turns write them (see `projection`); here they are read."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, or_, select

from engine.language.values import decode
from engine.runtime.view import TaskView
from engine.store.rows import TaskRow
from engine.store.tables import cases, tasks

MORE = ("claimed", "claims", "why", "labels", "comments", "not_applicable", "approvals", "votes", "progress", "mail")
"""What a task keeps together: fields of `TaskView` that no query asks for."""

_PRIORITIES = {"urgent": 0, "high": 1, "normal": 2, "low": 3}


def open_tasks(
    c: Connection, users: Collection[str] = (), groups: Collection[str] = (), now: datetime | None = None
) -> tuple[TaskRow, ...]:
    """Open tasks: all of them, or those that one of these users or groups may do.

    First those whose follow-up has come, then by priority, the oldest first; last those that are still put aside.
    """
    aside = case((tasks.c.follow_up <= (now or datetime.now(UTC)), 0), (tasks.c.follow_up.is_(None), 1), else_=2)
    priority = case(_PRIORITIES, value=tasks.c.priority, else_=2)
    order = (aside, priority, tasks.c.opened_at, tasks.c.id)
    query = _with_case().where(tasks.c.status == "open").order_by(*order)
    mine = [_names(tasks.c.candidate_groups, group) for group in groups]
    for user in users:
        mine += [tasks.c.assignee == user, _names(tasks.c.candidate_users, user)]
    return _rows(c, query.where(or_(*mine)) if mine else query)


def task(c: Connection, task_id: str) -> TaskRow | None:
    """One task, whatever its status."""
    found = _rows(c, _with_case().where(tasks.c.id == task_id))
    return found[0] if found else None


def of_case(c: Connection, case: str) -> tuple[TaskView, ...]:
    """All tasks that the case ever opened, oldest first."""
    query = select(tasks).where(tasks.c.case_id == case).order_by(tasks.c.opened_at, tasks.c.id)
    return tuple(_view(row) for row in c.execute(query))


def joined(names: Iterable[str]) -> str:
    """How a task keeps ids: `|legal|finance|`, so that one can be looked for."""
    return "".join(f"|{name}" for name in names) + "|"


def _names(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return column.contains(f"|{name}|", autoescape=True)


def split(kept: str) -> tuple[str, ...]:
    return tuple(kept.strip("|").split("|")) if kept.strip("|") else ()


def _with_case() -> Select[Any]:
    return select(tasks, cases.c.process, cases.c.title.label("case_title")).join(cases, cases.c.id == tasks.c.case_id)


def _rows(c: Connection, query: Select[Any]) -> tuple[TaskRow, ...]:
    return tuple(TaskRow(row.case_id, row.process, row.case_title, _view(row)) for row in c.execute(query))


def _view(row: Any) -> TaskView:
    more: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in decode(row.more_json).items()}
    return TaskView(
        id=row.id,
        path=row.path,
        step=row.step,
        title=row.title,
        status=row.status,
        opened_at=row.opened_at,
        description=row.description,
        assignee=row.assignee,
        groups=split(row.candidate_groups),
        users=split(row.candidate_users),
        priority=row.priority,
        due=row.due,
        outcomes=tuple(decode(row.outcomes_json)),
        checklist=tuple(decode(row.checklist_json)),
        form=row.form,
        show=decode(row.show_json),
        outcome=row.outcome,
        by=row.given_by,
        closed_at=row.closed_at,
        comment=row.comment,
        follow_up=row.follow_up,
        **more,
    )
