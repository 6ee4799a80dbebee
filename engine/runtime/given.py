"""Values that staff give in the place of a step's result: read as the types that the result has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from engine.language.inputs import BadValues, Values
from engine.language.kinds import describe
from engine.language.model import ValueType
from engine.language.plan import Plan
from engine.language.problems import one_of, suggest
from engine.language.resources import Input
from engine.language.types import ANY, Choice, Field, ListOf, Record, Type
from engine.runtime.step import Look, Step

OWN = ("status", "at", "by")
"""What the case writes itself."""


@dataclass(frozen=True)
class Given:
    """`result` is what `steps.NAME` has once the step is done."""

    name: str
    result: Record
    values: Values

    @classmethod
    def of(cls, plan: Plan, step: Step | None, values: Values) -> "Given":
        look = Look(plan.resources)
        return cls(step.id, step.result(look), values) if step else cls("it", Record(), values)

    def is_file(self, name: str) -> bool:
        found = self._find(name)
        return found is not None and found.name == "file"

    def read(self, raw: Mapping[str, Any], *, complete: bool) -> dict[str, Any]:
        """Typed values by dotted name. `complete`: everything that is never missing must be given.

        Raises BadValues with a sentence for each value that is unknown, wrong or missing.
        """
        found, problems = {}, {}
        for name, value in raw.items():
            type_ = self._find(name)
            if type_ is None:
                problems[name] = self._unknown(name)
                continue
            try:
                found[name] = self._typed(name, type_, value)
            except ValueError as wrong:
                problems[name] = str(wrong)
        if complete:
            missing = [n for n, f in self._certain() if not any(g == n or n.startswith(f"{g}.") for g in raw)]
            problems |= {name: self._missing(name) for name in missing}
        if problems:
            raise BadValues(problems)
        return found

    def _typed(self, name: str, type_: Type, value: Any) -> Any:
        """Raises ValueError with a sentence."""
        spec = _spec(type_)
        if spec is None:
            if isinstance(type_, Record) and not isinstance(value, Mapping):
                inner = f"{name}.{next(iter(type_.fields), 'NAME')}"
                raise ValueError(f"`{name}` has several values; give each by itself, as in {inner}=...")
            return value
        try:
            return self.values.read({name: spec}, {name: value})[name]
        except BadValues as problem:
            said = problem.problems[name]
            raise ValueError(f"`{name}` is {describe(type_)}: {said[0].lower()}{said[1:]}") from problem

    def _find(self, dotted: str) -> Type | None:
        """The type at a dotted name; None where there is nothing of this name."""
        type_: Type = self.result
        if dotted.split(".", maxsplit=1)[0] in OWN:
            return None
        for name in dotted.split("."):
            if type_ == ANY:
                return ANY
            if not isinstance(type_, Record):
                return None
            field = type_.fields.get(name)
            if field is None and not type_.open:
                return None
            type_ = field.type if field else ANY
        return type_

    def _certain(self) -> Iterator[tuple[str, Field]]:
        for name, field in _leaves(self.result):
            if not field.maybe and name not in OWN:
                yield name, field

    def _unknown(self, name: str) -> str:
        known = [n for n, _ in _leaves(self.result) if n not in OWN]
        if not known:
            return f"`{self.name}` gives no values, so there is no `{name}`."
        near = suggest(name, known)
        return f"`{self.name}` gives no `{name}`; " + (
            f"did you mean `{near}`?" if near else f"it gives {one_of(known)}."
        )

    def _missing(self, name: str) -> str:
        type_ = self._find(name) or ANY
        return f"later steps may need `{name}`, {describe(type_)}: add it, as in {name}={_example(type_)}"


def _leaves(record: Record, above: str = "") -> Iterator[tuple[str, Field]]:
    for name, field in record.fields.items():
        if isinstance(field.type, Record) and field.type.fields and not field.maybe:
            yield from _leaves(field.type, f"{above}{name}.")
        else:
            yield above + name, field


def _example(type_: Type) -> str:
    return type_.values[0] if isinstance(type_, Choice) and type_.values else "..."


def _spec(type_: Type) -> Input | None:
    """The type as an input has it; None for what may be anything."""
    if isinstance(type_, Choice):
        return Input(type="choice", choices=type_.values) if type_.values else Input(type="text")
    if isinstance(type_, ListOf):
        item = type_.item
        return Input(type="multi_choice", choices=item.values) if isinstance(item, Choice) else Input(type="list")
    if type_.name in get_args(ValueType):
        return Input.model_validate({"type": type_.name})
    return None
