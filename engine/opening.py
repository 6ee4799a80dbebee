"""Opening a case: its inputs as typed values, its key, its title, its first state."""

import hashlib
import secrets
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.language.evaluator import render
from engine.language.expressions import parse_template
from engine.language.plan import Plan
from engine.language.problems import one_of, suggest
from engine.language.resources import Input, People
from engine.language.values import coerce, display, encode
from engine.runtime.state import State
from engine.settings import Settings
from engine.shelf import Edition
from engine.store import cases, inbox
from engine.store.rows import Arrival, NewCase

START = "start"
SIGNAL = "signal"


class BadValues(Exception):  # noqa: N818 - named as it is said
    """Values that are missing, wrong or unknown: one sentence for each, by name."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True)
class Values:
    """How raw values are read: who is who, and what an amount or a time without more means."""

    people: People
    currency: str
    zone: ZoneInfo

    @classmethod
    def of(cls, settings: Settings, plan: Plan) -> "Values":
        return cls(plan.resources.people, settings.currency, ZoneInfo(settings.time_zone))

    def read(self, specs: Mapping[str, Input], raw: Mapping[str, Any]) -> dict[str, Any]:
        """Typed values of everything that is asked. Raises BadValues with all that is missing or wrong."""
        values, problems = {}, {}
        for name, spec in specs.items():
            try:
                values[name] = coerce(
                    raw.get(name), spec, self.people, name=name, currency=self.currency, zone=self.zone
                )
            except ValueError as problem:
                problems[name] = str(problem)
        if problems:
            raise BadValues(problems)
        return values


def unknown(specs: Mapping[str, Input], raw: Mapping[str, Any]) -> dict[str, str]:
    """A sentence for each value that nobody asked for."""
    return {name: _unknown(name, specs) for name in raw if name not in specs}


def _unknown(name: str, specs: Mapping[str, Input]) -> str:
    near = suggest(name, specs)
    if near:
        return f"There is no input `{name}`; did you mean `{near}`?"
    return f"There is no input `{name}`. The inputs are {one_of(specs, 20)}." if specs else "No inputs are asked for."


@dataclass(frozen=True)
class Opening:
    """A case that is ready to be opened; `if_running` says what happens when its key is taken."""

    new: NewCase
    if_running: str


def prepare(
    settings: Settings, edition: Edition, inputs: Mapping[str, Any], now: datetime, once: str = "", parent: str = ""
) -> Opening:
    """An opening with these typed inputs. `once`: the same text always gives the same case id.

    `parent` is the step that starts it, as `case/path`.
    """
    process = edition.plan.process
    case = f"{edition.process}-{_short(once)}"
    key = ""
    if process.concurrency:
        key = display(render(parse_template(process.concurrency.key), {"inputs": inputs}, lambda: now))
    title = _title(edition.plan, inputs)
    about = {
        "id": case,
        "url": f"{settings.base_url}/cases/{case}",
        "started_at": now,
        "business_key": key,
        "title": title,
    }
    state = State(case=about, inputs=dict(inputs), parent=_step_of(parent)).dump()
    new = NewCase(
        case, edition.process, edition.version, edition.plan.digest, title, key, parent, encode(inputs), state, now
    )
    return Opening(new, process.concurrency.if_running if process.concurrency else "allow")


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


def _title(plan: Plan, inputs: Mapping[str, Any]) -> str:
    """`Client onboarding for Acme`: named by the first text that was given."""
    texts = (inputs.get(name) for name, spec in plan.process.inputs.items() if spec.type == "text")
    about = next((text for text in texts if text), "")
    return f"{plan.process.title} for {about}" if about else plan.process.title
