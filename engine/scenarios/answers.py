"""Answers that a test chooses, given as the real ones are: with the types that are declared."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.language.connections import Operation
from engine.language.evaluator import EvaluationError, render
from engine.language.expressions import ExpressionProblem, parse_template
from engine.language.payload import dig
from engine.language.picking import picks, typed
from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect
from engine.runtime.flow import StepError
from engine.runtime.pretended import pretend


def answer_of(plan: Plan, effect: Effect, given: Any) -> Answer:
    """The answer of an effect where the test says what is given. Raises StepError for an answer of a wrong type."""
    if effect.kind == "call":
        return {**_pretended(plan, effect), "result": _result(plan, effect, given)}
    if effect.kind == "python":
        return {**_pretended(plan, effect), "result": given}
    return pretend(plan, effect)


def _pretended(plan: Plan, effect: Effect) -> dict[str, Any]:
    answer = pretend(plan, effect)
    return answer if isinstance(answer, dict) else {}


def _result(plan: Plan, effect: Effect, given: Any) -> dict[str, Any]:
    connection, operation = effect.payload["connection"], effect.payload["operation"]
    asked = plan.resources.connections[connection].operations[operation]
    try:
        if asked.pages is None:
            return _kept(asked, given)
        listed = given if isinstance(given, list) else given.get("items", []) if isinstance(given, Mapping) else []
        return {"items": [_kept(asked, entry) for entry in listed], "complete": True}
    except ValueError as problem:
        raise StepError("bad_answer", f"the answer is not what connections.yaml declares: {problem}") from problem


def _kept(operation: Operation, given: Any) -> dict[str, Any]:
    """A test gives values by the names that the step's result has, or whole as the outside system would."""
    found = given if isinstance(given, Mapping) else {}
    return typed(operation, {n: found.get(n, dig(given, told.from_)) for n, told in picks(operation).items()})


def filled(written: Any, scope: Mapping[str, Any], now: Callable[[], datetime]) -> Any:
    """Values as a test writes them, with their `${ }` evaluated. What has no value here stays as it is written."""
    if isinstance(written, str):
        try:
            return render(parse_template(written), scope, now)
        except (EvaluationError, ExpressionProblem):
            return written
    if isinstance(written, Mapping):
        return {name: filled(value, scope, now) for name, value in written.items()}
    if isinstance(written, list | tuple):
        return [filled(value, scope, now) for value in written]
    return written
