"""`stop`: ends the case with an outcome."""

from engine.language import wording
from engine.language.fields import IdField
from engine.runtime.flow import CaseStopped
from engine.runtime.step import Result, Run, Step


class StopStep(Step):
    outcome: IdField  # how the case ended, in one word

    def endings(self) -> tuple[str, ...]:
        return (self.outcome,)

    def ends_case(self) -> bool:
        return True

    def sentence(self) -> str:
        return f"The case ends here as “{wording.words(self.outcome)}”."

    async def run(self, run: Run) -> Result:
        run.log("stop", f"{run.record.title}: ends the case")
        raise CaseStopped(self.outcome)
