"""Writing what a turn shows. The newest turn wins; one that comes again writes the same again."""

from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from engine.language.values import encode
from engine.runtime.view import CaseView, Entry, IncidentView, Subscription, TaskView, WaitView
from engine.store.matching import kept
from engine.store.sql import put
from engine.store.tables import cases, incidents, subscriptions, tasks, timeline, waits
from engine.store.tasks import joined


class UnknownCaseError(LookupError):
    """A turn of a case that was never opened here: this is another case's database."""


def project(c: Connection, view: CaseView) -> bool:
    """Replace what people see of the case. False (and nothing written) if a later turn was here already.

    Waits and subscriptions become exactly those of the view. Tasks and incidents are kept for ever: an open one
    that the view does not have any more is shown as cancelled or resolved. Raises UnknownCaseError.
    """
    if not _case(c, view):
        return False
    _replace(c, waits, view.case, [_wait(view.case, n, wait) for n, wait in enumerate(view.waits)])
    _replace(c, subscriptions, view.case, [_subscription(view.case, n, s) for n, s in enumerate(view.subscriptions)])
    _close(c, tasks, view.case, {"status": "cancelled", "closed_at": view.updated_at})
    put(c, tasks, [_task(view.case, task) for task in view.tasks])
    _close(c, incidents, view.case, {"status": "resolved"})
    put(c, incidents, [_incident(view.case, incident) for incident in view.incidents])
    put(c, timeline, [_entry(view.case, entry) for entry in view.entries])
    return True


def _case(c: Connection, view: CaseView) -> bool:
    this = cases.c.id == view.case
    values = {
        "turn": view.turn,
        "status": view.status,
        "health": view.health,
        "why": "",
        "stage": view.stage,
        "outcome": view.outcome,
        "outputs_json": encode(view.outputs),
        "updated_at": view.updated_at,
        "next_at": view.next_at,
        "ended_at": view.ended_at,
    }
    if c.execute(update(cases).where(this, cases.c.turn <= view.turn).values(values)).rowcount:
        return True
    if c.scalar(select(cases.c.id).where(this)) is None:
        raise UnknownCaseError(view.case)
    return False


def _replace(c: Connection, table: Any, case: str, rows: list[dict[str, Any]]) -> None:
    c.execute(delete(table).where(table.c.case_id == case))
    put(c, table, rows)


def _close(c: Connection, table: Any, case: str, values: dict[str, Any]) -> None:
    is_open: ColumnElement[bool] = table.c.status == "open"
    c.execute(update(table).where(table.c.case_id == case, is_open).values(values))


def _wait(case: str, position: int, wait: WaitView) -> dict[str, Any]:
    return {
        "case_id": case,
        "path": wait.path,
        "position": position,
        "step": wait.step,
        "kind": wait.kind,
        "title": wait.title,
        "status": wait.status,
        "waiting_for": wait.waiting_for,
        "since": wait.since,
        "due": wait.due,
        "until": wait.until,
        "next_at": wait.next_at,
        "events_json": encode(wait.events),
    }


def _task(case: str, task: TaskView) -> dict[str, Any]:
    return {
        "id": task.id,
        "case_id": case,
        "path": task.path,
        "step": task.step,
        "title": task.title,
        "status": task.status,
        "opened_at": task.opened_at,
        "description": task.description,
        "assignee": task.assignee,
        "candidate_groups": joined(task.groups),
        "candidate_users": joined(task.users),
        "priority": task.priority,
        "due": task.due,
        "outcomes_json": encode(task.outcomes),
        "checklist_json": encode(task.checklist),
        "form": task.form,
        "show_json": encode(task.show),
        "outcome": task.outcome,
        "given_by": task.by,
        "closed_at": task.closed_at,
        "comment": task.comment,
    }


def _incident(case: str, incident: IncidentView) -> dict[str, Any]:
    return {
        "case_id": case,
        "path": incident.path,
        "since": incident.since,
        "step": incident.step,
        "code": incident.code,
        "message": incident.message,
        "status": incident.status,
    }


def _entry(case: str, entry: Entry) -> dict[str, Any]:
    return {
        "case_id": case,
        "seq": entry.seq,
        "at": entry.at,
        "path": entry.path,
        "kind": entry.kind,
        "line": entry.text,
    }


def _subscription(case: str, position: int, subscription: Subscription) -> dict[str, Any]:
    names, digest = kept(subscription.match)
    return {
        "case_id": case,
        "position": position,
        "path": subscription.path,
        "name": subscription.name,
        "match_names": names,
        "match_hash": digest,
    }
