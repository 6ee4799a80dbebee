"""What a wait promises, in plain sentences: by when, who is reminded, and what happens when nobody acts."""

from collections.abc import Iterable, Iterator
from typing import Any

from engine.language import wording
from engine.runtime.step import Escalation, Reminder


def promises(
    due: str | None, reminders: Iterable[Reminder], escalate: Iterable[Escalation], timeout: str | None, then: Any
) -> tuple[str, ...]:
    """A sentence for each, in the order of time as it is usually written."""
    first = [f"It should be done {wording.within(due)}."] if due else []
    return (*first, *_reminded(tuple(reminders)), *map(_escalated, escalate), *given_up(timeout, then))


def _reminded(reminders: tuple[Reminder, ...]) -> Iterator[str]:
    """Reminders with the same mail share a sentence."""
    for mail in dict.fromkeys(r.template for r in reminders):
        when = wording.listed(_when(r) for r in reminders if r.template == mail)
        yield f"Without an answer a reminder goes out {when}{f' ({wording.named(mail)})' if mail else ''}."


def _when(reminder: Reminder) -> str:
    if reminder.every:
        every = wording.moment(reminder.every).removeprefix("after ")
        return f"every {every}, {wording.times(reminder.max_times)} at most"
    return wording.moment(reminder.after or "never")


def _escalated(escalation: Escalation) -> str:
    done = []
    if task := escalation.task:
        whom = [wording.person(task.assignee)] if task.assignee else [*map(wording.group, task.candidate_groups)]
        done.append(f"{wording.listed(whom, 'or')} gets the task {wording.quoted(task.title)}")
    if escalation.to:
        done.append(f"{wording.person(escalation.to)} is told by mail")
    if escalation.steps:
        done.append(shortly(escalation.steps) or "the steps below begin beside it")
    return f"If it is still open {wording.moment(escalation.after)}, {wording.listed(done)}."


_THEN = {"continue": "the process goes on without it", "stop": "the case ends",
         "fail": "it becomes an incident, and somebody decides"}  # fmt: skip


def given_up(timeout: str | None, then: Any) -> Iterator[str]:
    """What happens when the time is over, if there is a limit."""
    if timeout is None:
        return
    when = wording.moment(timeout)
    if when == "never":
        yield "It waits as long as it takes."
    else:
        told = shortly(then) or _THEN.get(str(then), "the steps below follow")
        yield f"If it is still open {when}, {told}."


def shortly(block: Any) -> str:
    """A block of one simple step as the end of a sentence; empty for every other block."""
    if not isinstance(block, tuple) or len(block) != 1:
        return ""
    (step,) = block
    if step.if_ or step.notes() or step.nested():
        return ""
    said: str = step.sentence().removesuffix(".")
    return said[:1].lower() + said[1:] if said.startswith("The ") else f"this follows: {said[:1].lower()}{said[1:]}"
