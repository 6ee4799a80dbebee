"""Time phrases and calendars."""

from typing import Any

from engine.language.calendar import WorkCalendar
from engine.language.checks.subject import Subject
from engine.language.document import Document, Leaf
from engine.language.expressions import ExpressionProblem
from engine.language.fields import Phrase
from engine.language.resources import Calendar
from engine.language.time import Phrase as Parsed
from engine.language.time import PhraseProblem, parse_phrase


def check(subject: Subject) -> None:
    for leaf in subject.leaves():
        if isinstance(leaf.kind, Phrase) and leaf.text:
            _phrase(subject, leaf)
    for step in subject.steps:
        if getattr(step, "timeout", None) and hasattr(step, "reminders"):
            _too_late(subject, step)


def _phrase(subject: Subject, leaf: Leaf) -> None:
    try:
        parsed = parse_phrase(leaf.text)
    except PhraseProblem as wrong:
        place = subject.document.source.within(leaf.node, wrong.offset, wrong.length)
        word = leaf.text[wrong.offset : wrong.offset + wrong.length]
        fix = subject.document.source.instead(place, word, wrong.meant)
        subject.report("E040", wrong.message, place, hint=wrong.help, fix=fix)
        return
    except ExpressionProblem:
        return  # said with the expressions
    if parsed.never and not leaf.kind.never:
        hint = f"take the line `{leaf.key}:` away" if leaf.key != "after" else "take it away, or write a time"
        subject.report("E042", f"`{leaf.key}` cannot be `never`", leaf.node.place, hint=hint)


def _too_late(subject: Subject, step: Any) -> None:
    """A reminder or an escalation after the end of the wait. Only equal units are compared."""
    end = _length(step.timeout)
    if end is None:
        return
    told = [(("reminders", n, "after"), r.after) for n, r in enumerate(step.reminders)]
    told += [(("reminders", n, "every"), r.every) for n, r in enumerate(step.reminders)]
    told += [(("escalate", n, "after"), e.after) for n, e in enumerate(step.escalate)]
    for path, phrase in told:
        length = _length(phrase) if phrase else None
        if length and length[1] == end[1] and length[0] >= end[0]:
            what = "reminder" if path[0] == "reminders" else "escalation"
            place = subject.document.place(step, *path)
            note = f"step `{step.id}` is over after {step.timeout}"
            message = f"this {what} comes too late to happen"
            subject.report("E043", message, place, note, f"write less than {step.timeout}")


def _length(text: str) -> tuple[int, str] | None:
    """Amount and unit of a plain phrase such as `2 business days`."""
    try:
        parsed: Parsed = parse_phrase(text)
    except (PhraseProblem, ExpressionProblem):
        return None
    if len(parsed.spans) != 1 or parsed.anchor is not None or parsed.before:
        return None
    span = parsed.spans[0]
    return (span.amount, span.unit) if isinstance(span.amount, int) else None


def calendar(document: Document, found: Calendar) -> None:
    try:
        WorkCalendar.of(found)
    except ValueError as wrong:
        document.source.report("E044", str(wrong), _blamed(document, found, str(wrong)))


def _blamed(document: Document, found: Calendar, message: str) -> Any:
    """The value that the message names, else the calendar's first line."""
    paths: list[tuple[str | int, ...]] = [("time_zone",), ("hours", "opens"), ("hours", "closes"), ("holidays",)]
    paths += [("weekend", n) for n in range(len(found.weekend))] + [("closed", n) for n in range(len(found.closed))]
    for path in paths:
        node = document.node(found, *path)
        if node is not None and getattr(node, "text", "\0") in message:
            return node.place
    return document.place(found, "weekend" if "weekend" in message else "calendar")
