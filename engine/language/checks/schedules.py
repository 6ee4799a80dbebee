"""Triggers that come by the clock."""

from engine.language.checks.subject import Subject
from engine.language.process import Trigger
from engine.language.recurrence import parse_cron, parse_every
from engine.language.types import DATE, DATETIME, record

SCHEDULED = record(at=DATETIME, day=DATE)
"""What the event of a schedule carries: the time that was meant, and its day in the calendar."""

_KEYS = ("every", "cron", "catch_up")


def check(subject: Subject) -> None:
    for n, trigger in enumerate(subject.process.triggers):
        if trigger.type == "schedule":
            _when(subject, n, trigger)
        else:
            _belongs(subject, n, trigger)


def _when(subject: Subject, n: int, trigger: Trigger) -> None:
    process, place = subject.process, subject.document.place
    if bool(trigger.every) == bool(trigger.cron):
        said = "both `every` and `cron`" if trigger.every else "neither `every` nor `cron`"
        at = place(process, "triggers", n, "cron" if trigger.every else "type")
        hint = "add `every: monday at 08:00`" if not trigger.every else "keep one of the two"
        subject.report("E048", f"the schedule `{trigger.id}` has {said}", at, hint=hint)
    for key, text, parse in (("every", trigger.every, parse_every), ("cron", trigger.cron, parse_cron)):
        try:
            if text:
                parse(text)
        except ValueError as wrong:
            said, _, hint = str(wrong).partition("; ")
            subject.report("E047", said, place(process, "triggers", n, key), hint=hint)


def _belongs(subject: Subject, n: int, trigger: Trigger) -> None:
    for key in _KEYS:
        if getattr(trigger, key):
            message = f"a trigger of type `{trigger.type}` has no `{key}`; that belongs to `schedule`"
            at = subject.document.place(subject.process, "triggers", n, key)
            subject.report("E048", message, at, hint="write `type: schedule`, or take the line away")
