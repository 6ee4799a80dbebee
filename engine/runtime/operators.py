"""What operators do to a step: retry, skip with values, do now, stop."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.runtime.events import Event
from engine.runtime.flow import CaseStopped
from engine.runtime.interpreter import Interpreter
from engine.runtime.state import State, StepRecord


def operate(interpreter: Interpreter, event: Event) -> None:
    """Carry out one operator event; `to` names the step by path or by id."""
    who = event.by or "an operator"
    if event.name == "stop":
        interpreter.journal.write("", "operator", f"Stopped by {who}")
        raise CaseStopped("stopped")
    found = find(interpreter.state, event.to)
    if found is None:
        interpreter.journal.write("", "late", f"{event.name} of {event.to} by {who}: that step is not open")
        return
    path, record = found
    interpreter.journal.write(path, "operator", f"{record.title or record.id}: {event.name.replace('_', ' ')} by {who}")
    VERBS[event.name](interpreter, path, record, event)


def find(state: State, step: str) -> tuple[str, StepRecord] | None:
    """The open step with this path or id; among several, one with an incident first, then the latest."""
    open_steps = [(p, r) for p, r in state.steps.items() if not r.closed and step in (p, r.id)]
    return max(open_steps, key=lambda found: bool(found[1].incident), default=None)


def _retry(interpreter: Interpreter, path: str, record: StepRecord, event: Event) -> None:
    """Try again what was given up, under new keys; what is still being tried goes on as it is."""
    if not record.incident and not record.failures:
        interpreter.journal.write(path, "operator", f"{record.title or record.id}: is being tried already")
        return
    _anew(record, list(record.failures))
    record.failures, record.incident = {}, {}
    record.memo.pop("error", None)
    if "until" in record.memo:  # a group whose time ran out has the same time again
        del record.memo["until"]
    if record.armed and record.armed.ended:
        _wait_anew(interpreter, path, record)


def _wait_anew(interpreter: Interpreter, path: str, record: StepRecord) -> None:
    """The time ran out: ask again, with the messages, reminders and escalations of a new wait."""
    _anew(record, list(record.effects))
    record.effects, record.armed, record.memo = {}, None, {"begun": True}
    interpreter.forget_pending(path)
    for below in [p for p in interpreter.state.steps if p.startswith(f"{path}/")]:
        interpreter.forget_pending(below)
        del interpreter.state.steps[below]


def _anew(record: StepRecord, purposes: list[str]) -> None:
    for purpose in purposes:
        record.again[purpose] = record.again.get(purpose, 0) + 1


def _skip(interpreter: Interpreter, path: str, record: StepRecord, event: Event) -> None:
    """Skip what failed: a message of a wait that goes on, otherwise the step itself."""
    if record.failures and record.armed and not record.armed.ended:
        record.effects |= {purpose: {"skipped": True} for purpose in record.failures}
        record.failures, record.incident = {}, {}
        return
    values = _nested(event.data.get("values") or {})
    interpreter.close(path, record, {**values, "status": "skipped", "by": event.by})


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


def _do_now(interpreter: Interpreter, path: str, record: StepRecord, event: Event) -> None:
    """The step's next timed thing is due now."""
    now: datetime = interpreter.now
    if record.armed and (upcoming := record.armed.next()):
        upcoming.at = now
    elif record.memo.get("start"):
        record.memo["start"] = now


VERBS = {"retry": _retry, "skip": _skip, "do_now": _do_now}
