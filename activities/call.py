"""`call`: one HTTP request through a named connection; the answer is `steps.x.result`."""

import hashlib
from typing import Annotated

from pydantic import Field

from activities.gate import Gate
from activities.line import Line
from activities.paging import listed
from activities.world import World
from engine.gateways.http import HttpRequest
from engine.gateways.outcome import Refused
from engine.language import given, wording
from engine.language.connections import Operation
from engine.language.fields import Reference, ValuesField
from engine.language.picking import picked
from engine.language.plan import Plan
from engine.language.types import Record, record
from engine.language.values import encode
from engine.runtime.effects import Effect
from engine.runtime.step import Look, Result, Run, Step

LARGEST = 256 * 1024  # bytes of an answer that are kept with the case


class CallStep(Step):
    connection: Annotated[str, Reference("connections")]  # which outside system
    operation: str  # which of its operations
    inputs: ValuesField = Field(default_factory=dict)  # what is sent, as JSON

    def result(self, look: Look) -> Record:
        answer = given.result(look.resources.connections.get(self.connection), self.operation)
        return record(**self.common(), result=answer)

    def sentence(self) -> str:
        sent = f", with {wording.listed(wording.words(n) for n in self.inputs)}" if self.inputs else ""
        return f"Asks {wording.connection(self.connection)} to “{wording.words(self.operation)}”{sent}."

    async def run(self, run: Run) -> Result:
        payload = {"connection": self.connection, "operation": self.operation}
        payload["inputs"] = run.once("inputs", lambda: run.value(self.inputs))
        return {"result": (await run.do("call", "call", payload))["result"]}


async def perform_call(world: World, plan: Plan, effect: Effect) -> Result:
    """Make the request with an idempotency key: a repeat after a crash is the same request to the other side.

    Where the other side knows no such key, what may have arrived is not sent again: it ends as unknown.
    """
    gate = Gate(world.store, effect)
    if answer := await gate.answered():
        return answer
    connection = plan.resources.connections[effect.payload["connection"]]
    operation = connection.operations[effect.payload["operation"]]
    line = Line(world, effect, effect.payload["connection"], connection)
    request = await gate.attempt(_prepared(line, operation, effect))
    if not request.repeatable:
        await gate.no_return("", "", lambda c: None)
    answer = await gate.attempt(_answer(line, operation, request))
    return await gate.at_once({"result": answer, "said": f"{effect.payload['operation']}: done"}, lambda c: None)


async def _prepared(line: Line, operation: Operation, effect: Effect) -> HttpRequest:
    with line.discreet():
        await line.ready()
        return line.request(operation, effect.payload["inputs"], hashlib.sha256(effect.key.encode()).hexdigest())


async def _answer(line: Line, operation: Operation, request: HttpRequest) -> Result:
    """What is kept of the answer. One that is not as it is declared is a no that is written down."""
    with line.discreet():
        try:
            return _within(await _picked(line, operation, request))
        except ValueError as problem:
            words = f"the answer is not what connections.yaml declares: {problem}"
            raise Refused("bad_answer", words) from problem


async def _picked(line: Line, operation: Operation, request: HttpRequest) -> Result:
    """The answer's declared fields, with their types; what was not declared is not kept."""
    if operation.pages is None:
        answer = (await line.ask(request, operation.path)).json
        if operation.result and isinstance(answer, str):  # often a page to sign in, with a 200
            raise ValueError(f"it is a text, and no JSON with fields: {' '.join(answer.split())[:100]}")
        return picked(operation, answer)
    entries, complete = await listed(line, request, operation.pages, operation.path)
    kept = [picked(operation, entry) if operation.result else entry for entry in entries]
    return {"items": kept, "complete": complete}


def _within(result: Result) -> Result:
    if (size := len(encode(result))) > LARGEST:
        words = f"{size // 1024} KB of the answer would be kept, and {LARGEST // 1024} KB are the most"
        raise Refused("too_large", f"{words}; name fewer fields in `result`, or ask for fewer entries.")
    return result
