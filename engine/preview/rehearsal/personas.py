"""How people behave in a rehearsal: whether they answer, when, and what they choose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.language.calendar import WorkCalendar
from engine.runtime.state import StepRecord

When = Callable[[StepRecord, WorkCalendar], datetime | None]
"""When somebody acts on an open step; None is never."""


@dataclass(frozen=True)
class Persona:
    """`about` completes the sentence `Everybody ...`. `willing`: whether they agree where they may say no."""

    name: str
    about: str
    when: When
    willing: bool = True

    def choice(self, outcomes: Sequence[str]) -> str:
        """The button that they press: the first is the one that approves, the last the one that does not."""
        if not outcomes:
            return ""
        refusing = [o for o in outcomes if any(word in o for word in ("reject", "declin", "refus", "deny"))]
        return outcomes[0] if self.willing else (refusing or list(outcomes))[-1]


def _soon(record: StepRecord, calendar: WorkCalendar) -> datetime | None:
    """On the next working day at about the same time; sooner where there is less time."""
    day = calendar.add_business_days(record.since, 1)
    end = _end(record)
    return day if end is None or day < end else record.since + (end - record.since) / 2


def _late(record: StepRecord, calendar: WorkCalendar) -> datetime | None:
    """After the last reminder and escalation, and before the time is up."""
    end = _end(record)
    moments = [m.at for m in record.armed.moments if m.kind in ("reminder", "escalate")] if record.armed else []
    begun = max(moments, default=record.armed.due if record.armed and record.armed.due else record.since)
    if end is None:
        return calendar.add_business_days(begun, 1 if moments else 2)
    if begun >= end:
        return end - timedelta(minutes=1)
    at = calendar.next_open(begun + (end - begun) / 2)
    return at if at < end else begun + (end - begun) / 2


def _never(record: StepRecord, calendar: WorkCalendar) -> datetime | None:
    return None


def _end(record: StepRecord) -> datetime | None:
    """When the time of an open step is up."""
    if record.armed is None:
        return None
    return min((m.at for m in record.armed.moments if m.kind in ("timeout", "until") and not m.fired), default=None)


PERSONAS = {
    "happy": Persona("happy", "answers within a working day, and agrees", _soon),
    "silent": Persona("silent", "stays silent", _never),
    "declines": Persona(
        "declines", "answers within a working day, and says no wherever that is possible", _soon, False
    ),
    "late": Persona("late", "answers late: after the last reminder, and just before it is given up", _late),
}
