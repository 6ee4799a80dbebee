"""A rehearsal in a few lines, and as data for programs."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from typing import Any

from engine.language import wording
from engine.language.plan import Plan
from engine.preview.dossier.viewing import Letter, Views
from engine.preview.rehearsal import Rehearsal
from engine.runtime.view import TaskView


def day(at: datetime, zone: tzinfo) -> str:
    """`Mon 2 Mar 2026`."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y}"


def moment(at: datetime | None, zone: tzinfo) -> str:
    """`Mon 2 Mar 2026, 09:00`; empty for none."""
    return f"{day(at, zone)}, {at.astimezone(zone):%H:%M}" if at else ""


def doer(task: TaskView, plan: Plan) -> str:
    """Whose task it is, or was: a person, or the groups that may take it."""
    people = {user.id: user.name for user in plan.resources.people.users}
    if name := task.by or task.assignee:
        return people.get(name, name)
    teams = {
        group.id: group.title or wording.capital(wording.words(group.id)) for group in plan.resources.people.groups
    }
    named = [*(people.get(u, u) for u in task.users), *(teams.get(g, g) for g in task.groups)]
    return wording.listed(named, "or")


def days(rehearsal: Rehearsal) -> int:
    first, last = (_date(at, rehearsal.zone) for at in (rehearsal.began, rehearsal.ended))
    return (last - first).days


def _date(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def summary(rehearsal: Rehearsal, seen: Views) -> dict[str, Any]:
    """Everything but the pictures, as plain data."""
    zone = rehearsal.zone
    return {
        "process": rehearsal.plan.process.process,
        "how": rehearsal.how,
        "ending": rehearsal.ending,
        "outcome": rehearsal.main.state.outcome,
        "stopped": rehearsal.stopped,
        "began": rehearsal.began.astimezone(zone),
        "ended": rehearsal.ended.astimezone(zone),
        "days": days(rehearsal),
        "timeline": [_line(said.at, zone, kind=said.kind, text=said.text, of=said.of) for said in rehearsal.timeline()],
        "mails": [_mail(letter, zone) for letter in seen.letters],
        "documents": [_line(p.at, zone, name=p.name, problem=p.problem) for p in seen.papers],
        "tasks": list(_tasks(rehearsal)),
        "unknown": [vars(made) for made in rehearsal.made],
    }


def _mail(letter: Letter, zone: tzinfo) -> dict[str, Any]:
    said = {"to": letter.to, "template": letter.template, "subject": letter.subject, "problem": letter.problem}
    return _line(letter.at, zone, **said)


def _line(at: datetime, zone: tzinfo, **more: Any) -> dict[str, Any]:
    return {"at": at.astimezone(zone), **more}


def _tasks(rehearsal: Rehearsal) -> Iterable[dict[str, Any]]:
    for task in rehearsal.tasks():
        who = doer(task, rehearsal.plan)
        yield {"title": task.title, "who": who, "status": task.status, "outcome": task.outcome} | {
            name: at and at.astimezone(rehearsal.zone)
            for name, at in (("opened", task.opened_at), ("due", task.due), ("closed", task.closed_at))
        }
