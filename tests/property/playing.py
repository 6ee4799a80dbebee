"""A random person and a random world: what happens to a case, and what must hold after every turn of it."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from engine.language.plan import Plan
from engine.runtime.beginning import first_state
from engine.runtime.effects import Answer, Effect
from engine.runtime.events import Event
from engine.runtime.flow import StepError
from engine.runtime.pretended import pretend
from engine.runtime.simulator import NotNow, Simulation
from engine.runtime.state import OPEN, State
from engine.runtime.turn import Done
from engine.runtime.view import WaitView
from tests.property.processes import EVENTS

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass
class Unreliable:
    """A world in which some effects fail, always the same ones."""

    seed: int

    def __call__(self, plan: Plan, effect: Effect) -> Answer:
        luck = Random(f"{self.seed}/{effect.key}").random()
        if luck < 0.1:
            raise StepError("refused", "no")
        if luck < 0.2:
            raise NotNow("later", "not now")
        return pretend(plan, effect)


class Killed(BaseException):
    """Whoever took the turn is gone."""


class Watched(Simulation):
    """A case whose every turn is checked; with `kills`, some turns are cut off by a crash and taken again."""

    def __init__(self, plan: Plan, inputs: dict[str, Any], seed: int, kills: bool) -> None:
        self.ledger: dict[str, Answer | StepError] = {}
        self.killer = Random(f"{seed}/kill") if kills else None
        self.left: int | None = None  # effects until the crash
        self.attempts = {}
        super().__init__(plan, first_state(plan, inputs, "case-1", START), START, Unreliable(seed))

    def _take(self, events: Iterable[Event], done: Iterable[Done]) -> None:
        events, done, before = tuple(events), tuple(done), self.state.dump()
        if self.killer and self.killer.random() < 0.4:
            self._crash(events, done, before)
        super()._take(events, done)
        check(before, self)

    def _crash(self, events: tuple[Event, ...], done: tuple[Done, ...], before: str) -> None:
        """The turn is taken, and whoever takes it dies: between two effects, or at the end, before it is written."""
        attempts, lines = dict(self.attempts), len(self.timeline)
        self.left = self.killer.randint(0, 3) if self.killer else None
        with suppress(Killed):
            super()._take(events, done)
        self.left = None
        self.state, self.attempts = State.load(before), attempts
        del self.timeline[lines:]

    def _ask(self, effect: Effect) -> Answer:
        """The ledger: what was answered once is answered again, and never done twice."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed
        known = self.ledger.get(effect.key)
        if isinstance(known, StepError):
            raise known
        if known is not None:
            return known
        try:
            answer = super()._ask(effect)
        except StepError as problem:
            self.ledger[effect.key] = problem
            raise
        self.ledger[effect.key] = answer
        return answer


def check(before: str, case: Simulation) -> None:
    """What must hold after every turn."""
    state = case.state
    for path, old in State.load(before).steps.items():
        if old.closed and path in state.steps:
            assert state.steps[path].status == old.status, f"{path} was {old.status}"
    keys = [effect.key for effect in case.effects]
    assert len(keys) == len(set(keys)), "an effect was asked for twice"
    views = case.turned.view
    for task in views.tasks:
        assert (task.status == "open") == (state.steps[task.path].status in OPEN), f"orphan task {task.path}"
    if state.outcome:
        assert case.turned.deadline is None
        assert not state.pending
        assert not state.mailbox
        assert not [path for path, record in state.steps.items() if not record.closed]
    else:
        assert views.waits or state.pending or case.deadline, "the case stands still and nobody knows"
    for path, record in state.steps.items():
        if record.armed and not record.closed and not record.incident and (upcoming := record.armed.next()):
            assert case.turned.deadline is not None, path
            assert case.turned.deadline <= max(upcoming.at, case.now), path


def play(case: Simulation, seed: int, moves: int) -> None:
    """Some random moves, then somebody who finishes everything."""
    person = Random(f"{seed}/person")
    for _ in range(moves):
        if not case.state.outcome:
            move(case, person)
    for _ in range(200):
        if case.state.outcome:
            return
        finish(case)
    raise AssertionError("the case does not come to an end")


def move(case: Simulation, person: Random) -> None:
    luck = person.random()
    if luck < 0.15:
        case.receive("event", "", person.choice(EVENTS), "", {"n": 1})
    elif luck < 0.35:
        case.advance_to(case.now + timedelta(hours=person.randint(1, 60)))
    elif luck < 0.45 and case.turned.view.waits:
        wait = person.choice(case.turned.view.waits)
        verb = person.choice(("retry", "skip", "do_now"))
        if wait.status == "incident" or verb == "do_now":
            operate(case, verb, wait.path)
    elif luck < 0.6 and answer(case, person):
        return
    else:
        tasks = case.open_tasks
        if tasks:
            task = person.choice(tasks)
            event = case.turned.state.turn
            case.receive("task", task.path, "", "ann", {"outcome": person.choice(task.outcomes or ("done",))})
            assert case.state.turn > event
        else:
            case.advance()


def finish(case: Simulation) -> None:
    """Do what is open: incidents are skipped, tasks done, time passes."""
    view = case.turned.view
    if view.incidents:
        operate(case, "skip", view.incidents[0].path)
    elif view.tasks and case.open_tasks:
        task = case.open_tasks[0]
        case.receive("task", task.path, "", "ann", {"outcome": (task.outcomes or ("done",))[0]})
    elif answer(case, Random(case.state.turn)):
        return
    elif case.deadline is not None:
        case.advance()
    else:
        for name in EVENTS:
            case.receive("event", "", name, "", {"n": 1})


def answer(case: Simulation, person: Random) -> bool:
    """Somebody outside gives what one of the waits asks for; False where nothing is asked."""
    waits = [w for w in case.turned.view.waits if w.kind in ANSWERS and w.status == "waiting" and _asks(w)]
    if not waits:
        return False
    wait = person.choice(waits)
    kind, name, data = ANSWERS[wait.kind](wait, person)
    case.receive(kind, wait.path, name, "somebody", data)
    return True


def _asks(wait: WaitView) -> bool:
    """Whether it waits for somebody: not for the time, nor for an event that finds it by itself."""
    return wait.kind != "wait" or bool(wait.events)


def _signed(wait: WaitView, person: Random) -> tuple[str, str, dict[str, Any]]:
    outcome = person.choice(("signed", "signed", "declined"))
    return "signature", "signature", {"outcome": outcome, "signer": person.choice(wait.events[0]["signers"])}


def _by_hand(wait: WaitView, person: Random) -> tuple[str, str, dict[str, Any]]:
    return "manual", person.choice([event["id"] for event in wait.events]), {}


ANSWERS: dict[str, Callable[[WaitView, Random], tuple[str, str, dict[str, Any]]]] = {
    "form": lambda wait, person: ("answer", "answer", {"answers": {"seats": 3}}),
    "signature": _signed,
    "subprocess": lambda wait, person: ("child", "ended", {"outcome": "completed", "outputs": {}}),
    "wait": _by_hand,
}


def operate(case: Simulation, verb: str, path: str) -> None:
    case.receive("operator", path, verb, "ann", {"values": {}})
