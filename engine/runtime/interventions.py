"""What operators do to a case as a whole: stop it, let it rest, change its data, give it another task."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.language.values import display
from engine.runtime.added import ADDED
from engine.runtime.events import Event
from engine.runtime.flow import CaseStopped
from engine.runtime.interpreter import Interpreter
from engine.runtime.state import Armed, State, StepRecord
from engine.runtime.tasks import doers, opened


def _stop(interpreter: Interpreter, event: Event) -> None:
    who, state = event.by or "an operator", interpreter.state
    open_now = sorted({r.id for r in state.steps.values() if r.status == "waiting" or r.incident})
    before = {"status": "paused" if state.paused else "open", **({"at": open_now} if open_now else {})}
    state.paused = {}
    _write(interpreter, f"Stopped by {who}", event, before, {"outcome": "stopped"})
    raise CaseStopped("stopped")


def _pause(interpreter: Interpreter, event: Event) -> None:
    """From now on nothing goes out and no time passes unnoticed; what arrives is kept in the mailbox."""
    state, who = interpreter.state, event.by or "an operator"
    if state.paused:
        return
    timeouts = event.data.get("timeouts") or "keep"
    reason = event.data.get("reason") or ""
    state.paused = {"since": interpreter.now, "by": who, "timeouts": timeouts, "reason": reason}
    # What is still being tried is called off, and asked for again afterwards; what is in the outbox rests there.
    state.pending = {key: p for key, p in state.pending.items() if p.get("posted")}
    _write(interpreter, f"Paused by {who}", event, {"status": "open"}, {"status": "paused", "timeouts": timeouts})


def _resume(interpreter: Interpreter, event: Event) -> None:
    state, who = interpreter.state, event.by or "an operator"
    if not state.paused:
        return
    before = {"status": "paused", "since": state.paused["since"], "timeouts": state.paused["timeouts"]}
    if state.paused["timeouts"] == "freeze":
        _move(state, state.paused["since"], interpreter.now - state.paused["since"])
    interpreter.before = state.paused.get("before", interpreter.before)
    state.paused = {}
    interpreter.resumed = True
    _write(interpreter, f"Resumed by {who}", event, before, {"status": "open"})


def _move(state: State, since: datetime, length: timedelta) -> None:
    """Every moment that was still to come when the case was paused comes later by the length of the pause."""
    for record in (r for r in state.steps.values() if not r.closed):
        for moment in record.armed.moments if record.armed else ():
            if not moment.fired:
                moment.at += length
        if record.armed and record.armed.due:
            record.armed.due += length
        if record.task.get("due"):
            record.task["due"] += length
        for name in TIMES:
            at = record.memo.get(name)
            if isinstance(at, datetime) and at > since:
                record.memo[name] = at + length


TIMES = ("start", "until")
"""Where a step remembers a time that it waits for beside its moments: its start, the end of a group."""


def _edit(interpreter: Interpreter, event: Event) -> None:
    """Change inputs and variables. Waits that count from them are worked out anew, when the walk comes to them."""
    state, who = interpreter.state, event.by or "an operator"
    inputs, variables = event.data.get("inputs") or {}, event.data.get("vars") or {}
    before = {**_of("", state.inputs, inputs), **_of("vars.", state.vars, variables)}
    after = {**inputs, **{f"vars.{name}": value for name, value in variables.items()}}
    interpreter.edited(inputs, variables)
    said = ", ".join(f"{name} is now {display(value) or 'empty'}" for name, value in after.items())
    _write(interpreter, f"Changed by {who}: {said}", event, before, after)


def _of(prefix: str, known: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    return {prefix + name: known.get(name) for name in names}


def _add_task(interpreter: Interpreter, event: Event) -> None:
    state, who = interpreter.state, event.by or "an operator"
    number = sum(path.startswith(ADDED) for path in state.steps) + 1
    given = {name: event.data[name] for name in ("assignee", "groups", "due") if event.data.get(name)}
    title, blocking = str(event.data["title"]), bool(event.data.get("blocking"))
    task = opened(title, description=str(event.data.get("description") or ""), **given)
    record = StepRecord(f"added-{number}", "task", interpreter.now, "waiting", title, task=task)
    record.memo = {"for": ", ".join(doers(task)) or "everybody", "blocking": blocking}
    record.armed = Armed(due=given.get("due"))
    state.steps[f"{ADDED}{number}"] = record
    _write(interpreter, f"Task added by {who}: {title}", event, {}, {"task": title, **given, "blocking": blocking})


def _write(interpreter: Interpreter, text: str, event: Event, before: dict[str, Any], after: dict[str, Any]) -> None:
    reason = event.data.get("reason") or ""
    text, after = (f"{text}: {reason}", {**after, "reason": reason}) if reason else (text, after)
    interpreter.journal.change("", text, event.by or "an operator", before, after)


def _note(interpreter: Interpreter, event: Event) -> None:
    """What somebody has done for the case outside of it."""
    interpreter.journal.write(str(event.data.get("path", "")), "operator", str(event.data["text"]), event.by)


VERBS: dict[str, Callable[[Interpreter, Event], None]] = {
    "note": _note,
    "stop": _stop,
    "pause": _pause,
    "resume": _resume,
    "edit": _edit,
    "add_task": _add_task,
}
