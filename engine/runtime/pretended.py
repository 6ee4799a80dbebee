"""The answers of a world in which everything works: what the simulator gives where nobody says otherwise."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.language.coercion import coerce
from engine.language.evaluator import EvaluationError, render
from engine.language.expressions import parse_template
from engine.language.picking import put, types
from engine.language.plan import Plan
from engine.language.resources import Input
from engine.language.values import display
from engine.runtime.colleagues import Colleagues
from engine.runtime.effects import Answer, Effect
from engine.runtime.journal import words
from engine.runtime.state import State

EXAMPLES: dict[str, Any] = {
    "number": "1", "money": "100.00", "boolean": "yes", "date": "2026-01-05", "datetime": "2026-01-05 09:00",
    "email": "someone@example.com", "phone": "+44 20 7946 0000", "url": "https://example.com",
    "file": {"file": "file-1", "name": "file.pdf", "sha256": "", "size": 0}, "list": ["one"], "table": [{}],
}  # fmt: skip
"""A raw value of each declared type that is not plain text."""


def pretend(plan: Plan, effect: Effect) -> Answer:
    """The answer of a world in which everything works."""
    return PRETENDED.get(effect.kind, _nothing)(plan, effect)


def example(name: str, type_: str) -> Any:
    """A value of a declared type; text says what it stands for."""
    return coerce(EXAMPLES.get(type_, f"{name}-1"), Input(type="text" if type_ == "choice" else type_))


def _email(plan: Plan, effect: Effect) -> Answer:
    payload = effect.payload
    what, to = payload["template"] or _filled(payload["subject"], payload), payload["to"]
    return {"to": to, "said": f"“{what}” sent to {to}"}


def _draft(plan: Plan, effect: Effect) -> Answer:
    """A mail that somebody has to agree to is called what its reader would read, where that is known here."""
    subject = effect.payload["subject"]
    return {"subject": _filled(subject, effect.payload)} if subject else {}


def _filled(subject: str, payload: Mapping[str, Any]) -> str:
    """The subject as its reader would see it; as it was written where something of it has no value here."""
    try:
        return display(render(parse_template(subject), payload["scope"], _no_clock))
    except EvaluationError:
        return subject


def _no_clock() -> datetime:
    raise EvaluationError("NO_CLOCK", "nobody knows the time here")


def _document(plan: Plan, effect: Effect) -> Answer:
    name = f"{effect.payload['template']}.pdf"
    return {"file": {"file": effect.key, "name": name, "sha256": "", "size": 0}, "said": f"{name} made"}


def _call(plan: Plan, effect: Effect) -> Answer:
    connection, operation = effect.payload["connection"], effect.payload["operation"]
    asked = plan.resources.connections[connection].operations[operation]
    result: dict[str, Any] = {}
    for name, type_ in types(asked).items():
        put(result, name, example(name, type_))
    result = {"items": [result], "complete": True} if asked.pages else result
    return {"result": result, "said": f"{operation}: done"}


def _notify(plan: Plan, effect: Effect) -> Answer:
    shown = effect.payload["subject"] or effect.payload["message"]
    return {"said": f"{effect.payload['connection']}: “{shown}” sent"}


def _python(plan: Plan, effect: Effect) -> Answer:
    return {"result": None, "said": f"{effect.payload['function']}: done"}


def _subprocess(plan: Plan, effect: Effect) -> Answer:
    process = effect.payload["process"]
    return {"case": f"{process}-1", "process": process, "title": process, "said": f"{process}: started"}


def _event(plan: Plan, effect: Effect) -> Answer:
    name = effect.payload["event"]
    return {"event": f"event-{name}", "said": f"“{words(name)}” told to other processes"}


def _decision(plan: Plan, effect: Effect) -> Answer:
    nowhere = State(case={}, inputs={})
    return Colleagues(plan.resources.people).answer(effect, nowhere)


def _nothing(plan: Plan, effect: Effect) -> Answer:
    return {}


PRETENDED: dict[str, Callable[[Plan, Effect], Answer]] = {
    "email": _email,
    "draft": _draft,
    "document": _document,
    "call": _call,
    "notify": _notify,
    "python": _python,
    "subprocess": _subprocess,
    "event": _event,
    "assign": _decision,
    "reach": _decision,
}
