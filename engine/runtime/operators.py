"""What operators do to a step: retry, skip with values, mark as done, do now, reassign."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.runtime import interventions, reopening
from engine.runtime.events import Event
from engine.runtime.interpreter import Interpreter
from engine.runtime.journal import words
from engine.runtime.state import State, StepRecord
from engine.runtime.tasks import doers

Change = tuple[Mapping[str, Any], Mapping[str, Any]]
"""What was, and what is: name -> value."""


def operate(interpreter: Interpreter, event: Event) -> None:
    """Carry out one operator event; `to` names the step by path or by id. Raises CaseStopped."""
    if event.name in interventions.VERBS:
        interventions.VERBS[event.name](interpreter, event)
        return
    if event.name == "reopen":
        reopening.reopen(interpreter, event)
        return
    found = find(interpreter.state, event.to)
    if found is None:
        who = event.by or "an operator"
        interpreter.journal.write("", "late", f"{event.name} of {event.to} by {who}: that step is not open", who)
        return
    _on_step(interpreter, event, *found)


def _on_step(interpreter: Interpreter, event: Event, path: str, record: StepRecord) -> None:
    who, name = event.by or "an operator", record.title or words(record.id)
    text = f"{name}: {event.name.replace('_', ' ')} by {who}"
    at = len(interpreter.journal.entries)
    before, after = VERBS[event.name](interpreter, path, record, event)
    if reason := event.data.get("reason"):
        text, after = f"{text}: {reason}", {**after, "reason": reason}
    interpreter.journal.change(path, text, who, before, after, at)


def find(state: State, step: str) -> tuple[str, StepRecord] | None:
    """The open step with this path or id; among several, one with an incident first, then the latest."""
    open_steps = [(p, r) for p, r in state.steps.items() if not r.closed and step in (p, r.id)]
    return max(open_steps, key=lambda found: bool(found[1].incident), default=None)


def _retry(interpreter: Interpreter, path: str, record: StepRecord, event: Event) -> Change:
    """Try again what was given up, under new keys; what is still being tried goes on as it is."""
    if not record.incident and not record.failures:
        posted = any(p["path"] == path and p.get("posted") for p in interpreter.state.pending.values())
        so = "waits in the outbox; it leaves at once with `do-now`" if posted else "is being tried already"
        interpreter.journal.write(path, "operator", f"{record.title or record.id}: {so}")
        return {}, {}
    trouble = record.incident or next(iter(record.failures.values()))
    _anew(record, list(record.failures))
    record.failures, record.incident = {}, {}
    record.memo.pop("error", None)
    if record.memo.pop("over", False) and record.task:
        record.task["status"] = "open"
    if "until" in record.memo:  # a group whose time ran out has the same time again
        del record.memo["until"]
    if record.armed and record.armed.ended:
        _wait_anew(interpreter, path, record)
    return {"incident": trouble["message"]}, {}


def _wait_anew(interpreter: Interpreter, path: str, record: StepRecord) -> None:
    """The time ran out: ask again, with the messages, reminders and escalations of a new wait."""
    _anew(record, list(record.effects))
    record.effects, record.armed, record.memo = {}, None, {"begun": True}
    interpreter.forget_pending(path)
    reopening.put_aside(interpreter, [p for p in interpreter.state.steps if p.startswith(f"{path}/")])


def _anew(record: StepRecord, purposes: list[str]) -> None:
    for purpose in purposes:
        record.again[purpose] = record.again.get(purpose, 0) + 1


def _skip(interpreter: Interpreter, path: str, record: StepRecord, event: Event) -> Change:
    """Skip what failed: a message of a wait that goes on, otherwise the step itself."""
    if record.failures and record.armed and not record.armed.ended:
        given_up = {purpose: failure["message"] for purpose, failure in record.failures.items()}
        record.effects |= {purpose: {"skipped": True} for purpose in record.failures}
        record.failures, record.incident = {}, {}
        return given_up, dict.fromkeys(given_up, "skipped")
    return _end(interpreter, path, record, event, "skipped")


def _mark_done(interpreter: Interpreter, path: str, record: StepRecord, event: Event) -> Change:
    return _end(interpreter, path, record, event, "done")


def _end(interpreter: Interpreter, path: str, record: StepRecord, event: Event, status: str) -> Change:
    """Close the step with the values that were given."""
    before, given = _standing(record), event.data.get("values") or {}
    interpreter.close(path, record, {**_nested(given), "status": status, "by": event.by})
    return before, {"status": status, **given}


def _standing(record: StepRecord) -> dict[str, Any]:
    """How an open step stands, for the one who reads what was changed."""
    found: dict[str, Any] = {"status": "incident" if record.incident or record.failures else record.status}
    if record.incident:
        found["incident"] = record.incident["message"]
    if record.memo.get("for"):
        found["waiting_for"] = record.memo["for"]
    return found


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """`result.id` as a step has it: `{"result": {"id": ...}}`."""
    found: dict[str, Any] = {}
    for dotted, value in values.items():
        *above, name = dotted.split(".")
        inside = found
        for outer in above:
            inside = inside.setdefault(outer, {})
        inside[name] = value
    return found


def _do_now(interpreter: Interpreter, path: str, record: StepRecord, event: Event) -> Change:
    """The step's next timed thing is due now: its mail that rests in the outbox, before anything that follows it."""
    now: datetime = interpreter.now
    posted = [p for p in interpreter.state.pending.values() if p["path"] == path and p.get("posted")]
    if resting := [pending for pending in posted if "now" not in pending]:
        for pending in resting:
            pending["now"] = event.by or "an operator"
        return {"message": "waits in the outbox"}, {"message": "may leave now"}
    if record.armed and (upcoming := record.armed.next()):
        was, upcoming.at = upcoming.at, now
        return {upcoming.kind: was}, {upcoming.kind: now}
    if record.memo.get("start"):
        was, record.memo["start"] = record.memo["start"], now
        return {"start": was}, {"start": now}
    return {}, {}


def _reassign(interpreter: Interpreter, path: str, record: StepRecord, event: Event) -> Change:
    """Give an open task to somebody else; its message goes to them, too."""
    if not record.task:
        return {}, {}
    before = {name: record.task[name] for name in WHO if record.task.get(name)}
    nobody = {"assignee": "", "groups": [], "users": [], "claimed": False, "why": ""}
    record.task["claims"] = record.task.get("claims", 0) + 1  # it may be taken again, also by who took it before
    record.task |= {**nobody, **{n: event.data[n] for n in WHO if n in event.data}}
    after = {name: record.task[name] for name in WHO if record.task.get(name)}
    if "for" in record.memo:
        record.memo["for"] = ", ".join(doers(record.task))
    sent = [purpose for purpose in record.effects if purpose == "send" or purpose.startswith("send.")]
    _anew(record, sent)
    for purpose in sent:
        del record.effects[purpose]
    return before, after


WHO = ("assignee", "groups", "users")


Verb = Callable[[Interpreter, str, StepRecord, Event], Change]

VERBS: dict[str, Verb] = {
    "retry": _retry,
    "skip": _skip,
    "mark_done": _mark_done,
    "do_now": _do_now,
    "reassign": _reassign,
}
