"""Sending a case back: a finished step and what came after it are put aside, to be done anew."""

from collections.abc import Iterable
from typing import Any

from engine.runtime.events import Event
from engine.runtime.interpreter import Interpreter
from engine.runtime.journal import words
from engine.runtime.state import State, StepRecord


class CannotReopen(Exception):  # noqa: N818 - named as it is said
    """The text says why, and the way out."""


def reopen(interpreter: Interpreter, event: Event) -> None:
    """Put a finished step aside, with everything after it in its block. What they did is done anew, by new keys."""
    who, state = event.by or "an operator", interpreter.state
    try:
        path = finished(state, event.to)
    except CannotReopen as problem:
        interpreter.journal.write("", "late", f"Reopen of {event.to} by {who}: {problem}", who)
        return
    record, after = state.steps[path], tuple(from_there(state, path))
    before = {p: _standing(state.steps[p]) for p in after if p.count("/") == path.count("/")}
    reason = event.data.get("reason") or ""
    text = f"{record.title or words(record.id)}: sent back by {who}" + (f": {reason}" if reason else "")
    put_aside(interpreter, after)
    for outer in _around(path, state):
        _go_on_inside(state.steps[outer], path.removeprefix(f"{outer}/").split("/")[0])
    again = {"reopened": path, "round": state.rounds[path] + 1, **({"reason": reason} if reason else {})}
    interpreter.journal.change(path, text, who, before, again)


def finished(state: State, step: str) -> str:
    """The path of the finished step with this path or id, the latest of several. Raises CannotReopen."""
    found = [p for p, r in state.steps.items() if step in (p, r.id) and r.closed]
    if not found:
        is_open = any(step in (p, r.id) for p, r in state.steps.items())
        raise CannotReopen("it is open" if is_open else f"the case has not been at a step `{step}`")
    path = max(found, key=lambda p: state.steps[p].seq)
    if path.rpartition("/")[2] != state.steps[path].id:
        raise CannotReopen("it is work beside a step, which goes on without it")
    for outer in _around(path, state):
        if state.steps[outer].closed:
            raise CannotReopen(f"it lies inside `{state.steps[outer].id}`, which has finished; reopen that one")
        if _moved_on(state, outer, path):
            raise CannotReopen(f"it lies in an earlier round of `{state.steps[outer].id}`; reopen a step of the latest")
    return path


def _around(path: str, state: State) -> list[str]:
    """The blocks around a path, outermost first."""
    parts = path.split("/")
    return [outer for n in range(1, len(parts)) if (outer := "/".join(parts[:n])) in state.steps]


def _go_on_inside(block: StepRecord, name: str) -> None:
    """The branch or item of this name is no longer done."""
    done = block.memo.get("done")
    if isinstance(done, list) and name in done:
        done.remove(name)


def _moved_on(state: State, outer: str, path: str) -> bool:
    """Whether a `repeat` has gone on to another round than the one of this path."""
    if state.steps[outer].type != "repeat":
        return False
    rounds = {p.split("/")[outer.count("/") + 1] for p in state.steps if p.startswith(f"{outer}/")}
    latest = max((int(r) for r in rounds if r.isdigit()), default=0)
    mine = path.split("/")[outer.count("/") + 1]
    return mine.isdigit() and int(mine) < latest


def from_there(state: State, path: str) -> Iterable[str]:
    """The step, what is inside it, and everything after it in its block. Records stand in the order of their begin."""
    prefix = path.rpartition("/")[0]
    prefix = f"{prefix}/" if prefix else ""
    own, reached = path.removeprefix(prefix), False
    for known in state.steps:
        first = known.removeprefix(prefix).split("/")[0]
        if known.startswith(prefix) and f"{prefix}{first}" in state.steps:
            reached = reached or first == own
            if reached:
                yield known


def put_aside(interpreter: Interpreter, paths: Iterable[str]) -> None:
    """Forget what was done at these paths; whatever is done there again is another round."""
    state = interpreter.state
    for path in paths:
        interpreter.forget_pending(path)
        state.rounds[path] = state.steps.pop(path).round + 1
    interpreter.scope.forget()


def _standing(record: StepRecord) -> dict[str, Any]:
    values = {name: value for name, value in record.result.items() if name != "by"}
    by = {"by": record.result["by"]} if record.result.get("by") else {}
    return {"status": record.status, **by, **values}
