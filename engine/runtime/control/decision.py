"""`decision`: values chosen by rules."""

from typing import Any, Literal

from pydantic import Field

from engine.language import given, wording
from engine.language.fields import ConditionField, ValuesField
from engine.language.resources import Model
from engine.language.types import Record, record
from engine.runtime.flow import StepError
from engine.runtime.step import Look, Result, Run, Step


class Rule(Model):
    """One line of a decision."""

    if_: ConditionField = Field(alias="if")  # when it applies
    set: ValuesField  # name -> value, read as `steps.x.NAME`


class DecisionStep(Step):
    hit_policy: Literal["first"] = "first"  # the first rule that applies gives the values
    rules: tuple[Rule, ...] = Field(min_length=1)  # tried in order
    else_: ValuesField | None = Field(None, alias="else")  # the values when no rule applies

    def result(self, look: Look) -> Record:
        sets = {f"rule {n}": rule.set for n, rule in enumerate(self.rules, 1)}
        if self.else_ is not None:
            sets["else"] = self.else_
        chosen = {name: record(**{k: look.type_of(v) for k, v in values.items()}) for name, values in sets.items()}
        return Record(fields={**record(**self.common()).fields, **given.one_of_records(chosen).fields})

    def sentence(self) -> str:
        names = dict.fromkeys(name for values in (*(r.set for r in self.rules), self.else_ or {}) for name in values)
        return f"Decides {wording.listed(f'“{wording.words(n)}”' for n in names)} by rule."

    def notes(self) -> tuple[str, ...]:
        rules = (f"If {wording.condition(rule.if_)}: {_settings(rule.set)}." for rule in self.rules)
        return (*rules, f"Otherwise: {_settings(self.else_)}." if self.else_ else "No other case is foreseen.")

    async def run(self, run: Run) -> Result:
        chosen = next((rule.set for rule in self.rules if run.test(rule.if_)), self.else_)
        if chosen is None:
            raise StepError("no_rule", "no rule of this decision holds, and it has no `else`")
        return dict(run.value(chosen))


def _settings(values: dict[str, Any]) -> str:
    return wording.listed(f"{wording.words(name)} is {wording.shown(value)}" for name, value in values.items())
