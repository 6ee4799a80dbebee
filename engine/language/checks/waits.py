"""Steps that wait: what they wait for, how long at most, and what happens then."""

from collections.abc import Iterator
from typing import Any

from engine.language.checks.subject import Subject, named
from engine.language.nodes import Listing
from engine.language.problems import one_of


def check(subject: Subject) -> None:
    for step in subject.steps:
        _what_for(subject, step)
        if hasattr(step, "timeout"):
            _limit(subject, step)
        if hasattr(step, "reminders"):
            _reminders(subject, step)
            _forgotten(subject, step)
            _escalations(subject, step)
        _message(subject, step)
        for task in getattr(step, "tasks", ()):
            _reminders(subject, task)
            _escalations(subject, task)


def _written(subject: Subject, step: Any, *path: str | int) -> bool:
    return subject.document.node(step, *path) is not None


def _limit(subject: Subject, step: Any) -> None:
    """A wait that nobody ends would never end, so how long it may take must be said."""
    place = subject.document.place
    if step.may_wait_forever() and not _written(subject, step, "timeout"):
        note = "it would wait for ever when nobody acts; if that is meant, say `never`"
        hint = "add `timeout: 20 business days` and `on_timeout: fail`, or `timeout: never`"
        subject.report("E050", f"{named(step)} waits and does not say how long", place(step), note, hint)
    limited = step.timeout and step.timeout.strip() != "never"
    if limited and not _written(subject, step, "on_timeout"):
        hint = "add `on_timeout: fail` (an incident), `continue`, `stop`, or a list of steps"
        message = f"{named(step)} does not say what happens when its time runs out"
        subject.report("E051", message, place(step, "timeout"), hint=hint)
    if not limited and _written(subject, step, "on_timeout") and (step.timeout or not step.may_wait_forever()):
        message = f"`on_timeout` of {named(step)} never happens: it has no time limit"
        subject.report("E052", message, place(step, "on_timeout"), hint="give `timeout` a time, or take it away")


def _forgotten(subject: Subject, step: Any) -> None:
    """Somebody outside is asked once, and nobody here ever hears that no answer came."""
    asked = getattr(step, "type", "") in ("form", "signature") and (step.timeout or "").strip() == "never"
    if asked and not step.reminders and not step.escalate:
        note = "without an answer the case waits for ever, and nobody is told"
        hint = "add `reminders:`, or `escalate: { after: 5 business days, to: GROUP }`"
        message = f"{named(step)} asks once, and never again"
        subject.warn("W050", message, subject.document.place(step, "timeout"), note, hint)


def _what_for(subject: Subject, step: Any) -> None:
    if not hasattr(step, "until") or not hasattr(step, "duration"):
        return
    _gathering(subject, step)
    chosen = [key for key in ("events", "until", "duration") if _written(subject, step, key)]
    if len(chosen) == 1:
        return
    place = subject.document.place(step, chosen[1]) if chosen else subject.document.place(step)
    said = f"says {one_of(chosen)} at once" if chosen else "does not say what for"
    hint = "write one of `events:`, `until:` (a time) and `duration:` (how long)"
    subject.report("E053", f"{named(step)} waits, and {said}", place, hint=hint)


def _gathering(subject: Subject, step: Any) -> None:
    """`collect` and `wait_for` say how many of the events are enough."""
    place = subject.document.place
    for key in ("collect", "wait_for"):
        if _written(subject, step, key) and not _written(subject, step, "events"):
            hint = "add `events:`, or take it away"
            subject.report("E053", f"`{key}` of {named(step)} has no events to look at", place(step, key), hint=hint)
            return
    if _written(subject, step, "collect") and step.wait_for == "all":
        hint = "take one of them away: `collect` can ask for what must be among `events`"
        message = f"{named(step)} says `wait_for: all` and `collect` at once"
        subject.report("E053", message, place(step, "collect"), hint=hint)


def _entries(subject: Subject, step: Any, key: str) -> Iterator[tuple[int, Any]]:
    """The items of a list; none where one of them could not be read, which was said."""
    node, read = subject.document.node(step, key), getattr(step, key)
    if not isinstance(node, Listing) or len(node.items) == len(read):
        yield from enumerate(read)


def _reminders(subject: Subject, step: Any) -> None:
    for n, reminder in _entries(subject, step, "reminders"):
        place = subject.document.place(step, "reminders", n)
        named_so = [key for key in ("after", "every") if getattr(reminder, key)]  # also by a slip of the key
        either = named_so or [key for key in ("after", "every") if _written(subject, step, "reminders", n, key)]
        if len(either) != 1:
            said = "both `after` and `every`" if either else "neither `after` nor `every`"
            hint = "write `after: 2 business days` for one reminder, or `every:` with `max_times:` for several"
            subject.report("E054", f"a reminder of {named(step)} has {said}", place, hint=hint)
        elif either == ["every"] and not _written(subject, step, "reminders", n, "max_times"):
            at = subject.document.place(step, "reminders", n, "every")
            subject.report("E054", "`every` does not say how often at most", at, hint="add `max_times: 3`")
        elif either == ["after"] and _written(subject, step, "reminders", n, "max_times"):
            at = subject.document.place(step, "reminders", n, "max_times")
            message = "`max_times` belongs to `every`; a reminder with `after` is sent once"
            subject.report("E054", message, at, hint="write `every:` in place of `after:`, or take it away")


def _escalations(subject: Subject, step: Any) -> None:
    for n, escalation in _entries(subject, step, "escalate"):
        place, ways = subject.document.place(step, "escalate", n), ("task", "to", "steps")
        if not any(getattr(escalation, key) or _written(subject, step, "escalate", n, key) for key in ways):
            hint = "add `to: client-success`, a `task:`, or `steps:`"
            subject.report("E055", f"an escalation of {named(step)} does nothing", place, hint=hint)
        if escalation.task and not escalation.task.assignee and not escalation.task.candidate_groups:
            at = subject.document.place(step, "escalate", n, "task")
            if not _written(subject, step, "escalate", n, "task", "assignee"):
                message = "nobody can do this task"
                subject.report("E058", message, at, hint="add `assignee:` or `candidate_groups: [...]`")


def _message(subject: Subject, step: Any) -> None:
    """A message needs a text, and somebody to go to."""
    if _written(subject, step, "send"):
        _text(subject, step, step.send, "send")
        if hasattr(step, "events") and not _written(subject, step, "send", "to"):
            message = f"{named(step)} sends a message to nobody"
            hint = "add `to: ${ inputs.email }` below `send:`"
            subject.report("E056", message, subject.document.place(step, "send"), hint=hint)
    elif hasattr(step, "events") and step.reminders:
        message = f"the reminders of {named(step)} go to nobody"
        hint = "add `send:` with `template:` and `to:`; reminders go to the same address"
        subject.report("E056", message, subject.document.place(step, "reminders"), hint=hint)
    if hasattr(step, "subject") and hasattr(step, "body"):
        _text(subject, step, step)


def _text(subject: Subject, step: Any, message: Any, *path: str) -> None:
    if message is None:
        return
    place = subject.document.place(step, *path)
    template, own = (_written(subject, step, *path, "template"), _written(subject, step, *path, "subject"))
    if template and own:
        at = subject.document.place(step, *path, "subject")
        message = "a message has a `template`, or its own `subject` and `body`, not both"
        subject.report("E056", message, at, hint="take one of them away")
    elif not (template or message.template) and not (own and _written(subject, step, *path, "body")):
        message = f"the message of {named(step)} has no text"
        subject.report("E056", message, place, hint="add `template: NAME`, or `subject:` and `body:`")
