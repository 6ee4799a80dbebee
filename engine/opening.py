"""Opening a case: its inputs as typed values, its key, its title, its first state."""

import hashlib
import secrets
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.language.addresses import normal
from engine.language.inputs import Values
from engine.language.plan import Plan
from engine.language.process import Trigger
from engine.language.roster import roster_of
from engine.language.values import encode
from engine.runtime.about import party_of
from engine.runtime.beginning import first_state
from engine.settings import Settings
from engine.shelf import Edition
from engine.store import cases, inbox, queue
from engine.store.rows import Arrival, NewCase

START = "start"
SIGNAL = "signal"


def values_of(settings: Settings, plan: Plan) -> Values:
    """How raw values are read in this workspace."""
    people = roster_of(settings.workspace)() or plan.resources.people
    return Values(people, settings.currency, ZoneInfo(settings.time_zone))


@dataclass(frozen=True)
class Opening:
    """A case that is ready to be opened; `if_running` says what happens when its key is taken."""

    new: NewCase
    if_running: str


def prepare(
    settings: Settings,
    edition: Edition,
    inputs: Mapping[str, Any],
    now: datetime,
    once: str = "",
    parent: str = "",
    by: str = "",
    trigger: Trigger | None = None,
    event: Any = None,
) -> Opening:
    """An opening with these typed inputs. `once`: the same text always gives the same case id.

    `parent` is the step that starts it, as `case/path`; `by` the person who does; `trigger` with its `event` what
    does, for what it says of the contact.
    """
    process = edition.plan.process
    case = f"{edition.process}-{_short(once)}"
    url = f"{settings.base_url}/cases/{case}"
    state = first_state(edition.plan, inputs, case, now, url, _step_of(parent), by)
    title, key = state.case["title"], state.case["business_key"]
    digest = edition.plan.digest
    new = NewCase(case, edition.process, edition.version, digest, title, key, parent, encode(inputs), state.dump(), now)
    party = party_of(edition.plan, inputs, now, trigger, event)
    if party and not _is_colleague(settings, edition.plan, party.address):
        new = replace(new, party=party)
    return Opening(new, process.concurrency.if_running if process.concurrency else "allow")


def _is_colleague(settings: Settings, plan: Plan, address: str) -> bool:
    people = roster_of(settings.workspace)() or plan.resources.people
    return any(normal(user.email) == normal(address) for user in people.users)


def open_case(c: Connection, opening: Opening, arrival: Arrival) -> tuple[str, bool]:
    """Open the case with the arrival that starts it, in the caller's transaction.

    The case's id, and whether that case was there before: one with the same
    key is running (`skip`), or this very arrival has opened it.
    """
    new = opening.new
    running = cases.running(c, new.process, new.business_key) if new.business_key else None
    if running and opening.if_running == "skip":
        return running, True
    if running and opening.if_running == "cancel_previous":
        _stop(c, running, arrival)
    if running and opening.if_running == "queue":
        queue.enter(c, new, running)
        return new.id, False
    cases.open_case(c, new)
    inbox.deliver_to(c, arrival.id, new.id, START)
    return new.id, False


def _stop(c: Connection, running: str, arrival: Arrival) -> None:
    stop = Arrival(
        id=f"{arrival.id}-stop",
        source="concurrency",
        source_id=arrival.id,
        kind="operator",
        name="stop",
        case=running,
        to="",
        by="a newer case",
        data_json=encode({"values": {}}),
        received_at=arrival.received_at,
    )
    if inbox.accept(c, stop):
        inbox.routed(c, stop.id)
        inbox.deliver_to(c, stop.id, running, SIGNAL)


def _short(once: str) -> str:
    """Ten characters that are easy to read out; random without `once`."""
    noise = hashlib.sha256(once.encode()).digest() if once else secrets.token_bytes(32)
    return b32encode(noise).decode().lower()[:10]


def _step_of(parent: str) -> dict[str, str]:
    case, _, path = parent.partition("/")
    return {"case": case, "path": path} if parent else {}
