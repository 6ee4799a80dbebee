"""A task as a case keeps it: the shape of `record.task`, and what people do to it while it is open.

    title, description   what is to do
    status               open, done, cancelled
    assignee             id of the user who does it; empty while nobody has taken it
    groups, users        who may take it
    claimed              whether the assignee took it, or got it in turn, and may give it back
    claims               how often it was taken, given back or given to somebody else so far
    why                  why it is with whom it is, in words
    priority, due, follow_up, show, form, checklist     as the author wrote them, with values and times
    outcomes             ids of the buttons
    labels               outcome -> what its button says, where the id in words will not do
    comments             outcomes that need a comment
    not_applicable       whether people may say that it does not apply
    approvals            of a vote: {need, of, groups, voters: user -> groups, excluded: user -> why}
    votes                votes so far: {by, groups, outcome, comment, at}
    progress             in words, how far a vote is
mail                 key of the message in the outbox that has to be agreed to

Only the first nine are always there, and every key may be missing from a task that an earlier release opened.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any

from engine.runtime.events import Accept, Event
from engine.runtime.journal import NOT_APPLICABLE
from engine.runtime.state import Data, State, StepRecord
from engine.runtime.view import TaskView

Take = Callable[[Iterable[Accept]], tuple[Accept, Event] | None]
Log = Callable[[str, str], None]

CLAIMS = (Accept("claim", "task", "claim"), Accept("release", "task", "release"))
DOES_NOT_APPLY = Accept(NOT_APPLICABLE, "task", NOT_APPLICABLE)
DONE = Accept("done", "task")  # whatever its name: what has other names is heard before

_FROM_THE_RECORD = {"id", "path", "step", "opened_at", "due", "outcome", "by", "closed_at", "comment"}
_KEYS = frozenset(f.name for f in fields(TaskView)) - _FROM_THE_RECORD


def opened(title: str, assignee: str = "", **more: Any) -> Data:
    """A task that opens now. Keys without a value are left out."""
    always = {"title": title, "description": "", "status": "open", "assignee": assignee, "groups": [], "users": []}
    empty: tuple[Any, ...] = (None, "", False, [], {}, ())
    return {**always, **{name: value for name, value in more.items() if name in always or value not in empty}}


def hear(task: Data, take: Take, log: Log) -> None:
    """Let people take the task and give it back, as far as they have said so."""
    while taken := take(CLAIMS):
        accept, event = taken
        _claim(task, event.by, log) if accept.id == "claim" else _release(task, event.by, log)


def _claim(task: Data, by: str, log: Log) -> None:
    if task.get("assignee"):
        log("late", f"{task['title']}: {by} wanted to take it, and {task['assignee']} has it")
        return
    task |= {"assignee": by, "claimed": True, "claims": task.get("claims", 0) + 1, "why": ""}
    log("claimed", f"{task['title']}: taken by {by}")


def _release(task: Data, by: str, log: Log) -> None:
    if not task.get("claimed") or not task.get("assignee"):
        log("late", f"{task['title']}: {by} wanted to give it back, and nobody had taken it")
        return
    task |= {"assignee": "", "claimed": False, "claims": task.get("claims", 0) + 1, "why": ""}
    log("released", f"{task['title']}: given back by {by}")


def doers(task: Data) -> tuple[str, ...]:
    """Who must act: the assignee, or else all who may take it."""
    return (task["assignee"],) if task.get("assignee") else (*task.get("users", ()), *task.get("groups", ()))


def call_off(record: StepRecord) -> None:
    """The wait is over, although its step is not: `on_timeout` or `on_error` has the word now."""
    record.memo["over"] = True
    if record.task:
        record.task["status"] = "cancelled"


def ending(record: StepRecord) -> str:
    """The status of a task whose step has ended."""
    finished = record.status == "done" or record.result.get("outcome") == NOT_APPLICABLE
    return "done" if finished else "cancelled"


def task_id(case: str, path: str) -> str:
    """Short, stable and the same in every turn. `path` with its round, see `rounds.page_path`."""
    return hashlib.sha256(f"{case}/{path}".encode()).hexdigest()[:10]


def view(state: State, path: str, record: StepRecord) -> TaskView:
    """The task as people see it."""
    result = record.result
    kept: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in record.task.items() if n in _KEYS}
    return TaskView(
        id=task_id(state.case["id"], record.page(path)),
        path=path,
        step=record.id,
        opened_at=record.since,
        due=record.armed.due if record.armed else record.task.get("due"),
        outcome=str(result.get("outcome") or ""),
        by=str(result.get("by") or ""),
        closed_at=record.at,
        comment=str(result.get("comment") or ""),
        **kept,
    )
