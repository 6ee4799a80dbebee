"""An open wait in another version: it keeps its times, and whatever they lead to is found in the new step."""

from collections.abc import Sequence
from typing import Any

from engine.runtime.state import Moment, StepRecord
from engine.runtime.step import Step

SAME = ("timeout", "until", "duration", "due")


def rearm(record: StepRecord, before: Step, after: Step) -> list[str]:
    """Change what an open wait has armed so that it fits the new step; sentences about what differs."""
    if record.armed is None:
        return []
    notes = [f"`{after.id}` keeps its {name} ({_said(before, name)}); new cases get {_said(after, name)}"
             for name in SAME if _said(before, name) != _said(after, name)]  # fmt: skip
    for kind, field in (("reminder", "reminders"), ("escalate", "escalate")):
        notes += _follow(record, after, kind, _list(before, field), _list(after, field))
    return notes


def _said(step: Step, name: str) -> str:
    return str(getattr(step, name, None) or "none")


def _list(step: Step, field: str) -> tuple[Any, ...]:
    return tuple(getattr(step, field, ()))


def _follow(record: StepRecord, after: Step, kind: str, old: Sequence[Any], new: Sequence[Any]) -> list[str]:
    """Let the moments of one kind point to the same entry of the new list; those without one are dropped."""
    if tuple(old) == tuple(new) or record.armed is None:
        return []
    kept, notes = list[Moment](), []
    if len(new) > len(old):
        notes.append(f"`{after.id}` does not get the {kind} that is new: its times were set when it began")
    for moment in record.armed.moments:
        if moment.kind != kind:
            kept.append(moment)
            continue
        n = moment.n if moment.fired else _index(moment.n, old, new)
        if n is not None and n < len(new):
            moment.n = n
            _unused(record, moment)
            kept.append(moment)
        elif not moment.fired:
            notes.append(f"`{after.id}` drops a {kind} that the version does not have any more")
    record.armed.moments = kept
    return list(dict.fromkeys(notes))


def _index(n: int, old: Sequence[Any], new: Sequence[Any]) -> int | None:
    """Where the entry is now: the same one, or else what has its place."""
    if n < len(old) and old[n] in new:
        return new.index(old[n])
    return n if n < len(new) else None


def _unused(record: StepRecord, moment: Moment) -> None:
    """A reminder that is still to come must not have the name of one that has gone out."""
    while moment.kind == "reminder" and not moment.fired and _name(moment) in record.effects:
        moment.nth += 1


def _name(moment: Moment) -> str:
    return f"reminder{moment.n + 1}.{moment.nth}"
