"""A turn: plan, state, events and time go in; a new state, and what to do next, come out."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from engine.language.plan import Plan
from engine.runtime import mailbox
from engine.runtime.effects import Perform
from engine.runtime.events import Event
from engine.runtime.flow import CaseStopped
from engine.runtime.interpreter import Interpreter
from engine.runtime.journal import words
from engine.runtime.keeping import kept_until
from engine.runtime.operators import operate
from engine.runtime.projection import project
from engine.runtime.replies import MAILED, said, takes_mail
from engine.runtime.state import State
from engine.runtime.view import CaseView


@dataclass(frozen=True)
class Done:
    """How an effect that was pending ended: with a result, or with a code and a message.

    `posted`: it has not; it waits in the outbox now, and this says why.
    """

    key: str
    result: dict[str, Any] | None = None
    code: str = ""
    message: str = ""
    posted: str | None = None


@dataclass(frozen=True)
class Remark:
    """A line of the timeline about what was done to the case before the turn."""

    kind: str
    text: str
    by: str = ""


@dataclass(frozen=True)
class Turn:
    """What came of a turn. `pending` are the effects under way or to start, by key; `ways` what steps decided for, as
    (id, way).

    `announced`: a case was opened or an event emitted, so there is something to deliver.
    """

    state: State
    view: CaseView
    deadline: datetime | None
    pending: dict[str, dict[str, Any]] = field(default_factory=dict)
    announced: bool = False
    ways: tuple[tuple[str, str], ...] = ()


async def turn(
    plan: Plan,
    state: State,
    now: datetime,
    perform: Perform,
    events: Iterable[Event] = (),
    done: Iterable[Done] = (),
    remarks: Iterable[Remark] = (),
) -> Turn:
    """Take the case as far as it can go. `state` is changed in place and returned."""
    interpreter, events = Interpreter(plan, state, now, perform), tuple(events)
    for remark in remarks:
        interpreter.journal.write("", remark.kind, remark.text, remark.by)
    state.turn += 1
    if state.turn == 1:
        interpreter.journal.write("", "started", f"Started: {state.case['title']}")
    try:
        _hear(interpreter, events, done)
    except CaseStopped as stopped:
        interpreter.end(stopped.outcome)
    if not state.outcome and not state.paused:
        _forget(interpreter)
        await interpreter.advance()
    _mails(interpreter, events)
    for event in _late(interpreter):
        interpreter.journal.write(event.to, "late", f"Came too late and was kept: {words(event.kind)} {event.name}")
    if state.outcome:
        state.mailbox = []
    view = project(plan, state, interpreter.journal.entries, interpreter.deadline, now)
    if interpreter.before is not None:
        view = replace(view, inputs=state.inputs)
    ways = tuple(interpreter.journal.ways)
    return Turn(state, view, interpreter.deadline, state.pending, interpreter.announced, ways)


def _mails(interpreter: Interpreter, events: tuple[Event, ...]) -> None:
    """What came by mail in this turn and was not taken is said at once; a report of the post is kept only where
    something listens to such reports."""
    state = interpreter.state
    for event in [e for e in events if e.kind in MAILED and e in state.mailbox]:
        interpreter.journal.write(str(event.data.get("thread") or ""), event.kind, said(event))
        if event.kind == "bounce" and not takes_mail(interpreter.plan, "bounce"):
            state.mailbox.remove(event)


def _late(interpreter: Interpreter) -> list[Event]:
    """What nobody takes any more. While a case is paused, everything is kept."""
    state = interpreter.state
    if state.paused:
        return []
    return mailbox.late(state) if not state.outcome else state.mailbox


def _forget(interpreter: Interpreter) -> None:
    """Put what was kept for too long aside, before a step that has come to it could take it."""
    if interpreter.resumed or not interpreter.state.mailbox:
        return  # what came during a pause was not kept for nobody
    for event in mailbox.expired(interpreter.state, interpreter.now, partial(kept_until, interpreter.plan)):
        text = f"Nobody has taken it in time, it was kept until now: {words(event.kind)} {event.name}"
        interpreter.journal.write(event.to, "late", text)


def _hear(interpreter: Interpreter, events: Iterable[Event], done: Iterable[Done]) -> None:
    for effect in done:
        _performed(interpreter, effect)
    for event in (_addressed(interpreter.state, e) for e in events):
        if not mailbox.put(interpreter.state, event) or event.kind != "operator":
            continue
        interpreter.state.mailbox.remove(event)
        operate(interpreter, event)


def _addressed(state: State, event: Event) -> Event:
    """What is addressed to a step, or into a block, by a path that it had before a migration still finds it."""
    above = max((p for p in state.moved if f"{event.to}/".startswith(f"{p}/")), key=len, default="")
    return replace(event, to=state.moved[above] + event.to[len(above) :]) if above else event


def _performed(interpreter: Interpreter, effect: Done) -> None:
    """File the end of a pending effect; one that was cancelled meanwhile is forgotten."""
    pending = interpreter.state.pending.pop(effect.key, None)
    if pending is None:
        return
    if effect.posted is not None:
        interpreter.state.pending[effect.key] = {**pending, "posted": True}
        interpreter.journal.write(pending["path"], "outbox", effect.posted)
        return
    if effect.result is not None:
        interpreter.answered(pending["path"], pending["purpose"], pending["kind"], effect.result)
        return
    record = interpreter.state.steps[pending["path"]]
    record.failures[pending["purpose"]] = {"code": effect.code, "message": effect.message}
