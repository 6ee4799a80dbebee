"""`choose`: one of several ways."""

from pydantic import Field

from engine.language import wording
from engine.language.fields import ConditionField, IdField, StepsField
from engine.language.model import Model
from engine.language.types import Choice, Record, record
from engine.runtime.step import Look, Nested, Result, Run, Step

ELSE, NONE = "else", "none"


class Case(Model):
    """One of several ways: the first whose condition holds is taken."""

    id: IdField | None = None  # what `steps.x.which` says when it was this one; `case1`, `case2` ... if not said
    if_: ConditionField = Field(alias="if")  # when it is taken
    steps: StepsField  # what happens then


class ChooseStep(Step):
    """The conditions are asked in order, once; what was chosen stays chosen. `steps.x.which` says what it was."""

    cases: tuple[Case, ...] = Field(min_length=1)  # the ways, tried in order
    else_: StepsField | None = Field(None, alias="else")  # what happens when no condition holds; nothing if not said

    def nested(self) -> tuple[Nested, ...]:
        ways = tuple(Nested(name, case.steps, kind="choice", if_=case.if_) for name, case in self._named().items())
        otherwise = () if self.else_ is None else (Nested(ELSE, self.else_, kind="choice"),)
        return (*super().nested(), *ways, *otherwise)

    def result(self, look: Look) -> Record:
        last = NONE if self.else_ is None else ELSE
        return record(**self.common(), which=Choice(values=(*self._named(), last)))

    def sentence(self) -> str:
        ways = len(self.cases) + (self.else_ is not None)
        if ways == 1:
            return "Does what follows only where it applies."
        return f"Goes one of {wording.number(ways)} ways: the first that applies."

    async def run(self, run: Run) -> Result:
        which = run.once("which", lambda: self._chosen(run))
        if which == ELSE:
            await run.walk(ELSE, self.else_ or ())
        elif which != NONE:
            await run.walk(which, self._named()[which].steps)
        return {"which": which}

    def _chosen(self, run: Run) -> str:
        last = NONE if self.else_ is None else ELSE
        return next((name for name, case in self._named().items() if run.test(case.if_)), last)

    def _named(self) -> dict[str, Case]:
        return {case.id or f"case{n}": case for n, case in enumerate(self.cases, 1)}
