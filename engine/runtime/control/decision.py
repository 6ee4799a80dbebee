"""`decision`: values chosen by rules."""

from typing import Literal

from pydantic import Field

from engine.language.fields import ConditionField, ValuesField
from engine.language.resources import Model
from engine.runtime.step import Step


class Rule(Model):
    if_: ConditionField = Field(alias="if")
    set: ValuesField


class DecisionStep(Step):
    hit_policy: Literal["first"] = "first"
    rules: tuple[Rule, ...] = Field(min_length=1)
    else_: ValuesField | None = Field(None, alias="else")
