"""The same turn in a loop with a virtual clock and no gateways: sixty days in milliseconds, and nothing is sent.

Effects take place as they do for real: quick ones inside the turn, slow and
failing ones after it, with the pauses of their retries, each bringing another turn.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from engine.language.calendar import WorkCalendar
from engine.language.plan import Plan
from engine.language.resources import People
from engine.runtime.beginning import first_state
from engine.runtime.colleagues import Colleagues
from engine.runtime.effects import DECISIONS, SLOW, Answer, Effect, Later
from engine.runtime.events import Event
from engine.runtime.flow import StepError
from engine.runtime.pretended import pretend
from engine.runtime.state import State
from engine.runtime.step import Result, Retry
from engine.runtime.turn import Done, Turn, turn
from engine.runtime.view import Entry, TaskView

__all__ = ["Happened", "NotNow", "Responder", "Simulation", "pretend"]

Responder = Callable[[Plan, Effect], Answer]
"""The world: the effect's result. Raises StepError for a definite failure and NotNow for one to be tried again;
`Later` says that the answer never comes by itself."""

GIVE_UP = timedelta(hours=24)
"""How long an effect is tried at most, whatever its `retry` says: as in `workflows.process`."""


class NotNow(Exception):  # noqa: N818 - an outcome, and not always an error
    """This attempt failed; the effect may be tried again later."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Happened:
    """An effect that took place."""

    at: datetime
    effect: Effect
    result: Result


@dataclass
class Attempts:
    """A pending effect. `at` is its next attempt, None where nobody will ever answer; `pause` the one after that."""

    effect: Effect
    since: datetime
    at: datetime | None
    made: int
    most: int
    pause: float
    longest: float


