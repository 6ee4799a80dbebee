"""`call`: one HTTP request through a named connection; the answer is `steps.x.result`."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field

from activities.gate import Gate
from activities.world import World
from engine.gateways.http import HttpRequest
from engine.language import given, wording
from engine.language.coercion import coerce
from engine.language.evaluator import render
from engine.language.expressions import parse_template
from engine.language.fields import Reference, ValuesField
from engine.language.plan import Plan
from engine.language.resources import Connection, Input, Operation, ValueType
from engine.language.types import Record, record
from engine.runtime.effects import Effect
from engine.runtime.flow import StepError
from engine.runtime.mailbox import at
from engine.runtime.step import Look, Result, Run, Step


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
    """Make the request with an idempotency key: a repeat after a crash is the same request to the other side."""
    gate = Gate(world.store, effect)
    if answer := await gate.answered():
        return answer
    connection = plan.resources.connections[effect.payload["connection"]]
    operation = connection.operations[effect.payload["operation"]]
    inputs = effect.payload["inputs"]
    request = HttpRequest(
        method=operation.method,
        url=_url(world, connection, operation, inputs),
        json=None if operation.method == "GET" else inputs,
        headers=_headers(world, connection),
        timeout=connection.timeout,
        idempotency_key=hashlib.sha256(effect.key.encode()).hexdigest(),
    )
    response = await gate.attempt(world.caller.call(request))
    result = {"result": _picked(operation, response.json), "said": f"{effect.payload['operation']}: done"}
    return await gate.at_once(result, lambda c: None)


def _url(world: World, connection: Connection, operation: Operation, inputs: Mapping[str, Any]) -> str:
    base = connection.base_url or ""
    if base.startswith("env:"):
        base = _secret(world, base.removeprefix("env:"))
    quoted = {name: quote(str(value), safe="") for name, value in inputs.items()}
    path = render(parse_template(operation.path), {"inputs": quoted}, lambda: datetime.now(UTC))
    return f"{base.rstrip('/')}/{str(path).lstrip('/')}"


def _headers(world: World, connection: Connection) -> dict[str, str]:
    return {"Authorization": f"Bearer {_secret(world, connection.token)}"} if connection.token else {}


def _secret(world: World, name: str) -> str:
    value = world.secrets.get(name)
    if not value:
        raise StepError("not_configured", f"the environment variable {name} is not set where Baton runs; set it, retry")
    return value


def _typed(value: Any, declared: ValueType, name: str) -> Any:
    return coerce(value, Input(type=declared, optional=True), None, name=name)


def _picked(operation: Operation, answer: Any) -> Result:
    """The answer's declared fields, with their types; what was not declared is not kept."""
    found = answer if isinstance(answer, Mapping) else {}
    try:
        return {
            n: coerce(at(found, n), Input(type=t, optional=True), None, name=n) for n, t in operation.result.items()
        }
    except ValueError as problem:
        raise StepError("bad_answer", f"the answer is not what connections.yaml declares: {problem}") from problem
