"""`parallel`: branches side by side."""

from typing import Literal

from pydantic import Field

from engine.language.fields import ConditionField, IdField, StepsField
from engine.language.resources import Model
from engine.runtime.step import Nested, Step


class Branch(Model):
    id: IdField
    if_: ConditionField | None = Field(None, alias="if")
    steps: StepsField


class ParallelStep(Step):
    branches: tuple[Branch, ...] = Field(min_length=1)
    wait_for: Literal["all", "any"] | int = "all"

    def nested(self) -> tuple[Nested, ...]:
        everything = self.wait_for == "all"
        branches = (Nested(b.id, b.steps, sure=everything and b.if_ is None) for b in self.branches)
        return (*super().nested(), *branches)