class Simulation:
    """A case on a virtual clock. `effects` holds everything that was asked of the world, in order, `happened` what
    took place. Who does a task, and whom a message reaches, is decided among `colleagues.people`."""

    def __init__(
        self,
        plan: Plan,
        state: State,
        at: datetime,
        respond: Responder = pretend,
        people: People | Colleagues | None = None,
    ) -> None:
        """Take a case further from `state`, which may be one that another release wrote."""
        self.plan = plan
        self.now = at
        self.respond = respond
        self.state = state
        self.effects: list[Effect] = []
        self.happened: list[Happened] = []
        self.timeline: list[Entry] = []
        self.ways: set[tuple[str, str]] = set()
        self.attempts: dict[str, Attempts] = {}
        self.unanswered: set[str] = set()
        self.opens: dict[str, datetime] = {}
        self.colleagues = people if isinstance(people, Colleagues) else Colleagues(people or plan.resources.people)
        self.turned = self._turn()

    @classmethod
    def of(
        cls,
        plan: Plan,
        inputs: Mapping[str, Any],
        at: datetime,
        respond: Responder = pretend,
        people: People | None = None,
    ) -> Self:
        """A case that begins now. `people` are those who are there; those of the plan if not said."""
        return cls(plan, first_state(plan, inputs, "case-1", at), at, respond, people)

    def give(self, kind: str, step: str = "", name: str = "", by: str = "", **data: Any) -> Turn:
        """An event arrives now. `step` is the waiting step's id or path."""
        return self.receive(kind, self._path(step), name, by, data)

    def receive(self, kind: str, path: str, name: str, by: str, data: Mapping[str, Any]) -> Turn:
        """An event arrives now, for the step at this very path, or for whoever listens to its name."""
        return self._turn(Event(f"event-{self.state.turn}", kind, self.now, name, path, by, data))

    @property
    def deadline(self) -> datetime | None:
        """When something happens by itself next: a time that the case waits for, or another attempt."""
        if self.state.outcome:
            return None
        attempts = [a.at for a in self.attempts.values() if a.at is not None]
        return min([*attempts, *([self.turned.deadline] if self.turned.deadline else [])], default=None)

    def advance_to(self, at: datetime) -> None:
        """Let time pass, taking a turn at every deadline on the way."""
        while (next_at := self.deadline) is not None and next_at <= at:
            self.now = max(self.now, next_at)
            if self.turned.deadline is not None and self.turned.deadline <= self.now:
                self._turn()
            else:
                self._work()
        self.now = max(self.now, at)

    def advance(self) -> None:
        """Let time pass until something is due."""
        if self.deadline is not None:
            self.advance_to(self.deadline)

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
        self._take(events, ())
        self._work()
        return self.turned

    def _take(self, events: Iterable[Event], done: Iterable[Done]) -> None:
        """One turn on the state as text, as it travels for real."""
        self.state = State.load(self.state.dump())
        self.turned = _finish(turn(self.plan, self.state, self.now, self._perform, events, done))
        self.timeline += self.turned.view.entries
        self.ways.update(self.turned.ways)
        pending = self.turned.pending
        self.attempts = {key: self.attempts.get(key) or self._planned(key, pending[key]) for key in pending}

    def _work(self) -> None:
        """Make every attempt that is due; the end of each effect is the news of another turn."""
        while due := next((a for a in self.attempts.values() if a.at is not None and a.at <= self.now), None):
            if ended := self._attempt(due):
                self._take((), (ended,))

    async def _perform(self, plan: Plan, effect: Effect) -> Answer:
        if effect.kind in DECISIONS:
            return self.colleagues.answer(effect, self.state)
        if effect.kind in SLOW:
            return Later()
        if (opens := self._opens(effect)) > self.now:
            self.opens[effect.key] = opens
            return Later(posted=True, said=f"“{_called(effect)}” waits, because the office is closed")
        try:
            answer = self._ask(effect)
        except NotNow as problem:
            if effect.retry.max_attempts <= 1:
                raise StepError(problem.code, problem.message) from problem
            return Later(attempted=1)
        if isinstance(answer, Later):
            self.unanswered.add(effect.key)
        return answer

    def _opens(self, effect: Effect) -> datetime:
        """When a message may go out that keeps to opening hours; now, for all that does not."""
        calendar = self.plan.calendar if effect.payload.get("hours") == "office" else None
        return WorkCalendar.of(calendar).next_open(self.now) if calendar else self.now

    def _ask(self, effect: Effect) -> Answer:
        self.effects.append(effect)
        try:
            answer = self.respond(self.plan, effect)
        except NotNow:
            self.effects.pop()
            raise
        if not isinstance(answer, Later):
            self.happened.append(Happened(self.now, effect, answer))
        return answer

    def _planned(self, key: str, pending: Mapping[str, Any]) -> Attempts:
        kind, made, first = pending["kind"], pending["attempted"], pending["first_delay"]
        case, path, payload = self.state.case["id"], pending["path"], pending["payload"]
        effect = Effect(key, case, path, pending["purpose"], kind, payload, Retry(), fresh=False)
        at = None if key in self.unanswered else self.now + timedelta(seconds=first if made else 0)
        at = self.opens.get(key, at)
        return Attempts(effect, self.now, at, made, pending["max_attempts"], first, pending["max_delay"])

    def _attempt(self, attempts: Attempts) -> Done | None:
        """Try once more; how the effect ended, if it did."""
        key = attempts.effect.key
        attempts.made += 1
        try:
            answer = self._ask(attempts.effect)
        except NotNow as problem:
            return None if self._again(attempts) else Done(key, None, problem.code, problem.message)
        except StepError as problem:
            return Done(key, None, problem.code, problem.message)
        if isinstance(answer, Later):
            attempts.at = None
            return None
        return Done(key, answer)

    def _again(self, attempts: Attempts) -> bool:
        """Plan the next attempt; False where the effect is given up."""
        pause = max(attempts.pause, 0.1)
        at = self.now + timedelta(seconds=pause)
        attempts.at, attempts.pause = at, min(pause * 2, max(attempts.longest, pause))
        return attempts.made < attempts.most and at - attempts.since <= GIVE_UP


def _called(effect: Effect) -> str:
    return str(effect.payload["template"] or effect.payload["subject"])


def _finish(coroutine: Coroutine[Any, Any, Turn]) -> Turn:
    """Run a turn that never waits for the world; there is no event loop that it could wait in."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        turned: Turn = finished.value
        return turned
    raise RuntimeError("a simulated turn waited for the outside world")
