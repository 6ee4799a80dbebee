"""Time phrases and calendars."""

from collections.abc import Iterator
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
    if leaf.key == "keep" and not _plain(parsed):
        hint = "write it like `keep: 10 days`"
        subject.report("E045", "`keep` is a length of time and nothing else", leaf.node.place, hint=hint)
    elif parsed.never and not leaf.kind.never:
        hint = f"take the line `{leaf.key}:` away" if leaf.key != "after" else "take it away, or write a time"
        subject.report("E042", f"`{leaf.key}` cannot be `never`", leaf.node.place, hint=hint)


def _plain(parsed: Parsed) -> bool:
    """A length such as `2 weeks`, without values, and from no other time."""
    amounts = all(isinstance(span.amount, int) for span in parsed.spans)
    return bool(parsed.spans) and amounts and parsed.anchor is None and parsed.at is None and not parsed.before


def calendar(document: Document, found: Calendar) -> None:
    for part in _each(found):
        try:
            WorkCalendar.of(part)
        except ValueError as wrong:
            document.source.report("E044", str(wrong), _blamed(document, found, str(wrong)))


def _each(found: Calendar) -> Iterator[Calendar]:
    """The calendar without its closed days, and each of those by itself: one mistake does not hide another."""
    yield found.model_copy(update={"closed": (), "blackouts": ()})
    plain = Calendar(calendar=found.calendar, time_zone="UTC")
    for text in found.closed:
        yield plain.model_copy(update={"closed": (text,)})
    for blackout in found.blackouts:
        yield plain.model_copy(update={"blackouts": (blackout,)})


def _blamed(document: Document, found: Calendar, message: str) -> Any:
    """The value that the message names, else the calendar's first line."""
    paths: list[tuple[str | int, ...]] = [("time_zone",), ("hours", "opens"), ("hours", "closes"), ("holidays",)]
    paths += [("weekend", n) for n in range(len(found.weekend))] + [("closed", n) for n in range(len(found.closed))]
    paths += [("blackouts", n, key) for n in range(len(found.blackouts)) for key in ("from", "to")]
    for path in paths:
        node = document.node(found, *path)
        if node is not None and any(f"`{part}`" in message for part in _parts(getattr(node, "text", "\0"))):
            return node.place
    return document.place(found, "weekend" if "weekend" in message else "calendar")


def _parts(text: str) -> list[str]:
    """A value, and the two days of a range."""
    return [part.strip() for part in (text, *text.split(" to "))]
