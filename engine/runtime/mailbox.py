"""The mailbox of a case: early events are kept, each is consumed once, late ones are shown."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from engine.language.addresses import is_email, normal
from engine.runtime.events import Accept, Event
from engine.runtime.replies import is_for_another
from engine.runtime.state import State


def put(state: State, event: Event) -> bool:
    """File an event; False when it was seen before."""
    if event.id in state.seen:
        return False
    state.seen.append(event.id)
    state.mailbox.append(event)
    return True


def take(state: State, path: str, accepts: Iterable[Accept]) -> tuple[Accept, Event] | None:
    """Consume the first event that one of `accepts` matches."""
    accepts = tuple(accepts)
    for event in state.mailbox:
        for accept in accepts:
            if matches(accept, event, path) and not is_for_another(state, event, path):
                state.mailbox.remove(event)
                return accept, event
    return None


def matches(accept: Accept, event: Event, path: str) -> bool:
    if accept.kind != event.kind:
        return False
    if event.to:
        return event.to == path and (not accept.name or accept.name == event.name)
    return bool(accept.name) and accept.name == event.name and _equal(accept.match, event.data)


def _equal(match: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    return all(comparable(at(data, name)) == comparable(wanted) for name, wanted in match.items())


def comparable(value: Any) -> Any:
    """The value as it is compared: an address is one, however the client and the booking tool have written it."""
    return normal(value) if isinstance(value, str) and "@" in value and is_email(value) else value


def at(data: Mapping[str, Any], dotted: str) -> Any:
    """The value at `a.b.c`; None where there is none."""
    value: Any = data
    for name in dotted.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def late(state: State) -> list[Event]:
    """Remove and return what is addressed to a step that takes nothing any more."""
    return _remove(state, lambda event: _finished(state, event.to))


def expired(state: State, now: datetime, until: Callable[[Event], datetime]) -> list[Event]:
    """Remove and return what was kept for longer than it should be; `until` says for how long."""
    return _remove(state, lambda event: until(event) < now)


def _remove(state: State, gone: Callable[[Event], bool]) -> list[Event]:
    found = [event for event in state.mailbox if gone(event)]
    state.mailbox = [event for event in state.mailbox if event not in found]
    return found


def _finished(state: State, path: str) -> bool:
    return path in state.steps and (state.steps[path].closed or "over" in state.steps[path].memo)
