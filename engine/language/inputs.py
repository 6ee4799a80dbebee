"""Raw values that people give, read against what was asked: all of it, or a sentence for everything that is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from engine.language.coercion import coerce
from engine.language.problems import one_of, suggest
from engine.language.resources import Input, People


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
