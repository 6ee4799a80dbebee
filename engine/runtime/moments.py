"""The moments of a wait: worked out once when it begins, and again when an operator changes what they count from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from engine.language.values import display_datetime
from engine.runtime.journal import words
from engine.runtime.state import Armed, Moment
from engine.runtime.step import Escalation, Reminder, Run

KINDS = ("reminder", "escalate", "timeout", "until")
NAMES = {"reminder": "reminder", "escalate": "escalation", "timeout": "time limit", "until": "time"}


class Timed(Protocol):
    """What a waiting step says about time."""

    @property
    def due(self) -> str | None: ...
    @property
    def reminders(self) -> Sequence[Reminder]: ...
    @property
    def escalate(self) -> Sequence[Escalation]: ...
    @property
    def timeout(self) -> str | None: ...


def arm(run: Run, step: Timed, until: str | None) -> Armed:
    """Resolve every time phrase once, to absolute instants. What lies in the past is said: it happens at once."""
    now = run.now()
    moments = _moments(run, step, until, now)
    for moment in moments:
        if moment.at < now:
            run.log("note", f"{run.record.title}: {_past(run, moment)}")
    since = now if now != run.record.since else None
    return Armed(due=run.instant(step.due) if step.due else None, moments=moments, since=since)


def begins(run: Run, phrase: str) -> datetime | None:
    """When a step begins by its `start`; that this lies in the past is said."""
    at = run.instant(phrase)
    if at is not None and at < run.now():
        name, said = words(run.record.id), display_datetime(at, run.calendar.zone)
        run.log("note", f"{name}: its start ({said}) is over already, so it begins at once")
    return at


def reconsider(run: Run, step: Timed, until: str | None, armed: Armed) -> None:
    """Work out again what is still to come, where an operator has changed what its phrase names."""
    since = armed.since or run.record.since
    was = {_key(m): m.at for m in _moments(run, step, until, since, before=True)}
    to_come = {_key(m): m for m in armed.moments if not m.fired}
    for moment in _moments(run, step, until, since):
        known = to_come.pop(_key(moment), None)
        changed = was.get(_key(moment)) != moment.at and (known is None or known.at != moment.at)
        if changed and (known or _key(moment) not in was):
            _moved(run, known, moment)
            if known:
                armed.moments.remove(known)
            armed.moments.append(moment)
    for gone in (m for key, m in to_come.items() if key in was):
        armed.moments.remove(gone)
    armed.moments.sort(key=lambda m: (m.at, KINDS.index(m.kind)))
    if step.due:
        armed.due = run.reconsidered(step.due, since, armed.due)
        if run.record.task:
            run.record.task["due"] = armed.due


def _key(moment: Moment) -> tuple[str, int, int]:
    return moment.kind, moment.n, moment.nth


def _moved(run: Run, known: Moment | None, moment: Moment) -> None:
    was = f" instead of {display_datetime(known.at, run.calendar.zone)}" if known else ""
    at = display_datetime(moment.at, run.calendar.zone)
    past = ", which is over, so it happens at once" if moment.at <= run.now() else ""
    name = NAMES[moment.kind]
    before = {name: known.at} if known else {}
    run.log("moved", f"{run.record.title}: {name} on {at}{was}{past}", before, {name: moment.at})


def _past(run: Run, moment: Moment) -> str:
    at = display_datetime(moment.at, run.calendar.zone)
    return f"its {NAMES[moment.kind]} ({at}) is over already, so it happens at once"


def _moments(run: Run, step: Timed, until: str | None, since: datetime, *, before: bool = False) -> list[Moment]:
    found = [m for n, r in enumerate(step.reminders) for m in _reminders(run, n, r, since, before)]
    phrases = [("escalate", e.after, n) for n, e in enumerate(step.escalate)]
    for kind, phrase, n in (*phrases, ("timeout", step.timeout, 0), ("until", until, 0)):
        at = run.instant(phrase, since, before=before) if phrase else None
        found += [Moment(kind, at, n)] if at else []
    return sorted(found, key=lambda m: (m.at, KINDS.index(m.kind)))


def _reminders(run: Run, n: int, reminder: Reminder, since: datetime, before: bool) -> list[Moment]:
    """The times of a reminder, moved out of closed hours."""
    times: list[datetime] = []
    for _ in range(reminder.max_times if reminder.every else 1):
        phrase = reminder.every or reminder.after or "never"
        at = run.instant(phrase, times[-1] if times else since, before=before)
        if at is not None:
            times.append(run.calendar.next_open(at))
    return [Moment("reminder", at, n, nth) for nth, at in enumerate(times, 1)]
