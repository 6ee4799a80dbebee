"""Times of one wait against each other, counted through its calendar: what comes too late to happen."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.language.calendar import WorkCalendar
from engine.language.checks.subject import Subject
from engine.language.expressions import Expr, ExpressionProblem
from engine.language.resources import Calendar
from engine.language.time import Phrase, PhraseProblem, parse_phrase, resolve

# A wait may begin at any time; what is so for all of these is so: a morning, a late afternoon, a weekend,
# the ends of a month and of a year, and both changes of the clocks.
_BEGINNINGS = (
    "2026-01-05 10", "2026-02-27 16", "2026-03-27 18", "2026-04-02 11", "2026-05-16 12", "2026-07-08 09",
    "2026-10-23 15", "2026-12-23 14", "2026-12-31 08",
)  # fmt: skip
BEGINNINGS = tuple(datetime.fromisoformat(f"{text}:00+00:00") for text in _BEGINNINGS)


def check(subject: Subject) -> None:
    for step in subject.steps:
        if getattr(step, "timeout", None) and hasattr(step, "reminders"):
            _Wait(subject, step).check()


class _Wait:
    def __init__(self, subject: Subject, step: Any) -> None:
        self.subject = subject
        self.step = step
        self.calendar = _calendar(subject, step)
        self.end = self.times(step.timeout)

    def times(self, text: str | None, factor: int = 1) -> tuple[datetime, ...]:
        """When the phrase is, for each beginning; nothing where that depends on the case."""
        try:
            phrase = parse_phrase(text) if text else None
        except (PhraseProblem, ExpressionProblem):
            return ()
        if phrase is None or phrase.never or phrase.anchor is not None or not phrase.spans:
            return ()
        if any(isinstance(span.amount, Expr) for span in phrase.spans):
            return ()
        try:
            return _resolved(phrase, self.calendar, factor)
        except ValueError:
            return ()

    def check(self) -> None:
        if not self.end:
            return
        for n, reminder in enumerate(self.step.reminders):
            self._late("reminder", ("reminders", n, "after"), reminder.after)
            if not self._late("reminder", ("reminders", n, "every"), reminder.every):
                self._too_many(n, reminder)
        for n, escalation in enumerate(self.step.escalate):
            self._late("escalation", ("escalate", n, "after"), escalation.after)
        self._due()

    def _late(self, what: str, path: tuple[str | int, ...], phrase: str | None) -> bool:
        times = self.times(phrase)
        late = bool(times) and all(time >= end for time, end in zip(times, self.end, strict=True))
        if late:
            place = self.subject.document.place(self.step, *path)
            note = f"step `{self.step.id}` is over after {self.step.timeout}"
            message = f"this {what} comes too late to happen"
            self.subject.report("E043", message, place, note, f"write less than {self.step.timeout}")
        return late

    def _too_many(self, n: int, reminder: Any) -> None:
        """More reminders than there is time for."""
        if not reminder.every or reminder.max_times < 2:
            return
        sent = reminder.max_times
        while sent > 1 and self._beyond(reminder.every, sent):
            sent -= 1
        if sent < reminder.max_times:
            place = self.subject.document.place(self.step, "reminders", n, "max_times")
            message = f"only {sent} of these {reminder.max_times} reminders can be sent"
            note = f"step `{self.step.id}` is over after {self.step.timeout}"
            self.subject.warn("W043", message, place, note, f"write `max_times: {sent}`, or a longer `timeout`")

    def _beyond(self, phrase: str, times: int) -> bool:
        found = self.times(phrase, times)
        return bool(found) and all(time >= end for time, end in zip(found, self.end, strict=True))

    def _due(self) -> None:
        times = self.times(getattr(self.step, "due", None))
        if times and all(time > end for time, end in zip(times, self.end, strict=True)):
            place = self.subject.document.place(self.step, "due")
            message = f"step `{self.step.id}` is due after its time has run out"
            note = f"it is over after {self.step.timeout}"
            self.subject.warn("W045", message, place, note, "promise an earlier time, or give a longer `timeout`")


@lru_cache(maxsize=4096)
def _resolved(phrase: Phrase, calendar: WorkCalendar, factor: int) -> tuple[datetime, ...]:
    found = []
    for since in BEGINNINGS:
        at: datetime | None = since
        for _ in range(factor):
            at = resolve(phrase, at, calendar) if at is not None else None
        if at is not None:
            found.append(at)
    return tuple(found)


def _calendar(subject: Subject, step: Any) -> WorkCalendar:
    """The calendar that the step counts with; the usual working week where it cannot be used."""
    name = step.calendar or subject.process.calendar
    loaded = subject.library.get("calendars", name) if name in subject.library.names("calendars") else None
    try:
        return _read(loaded.root) if loaded is not None and isinstance(loaded.root, Calendar) else WorkCalendar()
    except ValueError:
        return WorkCalendar()


def _read(calendar: Calendar) -> WorkCalendar:
    """Without its public holidays: what is late in every ordinary week is late, and loading them takes time."""
    return WorkCalendar.of(calendar.model_copy(update={"holidays": None}))
