"""What a wait promises, in plain sentences: by when, who is reminded, and what happens when nobody acts."""

from collections.abc import Iterable, Iterator
from typing import Any

from engine.language import wording
from engine.runtime.step import Escalation, Promise, Reminder


def promises(
    due: str | None, reminders: Iterable[Reminder], escalate: Iterable[Escalation], timeout: str | None, then: Any
) -> tuple[Promise, ...]:
    """A sentence for each, in the order of time as it is usually written."""
    first = [Promise("due", f"It should be done {wording.within(due)}.")] if due else []
    escalated = (_escalated(escalation, f"escalate{n}") for n, escalation in enumerate(escalate, 1))
    return (*first, *_reminded(tuple(reminders)), *escalated, *given_up(timeout, then))


def _reminded(reminders: tuple[Reminder, ...]) -> Iterator[Promise]:
    """Reminders with the same mail share a sentence."""
    for mail in dict.fromkeys(r.template for r in reminders):
        when = wording.listed(_when(r) for r in reminders if r.template == mail)
        named = f" ({wording.named(mail)})" if mail else ""
        yield Promise("reminder", f"Without an answer a reminder goes out {when}{named}.")


def _when(reminder: Reminder) -> str:
    if reminder.every:
        every = wording.moment(reminder.every).removeprefix("after ").removeprefix("1 ")
        return f"every {every}, {wording.times(reminder.max_times)} at most"
    return wording.moment(reminder.after or "never")


def _escalated(escalation: Escalation, block: str) -> Promise:
    done = []
    if task := escalation.task:
        whom = [wording.person(task.assignee)] if task.assignee else [*map(wording.group, task.candidate_groups)]
        done.append(f"{wording.listed(whom, 'or')} gets the task {wording.quoted(task.title)}")
    if escalation.to:
        done.append(f"{wording.person(escalation.to)} is told by mail")
    if escalation.steps:
        done.append(shortly(escalation.steps) or "the steps below begin beside it")
    when = f"If it is still open {wording.moment(escalation.after)}"
    more = block if escalation.steps and not shortly(escalation.steps) else ""
    return Promise("escalate", f"{when}, {wording.listed(done)}.", more)


_THEN = {"continue": "the process goes on without it", "stop": "the case ends",
         "fail": "it becomes an incident, and somebody decides"}  # fmt: skip


def given_up(timeout: str | None, then: Any) -> tuple[Promise, ...]:
    """What happens when the time is over, if there is a limit."""
    if timeout is None:
        return ()
    when = wording.moment(timeout)
    if when == "never":
        return (Promise("timeout", "It waits as long as it takes."),)
    told = shortly(then) or _THEN.get(str(then), "the steps below follow")
    return (Promise("timeout", f"If it is still open {when}, {told}.", _block(then, "timeout")),)


def limit(times: int, then: Any) -> tuple[Promise, ...]:
    """What happens when a repetition has run as often as it may."""
    if then == "continue":
        return ()
    told = shortly(then) or _THEN.get(str(then), "the steps below follow")
    text = f"If it is still not so after the {wording.nth(times)} time, {told}."
    return (Promise("limit", text, _block(then, "max_times")),)


def _block(then: Any, name: str) -> str:
    return name if isinstance(then, tuple) and not shortly(then) else ""


def shortly(block: Any) -> str:
    """A block of one simple step as the end of a sentence; empty for every other block."""
    if not isinstance(block, tuple) or len(block) != 1:
        return ""
    (step,) = block
    if step.if_ or step.notes() or step.promises() or step.nested():
        return ""
    said: str = step.sentence().removesuffix(".")
    return said[:1].lower() + said[1:] if said.startswith("The ") else f"this follows: {said[:1].lower()}{said[1:]}"
