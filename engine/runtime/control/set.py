"""`set`: values that are kept for the rest of the case."""

from engine.language.fields import ValuesField
from engine.runtime.step import Result, Run, Step


class SetStep(Step):
    """All values are worked out first, from what was there before; then they are read as `vars.NAME`."""

    values: ValuesField  # name -> value, read as `vars.NAME` from here on

    async def run(self, run: Run) -> Result:
        run.assign(run.value(self.values))
        return {}
