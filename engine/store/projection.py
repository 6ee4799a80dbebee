"""Writing what a turn shows. The newest turn wins; one that comes again writes the same again."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from engine.language.values import encode
from engine.runtime.view import CaseView, Entry, IncidentView, Subscription, TaskView, WaitView
from engine.store import inbox
from engine.store.changes import written
from engine.store.matching import kept, one_at_a_time, unclaimed
from engine.store.sql import Sql, put
from engine.store.tables import cases, incidents, subscriptions, tasks, timeline, waits
from engine.store.tasks import MORE, joined

_CASE = Sql(
    """
    UPDATE cases SET turn = :turn, status = :status, health = :health, why = :why, stage = :stage, outcome = :outcome,
        outputs_json = :outputs_json, updated_at = :updated_at, next_at = :next_at, ended_at = :ended_at
    WHERE id = :case AND turn <= :turn
    """
)
_INPUTS = Sql("UPDATE cases SET inputs_json = :inputs_json WHERE id = :case")
_DROP_WAITS = Sql("DELETE FROM waits WHERE case_id = :case")
_LISTENING = Sql("SELECT path, match_hash FROM subscriptions WHERE case_id = :case")
_DROP_SUBSCRIPTIONS = Sql("DELETE FROM subscriptions WHERE case_id = :case")
_RESOLVE_INCIDENTS = Sql("UPDATE incidents SET status = 'resolved' WHERE case_id = :case AND status = 'open'")
_CANCEL_TASKS = Sql("UPDATE tasks SET status = 'cancelled', closed_at = :at WHERE case_id = :case AND status = 'open'")


class UnknownCaseError(LookupError):
    """A turn of a case that was never opened here: this is another case's database."""


def project(c: Connection, view: CaseView) -> bool:
    """Replace what people see of the case. False (and nothing written) if a later turn was here already.

    Waits and subscriptions become exactly those of the view. Tasks and incidents are kept for ever: an open one
    that the view does not have any more is shown as cancelled or resolved. Raises UnknownCaseError.
    """
    if not _CASE.change(c, **_case(view)):
        _check(c, view.case)
        return False
    if view.inputs is not None:
        _INPUTS.change(c, case=view.case, inputs_json=encode(view.inputs))
    known = _LISTENING.rows(c, case=view.case) if view.subscriptions else []
    listening = [_subscription(view.case, n, one) for n, one in enumerate(view.subscriptions)]
    fresh = [one for one in listening if (one["path"], one["match_hash"]) not in known]
    one_at_a_time(c, (one["name"] for one in fresh))
    for statement in (_DROP_WAITS, _DROP_SUBSCRIPTIONS, _RESOLVE_INCIDENTS):
        statement.change(c, case=view.case)
    _CANCEL_TASKS.change(c, case=view.case, at=view.updated_at)
    put(c, waits, [_wait(view.case, n, wait) for n, wait in enumerate(view.waits)])
    put(c, subscriptions, listening)
    _claim(c, fresh)
    put(c, tasks, [_task(view.case, task) for task in view.tasks])
    put(c, incidents, [_incident(view.case, incident) for incident in view.incidents])
    put(c, timeline, [_entry(view.case, entry) for entry in view.entries])
    return True


def _claim(c: Connection, fresh: Sequence[Mapping[str, Any]]) -> None:
    """Deliver what came for the case before it could listen: before its first turn, or before it knew the match."""
    for one in fresh:
        if one["match_hash"] is None:
            continue
        for arrival in unclaimed(c, one["case_id"], one["name"], one["match_names"], one["match_hash"]):
            inbox.deliver_to(c, arrival, one["case_id"], "signal")
            inbox.routed(c, arrival)


def _check(c: Connection, case: str) -> None:
    if c.scalar(select(cases.c.id).where(cases.c.id == case)) is None:
        raise UnknownCaseError(case)


def _case(view: CaseView) -> dict[str, Any]:
    return {
        "case": view.case,
        "turn": view.turn,
        "status": view.status,
        "health": view.health,
        "why": view.why,
        "stage": view.stage,
        "outcome": view.outcome,
        "outputs_json": encode(view.outputs),
        "updated_at": view.updated_at,
        "next_at": view.next_at,
        "ended_at": view.ended_at,
    }


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
        "follow_up": task.follow_up,
        "more_json": encode({name: value for name in MORE if (value := getattr(task, name))}),
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
        "given_by": entry.by,
        "changes_json": written(entry.before, entry.after),
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
