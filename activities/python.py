"""`python`: a function that a plug-in package registers; what it gives is `steps.x.result`."""

import hashlib

from pydantic import Field

from activities.gate import Gate
from activities.world import World
from engine.language import wording
from engine.language.fields import ValuesField
from engine.language.plan import Plan
from engine.language.plugins import PluginProblem, signature
from engine.language.types import ANY, Record, record
from engine.runtime.effects import Effect
from engine.runtime.step import Look, Result, Run, Step


class PythonStep(Step):
    function: str  # its name in the entry point group `baton.functions`
    inputs: ValuesField = Field(default_factory=dict)  # its parameters, by name

    def result(self, look: Look) -> Record:
        try:
            return record(**self.common(), result=signature(self.function).result)
        except PluginProblem:
            return record(**self.common(), result=ANY)

    def sentence(self) -> str:
        given = f" with {wording.listed(wording.words(n) for n in self.inputs)}" if self.inputs else ""
        return f"Runs the function {wording.named(self.function)}{given}."

    async def run(self, run: Run) -> Result:
        payload = {"function": self.function, "inputs": run.once("inputs", lambda: run.value(self.inputs))}
        return {"result": (await run.do("call", "python", payload))["result"]}


async def call_function(world: World, plan: Plan, effect: Effect) -> Result:
    """Call the function in its limited process, and keep what it gave with the ledger's row."""
    gate = Gate(world.store, effect)
    if answer := await gate.answered():
        return answer
    name = effect.payload["function"]
    key = hashlib.sha256(effect.key.encode()).hexdigest()
    result = await world.functions.call(name, effect.payload["inputs"], key)
    return await gate.at_once({"result": result, "said": f"{name}: done"}, lambda c: None)
