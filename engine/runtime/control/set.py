"""`set`: values that are kept for the rest of the case."""

from engine.language import wording
from engine.language.fields import ValuesField
from engine.runtime.step import Result, Run, Step


class SetStep(Step):
    """All values are worked out first, from what was there before; then they are read as `vars.NAME`."""

    values: ValuesField  # name -> value, read as `vars.NAME` from here on

    def sentence(self) -> str:
        kept = wording.listed(f"{wording.words(n)} as {wording.shown(v)}" for n, v in self.values.items())
        return f"Keeps {kept}."

    async def run(self, run: Run) -> Result:
        run.assign(run.value(self.values))
        return {}
