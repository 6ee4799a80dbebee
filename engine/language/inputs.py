"""Raw values that people give, read against what was asked: all of it, or a sentence for everything that is wrong."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from engine.language.coercion import coerce
from engine.language.connections import EventField, EventSchema
from engine.language.payload import dig
from engine.language.problems import one_of, suggest
from engine.language.resources import Input, People

log = logging.getLogger("baton.inputs")


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

    def read_all(self, specs: Mapping[str, Input], raw: Mapping[str, Any]) -> dict[str, Any]:
        """Like `read`; a value that nobody asked for is wrong too."""
        problems = unknown(specs, raw)
        try:
            values = self.read(specs, raw)
        except BadValues as problem:
            problems = {**problem.problems, **problems}
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


def typed_event(raw: Any, schema: EventSchema | None) -> Any:
    """An event as its connection declares it: the declared fields, with their types.

    What is missing or of another type is left out, so that an expression that
    needs it says so. Without a declaration everything is plain data.
    """
    if schema is None:
        return coerce([raw], Input(type="list", label="The event"))[0]
    event: dict[str, Any] = {}
    for name, kind in schema.types.items():
        try:
            value = coerce(_at(raw, name), _spec(kind), name=name)
        except ValueError as problem:
            log.warning("a field of an event was left out: %s", problem)
            continue
        if value is not None:
            _put(event, name, value)
    return event


def event_from(sent: Any, schema: EventSchema) -> tuple[dict[str, Any], dict[str, str]]:
    """The declared fields of an event out of what was sent, wherever they stand in it; and a sentence for each that is
    of another type, which is left out. What is missing is left out without a word."""
    event: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, kind in schema.types.items():
        field = schema.fields[name]
        try:
            value = coerce(dig(sent, field.from_ if isinstance(field, EventField) else name), _spec(kind), name=name)
        except ValueError as problem:
            problems[name] = str(problem)
            continue
        if value is not None:
            _put(event, name, value)
    return event, problems


def _spec(kind: str) -> Input:
    return Input.model_validate({"type": kind, "optional": True})


def _at(raw: Any, dotted: str) -> Any:
    for name in dotted.split("."):
        raw = raw.get(name) if isinstance(raw, Mapping) else None
    return raw


def _put(event: dict[str, Any], dotted: str, value: Any) -> None:
    *outer, last = dotted.split(".")
    for name in outer:
        event = event.setdefault(name, {})
    event[last] = value
