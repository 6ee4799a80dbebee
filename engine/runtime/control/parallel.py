"""`parallel`: branches side by side."""

from functools import partial
from typing import Literal

from pydantic import Field

from engine.language.fields import ConditionField, IdField, StepsField
from engine.language.resources import Model
from engine.runtime.step import Nested, Result, Run, Step


class Branch(Model):
    """One of several lines of steps that run side by side."""

    id: IdField
    if_: ConditionField | None = Field(None, alias="if")  # skipped when this does not hold
    steps: StepsField  # what happens in it, in order


class ParallelStep(Step):
    branches: tuple[Branch, ...] = Field(min_length=1)  # what runs side by side
    wait_for: Literal["all", "any"] | int = "all"  # how many must be done; the others are cancelled

    def nested(self) -> tuple[Nested, ...]:
        everything = self.wait_for == "all"
        branches = (Nested(b.id, b.steps, everything and b.if_ is None, "branch", b.if_) for b in self.branches)
        return (*super().nested(), *branches)

    async def run(self, run: Run) -> Result:
        chosen = {b.id: b for b in self.branches if run.once(f"if.{b.id}", partial(_wanted, run, b))}
        need = len(chosen) if self.wait_for == "all" else 1 if self.wait_for == "any" else self.wait_for
        await run.together({name: partial(run.walk, name, b.steps) for name, b in chosen.items()}, need)
        return {}


def _wanted(run: Run, branch: Branch) -> bool:
    return branch.if_ is None or run.test(branch.if_)
