"""The same turn in a loop with a virtual clock and no gateways: sixty days in milliseconds, and nothing is sent."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, Self

from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect
from engine.runtime.events import Event
from engine.runtime.state import State
from engine.runtime.turn import Turn, turn
from engine.runtime.view import Entry, TaskView

Responder = Callable[[Plan, Effect], Answer]


def pretend(plan: Plan, effect: Effect) -> Answer:
    """The answer of a world in which everything works."""
    payload = effect.payload
    if effect.kind == "document":
        return {"file": {"file": effect.key, "name": f"{payload['template']}.pdf", "sha256": "", "size": 0}}
    if effect.kind == "call":
        operation = plan.resources.connections[payload["connection"]].operations[payload["operation"]]
        return {"result": {name: f"{name}-1" for name in operation.result}}
    if effect.kind == "python":
        return {"result": None}
    if effect.kind == "subprocess":
        return {"case": f"{payload['process']}-1", "title": payload["process"]}
    return {"to": payload["to"], "said": f"“{payload['template'] or payload['subject']}” sent to {payload['to']}"}


class Simulation:
    """A case on a virtual clock. `effects` holds everything that would have gone out, in order."""

    def __init__(self, plan: Plan, state: State, at: datetime, respond: Responder = pretend) -> None:
        """Take a case further from `state`, which may be one that another release wrote."""
        self.plan = plan
        self.now = at
        self.respond = respond
        self.state = state
        self.effects: list[Effect] = []
        self.timeline: list[Entry] = []
        self.turned = self._turn()

    @classmethod
    def of(cls, plan: Plan, inputs: Mapping[str, Any], at: datetime, respond: Responder = pretend) -> Self:
        """A case that begins now."""
        about = {"id": "case-1", "title": plan.process.title, "started_at": at, "business_key": "", "url": ""}
        return cls(plan, State(case=about, inputs=dict(inputs)), at, respond)

    def give(self, kind: str, step: str = "", name: str = "", by: str = "", **data: Any) -> Turn:
        """An event arrives now. `step` is the waiting step's id or path."""
        event = Event(f"event-{self.state.turn}", kind, self.now, name, self._path(step), by, data)
        return self._turn(event)

    def advance_to(self, at: datetime) -> None:
        """Let time pass, taking a turn at every deadline on the way."""
        while (next_at := self.turned.deadline) is not None and next_at <= at and not self.state.outcome:
            self.now = max(self.now, next_at)
            self._turn()
        self.now = max(self.now, at)

    def advance(self) -> None:
        """Let time pass until something is due."""
        if self.turned.deadline is not None:
            self.advance_to(self.turned.deadline)

    @property
    def open_tasks(self) -> list[TaskView]:
        return [t for t in self.turned.view.tasks if t.status == "open"]

    @property
    def sent(self) -> list[str]:
        """Template (or subject) of every message, in order."""
        return [e.payload["template"] or e.payload["subject"] for e in self.effects if e.kind == "email"]

    def _path(self, step: str) -> str:
        return next((p for p, r in self.state.steps.items() if r.id == step and not r.closed), step)

    def _turn(self, *events: Event) -> Turn:
        self.state = State.load(self.state.dump())
        self.turned = _finish(turn(self.plan, self.state, self.now, self._perform, events))
        self.timeline += self.turned.view.entries
        return self.turned

    async def _perform(self, plan: Plan, effect: Effect) -> Answer:
        self.effects.append(effect)
        return self.respond(plan, effect)


def _finish(coroutine: Coroutine[Any, Any, Turn]) -> Turn:
    """Run a turn that never waits for the world; there is no event loop that it could wait in."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        turned: Turn = finished.value
        return turned
    raise RuntimeError("a simulated turn waited for the outside world")
