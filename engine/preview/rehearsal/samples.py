"""Plausible values where only a person or another system can give the real ones; each is noted as made up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.language.calendar import WorkCalendar
from engine.language.inputs import BadValues, Values
from engine.language.resources import Input
from engine.language.values import display
from engine.language.wording import words


@dataclass(frozen=True)
class Made:
    """A value that was made up. `giver` is whoever gives the real one, `sample` what stands in for it."""

    giver: str
    name: str
    sample: str
    step: str = ""


_TEXTS = (
    ("company number", "01234567"),
    ("first", "Alex"), ("last", "Example"), ("surname", "Example"), ("legal", "Example Trading Limited"),
    ("company", "Example Ltd"), ("supplier", "Example Supplies Ltd"), ("vendor", "Example Supplies Ltd"),
    ("firm", "Example Ltd"), ("client", "Example Ltd"), ("customer", "Example Ltd"),
    ("address", "1 High Street, London N1 1AA"), ("city", "London"), ("country", "United Kingdom"),
    ("post", "N1 1AA"), ("iban", "GB33 BUKB 2020 1555 5555 55"), ("vat", "GB123456789"), ("number", "A-1001"),
    ("reference", "A-1001"), ("role", "Designer"), ("job", "Designer"), ("position", "Designer"),
    ("department", "Design"), ("team", "Design"), ("contact", "Alex Example"), ("name", "Alex Example"),
    ("manager", "Sam Example"), ("employee", "Alex Example"), ("reason", "As we said on the phone"),
)  # fmt: skip
"""A word in the name or the label -> what such a text may be; the first that fits."""

_NUMBERS = (("seat", "12"), ("day", "5"), ("percent", "10"), ("quantity", "3"), ("people", "4"), ("score", "8"))


@dataclass
class Samples:
    """Makes values up, and keeps what it made."""

    values: Values
    calendar: WorkCalendar
    made: list[Made] = field(default_factory=list)

    def fill(
        self, specs: Mapping[str, Input], giver: str, now: datetime, step: str = "", given: Mapping[str, Any] = {}
    ) -> dict[str, Any]:
        """Typed values of everything that is asked: as `given`, or made up. Raises BadValues for a wrong given one."""
        raw = {name: self._raw(name, spec, now) for name, spec in specs.items() if name not in given}
        values = self.values.read_all(specs, {**raw, **given})
        for name in raw:
            if values[name] is not None:
                self.note(giver, specs[name].label or words(name), values[name], step)
        return values

    def event(self, fields: Mapping[str, str], giver: str, now: datetime, known: Mapping[str, Any]) -> dict[str, Any]:
        """What an event carries: dotted name -> value, those that are `known` as they are."""
        found = {}
        for name, kind in fields.items():
            if name in known:
                found[name] = known[name]
            else:
                found |= self.fill({name: _spec(kind)}, giver, now)
        return found

    def note(self, giver: str, name: str, value: Any, step: str = "") -> None:
        """Keep that this value was made up."""
        made = Made(giver, name, display(value, self.calendar.zone), step)
        if made not in self.made:
            self.made.append(made)

    def _raw(self, name: str, spec: Input, now: datetime) -> Any:
        if spec.default is not None:
            return spec.default
        for raw in (self._guess(name, spec, now), spec.min, spec.max):
            try:
                self.values.read({name: spec}, {name: raw})
            except BadValues:
                continue
            return raw
        return None

    def _guess(self, name: str, spec: Input, now: datetime) -> Any:
        """A raw value of the declared type."""
        if spec.type in ("date", "datetime"):
            return self._time(spec, now)
        if spec.type in ("user", "group"):
            people = self.values.people
            return next((found.id for found in (people.users if spec.type == "user" else people.groups)), None)
        if spec.type in ("choice", "multi_choice"):
            return spec.choices[0] if spec.type == "choice" and spec.choices else list(spec.choices[:1])
        if spec.type == "list" and spec.of:
            return [self._raw(name, Input(type=spec.of), now)]
        return _PLAIN.get(spec.type) or self._words(name, f"{name} {spec.label or ''}".lower(), spec)

    def _time(self, spec: Input, now: datetime) -> str:
        """Some working days ahead, in opening hours."""
        today = self.calendar.local(now).date()
        if spec.type == "date":
            return str(self.calendar.working_day(today, 10))
        return (self.calendar.opening(self.calendar.working_day(today, 7)) + timedelta(hours=1)).isoformat()

    def _words(self, name: str, about: str, spec: Input) -> str:
        """A text or a number that goes by what it is called."""
        if spec.type == "number":
            return next((n for word, n in _NUMBERS if word in about), spec.min or "1")
        found = next((text for word, text in _TEXTS if word in about), f"({spec.label or words(name)})")
        return found[: spec.max_length] if spec.max_length else found


_PLAIN: Mapping[str, Any] = {
    "money": "12,000", "boolean": "yes", "email": "alex@client.example", "phone": "+44 20 7946 0000",
    "url": "https://client.example", "list": ["first", "second"], "table": [{}],
    "file": {"file": "sample", "name": "sample.pdf", "sha256": "", "size": 0},
}  # fmt: skip


def _spec(kind: str) -> Input:
    return Input.model_validate({"type": "text" if kind in ("choice", "multi_choice") else kind})
