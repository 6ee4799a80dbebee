"""`repeat`: runs its steps until a condition holds, a limited number of times."""

from typing import Annotated, Any

from pydantic import Field

from engine.language import wording
from engine.language.fields import Block, InnerConditionField, StepsField
from engine.language.resources import Resources
from engine.language.types import NUMBER, ListOf, Record, record
from engine.runtime import promises
from engine.runtime.flow import CaseStopped, StepError
from engine.runtime.step import Look, Nested, Promise, Result, Run, Step


class RepeatStep(Step):
    """The steps run again, as a new round, until the condition holds. `steps.x.rounds` has what the steps of each
    round gave, by their ids, and `steps.x.count` how many rounds there were."""

    steps: StepsField  # what is repeated; after it, `steps.y` is the latest round
    until: InnerConditionField  # ends when this holds after a round
    max_times: int = Field(ge=1, le=1000)  # rounds at most
    on_max_times: Annotated[Any, Block(("continue", "stop", "fail"))] = "fail"
    """What happens when it never held: go on, stop the case, open an incident, or these steps."""

    def nested(self) -> tuple[Nested, ...]:
        blocks = (*super().nested(), Nested("steps", self.steps, sure=True, kind="loop"))
        if isinstance(self.on_max_times, tuple):
            blocks += (Nested("max_times", self.on_max_times, kind="otherwise"),)
        return blocks

    def endings(self) -> tuple[str, ...]:
        return (*super().endings(), *((f"{self.id}_max_times",) if self.on_max_times == "stop" else ()))

    def result(self, look: Look) -> Record:
        return record(
            **self.common(), count=NUMBER, rounds=ListOf(item=Record(fields=look.inside, open=not look.inside))
        )

    def sentence(self) -> str:
        return f"Repeats these steps until {wording.condition(self.until)}, {wording.times(self.max_times)} at most."

    def promises(self) -> tuple[Promise, ...]:
        return promises.limit(self.max_times, self.on_max_times)

    async def run(self, run: Run) -> Result:
        for n in range(1, self.max_times + 1):
            await run.walk(str(n), self.steps)
            if run.once(f"until{n}", lambda: run.test(self.until)):
                return self._result(run, n)
        return await self._too_often(run)

    def ways(self, resources: Resources) -> tuple[str, ...]:
        return () if isinstance(self.on_max_times, tuple) else ("limit",)

    async def _too_often(self, run: Run) -> Result:
        run.took("limit")
        if self.on_max_times == "fail":
            raise StepError("max_times", f"still not there after {self.max_times} rounds")
        if self.on_max_times == "stop":
            raise CaseStopped(f"{self.id}_max_times")
        if isinstance(self.on_max_times, tuple):
            await run.walk("max_times", self.on_max_times)
        return self._result(run, self.max_times)

    def _result(self, run: Run, count: int) -> Result:
        return {"count": count, "rounds": [run.results(str(n)) for n in range(1, count + 1)]}
