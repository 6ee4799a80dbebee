"""Time phrases and calendars."""

from typing import Any

from engine.language.calendar import WorkCalendar
from engine.language.checks.subject import Subject
from engine.language.document import Document, Leaf
from engine.language.expressions import ExpressionProblem
from engine.language.fields import Phrase
from engine.language.resources import Calendar
from engine.language.time import PhraseProblem, parse_phrase


def check(subject: Subject) -> None:
    for leaf in subject.leaves():
        if isinstance(leaf.kind, Phrase) and leaf.text:
            _phrase(subject, leaf)


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
