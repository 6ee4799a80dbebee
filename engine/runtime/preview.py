"""What an operator's change would do: a turn on the stored state in which nothing goes out and nothing is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect, Later
from engine.runtime.events import Event
from engine.runtime.moments import NAMES
from engine.runtime.state import State, StepRecord
from engine.runtime.turn import Turn, turn
from engine.runtime.view import IncidentView


@dataclass(frozen=True)
class Moved:
    """A time of an open step that changes; None: it has none. `at_once`: it lies in the past, so it happens now."""

    step: str
    title: str
    what: str  # reminder, escalation, time limit, due date, start
    before: datetime | None
    after: datetime | None
    at_once: bool


@dataclass(frozen=True)
class Seen:
    """`before` and `after` of the values, `moved` times, the lines of the timeline, messages and other effects that
    would begin, and the incidents that it would cause."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    moved: tuple[Moved, ...]
    says: tuple[str, ...]
    sends: tuple[str, ...]
    trouble: tuple[str, ...]


async def preview(plan: Plan, text: str, now: datetime, event: Event) -> Seen:
    """Take the turn on a copy of the state."""
    asked: list[Effect] = []

    async def nothing(plan: Plan, effect: Effect) -> Answer:
        asked.append(effect)
        return Later()

    was, known = State.load(text), await _incidents(plan, text, now)
    turned = await turn(plan, _awake(text), now, nothing, [event])
    lines = turned.view.entries
    change = next((e for e in lines if e.kind == "operator"), None)
    return Seen(
        before=change.before if change else {},
        after=change.after if change else {},
        moved=(*_moved(was, turned.state, now), *_ended(was, turned, now)),
        says=tuple(e.text for e in lines if e.kind not in ("operator", "moved")),
        sends=tuple(_said(effect) for effect in asked),
        trouble=tuple(i.message for i in turned.view.incidents if (i.path, i.message) not in known),
    )


async def _incidents(plan: Plan, text: str, now: datetime) -> set[tuple[str, str]]:
    """Those that there are anyway."""

    async def nothing(plan: Plan, effect: Effect) -> Answer:
        return Later()

    found: tuple[IncidentView, ...] = (await turn(plan, _awake(text), now, nothing)).view.incidents
    return {(i.path, i.message) for i in found}


def _awake(text: str) -> State:
    """The state as it will be when the case goes on, should it be paused."""
    state = State.load(text)
    state.paused = {}
    return state


def _said(effect: Effect) -> str:
    to = effect.payload.get("to")
    what = effect.payload.get("template") or effect.payload.get("subject") or effect.purpose
    return f"{effect.kind} “{what}” to {to}" if to else f"{effect.kind} of {effect.path}"


def _moved(was: State, is_: State, now: datetime) -> Iterator[Moved]:
    for path, record in was.steps.items():
        other = is_.steps.get(path)
        if record.closed or other is None:
            continue
        if other.closed:  # it has no times any more; see `_ended`
            continue
        old, new = _times(record), _times(other)
        for key in dict.fromkeys((*old, *new)):
            before, after = old.get(key), new.get(key)
            if before != after:
                at_once = after is not None and after <= now and key[0] != "due"
                yield Moved(record.id, record.title, _NAMES.get(key[0], key[0]), before, after, at_once)


def _ended(was: State, turned: Turn, now: datetime) -> Iterator[Moved]:
    """The times of steps that end by the change, as the timeline would tell them."""
    for entry in turned.view.entries:
        record, other = was.steps.get(entry.path), turned.state.steps.get(entry.path)
        if entry.kind != "moved" or record is None or other is None or not other.closed:
            continue
        for what, at in entry.after.items():
            yield Moved(record.id, record.title, what, entry.before.get(what), at, at <= now)


_NAMES = {**NAMES, "due": "due date", "start": "start"}


def _times(record: StepRecord) -> dict[tuple[str, int, int], datetime]:
    found = {}
    if record.armed:
        found = {(m.kind, m.n, m.nth): m.at for m in record.armed.moments}
        if record.armed.due:
            found["due", 0, 0] = record.armed.due
    for name in ("start", "until"):
        if isinstance(record.memo.get(name), datetime):
            found[name, 0, 0] = record.memo[name]
    return found
