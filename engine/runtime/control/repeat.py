"""`repeat`: runs its steps until a condition holds, a limited number of times."""

from typing import Annotated, Any

from pydantic import Field

from engine.language.fields import Block, ConditionField, StepsField
from engine.runtime.step import Nested, Step


class RepeatStep(Step):
    steps: StepsField
    until: ConditionField
    max_times: int = Field(ge=1, le=1000)
    on_max_times: Annotated[Any, Block(("continue", "stop", "fail"))] = "fail"

    def nested(self) -> tuple[Nested, ...]:
        blocks = (*super().nested(), Nested("steps", self.steps, sure=True))
        if isinstance(self.on_max_times, tuple):
            blocks += (Nested("max_times", self.on_max_times),)
        return blocks
