"""What a case is about to do: its plan and its state, for pictures and forecasts."""

from dataclasses import dataclass

from engine.desk.ground import Ground
from engine.language.plan import Plan
from engine.preview.diagram import drawn, progress, svg
from engine.preview.forecast import Forecast, forecast
from engine.runtime.state import State
from engine.store import states
from engine.store.rows import CaseSummary


@dataclass(frozen=True)
class Standing:
    """A case after its last turn. `plan` is the version that it runs."""

    summary: CaseSummary
    plan: Plan
    state: State


class Foresight(Ground):
    async def standing(self, case: str) -> Standing:
        """Where a case stands. Raises NotThere."""
        found = await self.case(case)
        text = await self.store.read(lambda c: states.current(c, case))
        return Standing(found.summary, await self.plan_of(found), State.load(text))

    async def forecast(self, case: str) -> Forecast:
        """What the case does next if nobody acts. Raises NotThere."""
        found = await self.standing(case)
        return forecast(found.plan, found.state, self.clock())

    async def diagram(self, case: str) -> str:
        """The picture of the case's process as SVG, coloured by how far it has come. Raises NotThere."""
        found = await self.standing(case)
        about = f"The steps of {found.plan.process.title}; each says whether it is done, waits or is still to come."
        return svg(drawn(found.plan, progress(found.state)), found.summary.title, about)
