"""Events: what arrives from outside, and what a wait accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.language.addresses import normal


@dataclass(frozen=True)
class Accept:
    """What may release a wait: events of this kind and name whose data equals `match`.

    kinds: answer, task, signature, webhook, manual, form, child, event, email, bounce.
    An event addressed `to` this step's path is taken whatever its name.
    """

    id: str  # the event's id in the step (`booked`), the result's `which`
    kind: str
    name: str = ""
    match: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """Something that arrived. `id` is unique for ever; `to` is the step's path where a link named it.

    `name`: `connection/event` for webhooks, the form for forms, the verb for operators
    (retry, skip, do_now, stop), the event's id for manual ones; `reply` for a mail that belongs to the case, and
    `mail/MAILBOX` for one that does not; `bounce`.
    """

    id: str
    kind: str
    at: datetime
    name: str = ""
    to: str = ""
    by: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


_ADDRESSES = {"email": ("from", "to"), "bounce": ("address",)}


def compared(kind: str, match: Mapping[str, Any]) -> Mapping[str, Any]:
    """What must be equal, as events have it: one address is one text, however it is written."""
    names = _ADDRESSES.get(kind, ())
    return {name: normal(str(value)) if name in names else value for name, value in match.items()}
