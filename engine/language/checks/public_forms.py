"""Triggers as strangers and watchers see them: sites that may show a form, and how often something is expected."""

import re

from engine.language import rhythm
from engine.language.checks.subject import Subject

_ORIGIN = re.compile(
    r"https://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?"
)


def check(subject: Subject) -> None:
    for number, trigger in enumerate(subject.process.triggers):
        for n, origin in enumerate(trigger.embed):
            if not _ORIGIN.fullmatch(origin):
                place = subject.document.place(subject.process, "triggers", number, "embed", n)
                hint = "write it like `https://www.acme.example`, without a path"
                subject.report("E025", f"`{origin}` is not the address of a site", place, hint=hint)
        if trigger.expect:
            _expected(subject, number, trigger.expect)


def _expected(subject: Subject, number: int, written: str) -> None:
    try:
        rhythm.parse(written)
    except ValueError as wrong:
        place = subject.document.place(subject.process, "triggers", number, "expect")
        subject.report("E047", str(wrong), place, hint=rhythm.HINT)
