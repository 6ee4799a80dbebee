"""A turn on trial: what a case would do now, with nothing done. Everything is worked out on a copy."""

from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.language.plan import Plan
from engine.runtime.around import Around
from engine.runtime.colleagues import Colleagues
from engine.runtime.effects import DECISIONS, SLOW, Answer, Effect, Later
from engine.runtime.interpreter import Interpreter
from engine.runtime.pretended import pretend
from engine.runtime.state import State
from engine.runtime.step import Step


@dataclass(frozen=True)
class Trial:
    """`effects` would go out, in order; `walked` are the paths that the interpreter came to."""

    state: State
    effects: tuple[Effect, ...]
    walked: frozenset[str]

    def troubles(self) -> dict[str, str]:
        """What holds it up, by path."""
        return {path: r.incident["message"] for path, r in self.state.steps.items() if not r.closed and r.incident}

    def open(self) -> set[str]:
        """Paths of the steps that are open."""
        return {path for path, record in self.state.steps.items() if not record.closed}


def attempt(plan: Plan, state: State, now: datetime) -> Trial:
    """What a turn would do at this time. `state` stays as it is; slow effects are not waited for."""
    copy = State.load(state.dump())
    world = _World(Colleagues(plan.resources.people), copy)
    walker = _Walker(plan, copy, now, world)
    if not copy.outcome:
        _finish(walker.advance())
    return Trial(copy, tuple(world.effects), frozenset(walker.walked))


class _World:
    """A world in which everything works and nothing happens."""

    def __init__(self, colleagues: Colleagues, state: State) -> None:
        self.colleagues = colleagues
        self.state = state
        self.effects: list[Effect] = []

    async def __call__(self, plan: Plan, effect: Effect) -> Answer:
        if effect.kind in DECISIONS:
            return self.colleagues.answer(effect, self.state)
        self.effects.append(effect)
        return Later() if effect.kind in SLOW else pretend(plan, effect)


class _Walker(Interpreter):
    """The interpreter, and where it has been."""

    def __init__(self, plan: Plan, state: State, now: datetime, world: _World) -> None:
        super().__init__(plan, state, now, world)
        self.walked: set[str] = set()

    async def _step(self, step: Step, path: str, around: Around) -> None:
        self.walked.add(path)
        await super()._step(step, path, around)


def _finish(coroutine: Coroutine[Any, Any, None]) -> None:
    """Nothing in it waits for the world, so there is no event loop that it could wait in."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("a turn on trial waited for the outside world")
