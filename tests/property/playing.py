"""A random person and a random world: what happens to a case, and what must hold after every turn of it."""

from collections.abc import Iterable
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


class Watched(Simulation):
    """A case whose every turn is checked; with `kills`, some turns are taken twice, the second time after a crash."""

    def __init__(self, plan: Plan, inputs: dict[str, Any], seed: int, kills: bool) -> None:
        self.ledger: dict[str, Answer | StepError] = {}
        self.killer = Random(f"{seed}/kill") if kills else None
        self.asked_twice: list[str] = []
        super().__init__(plan, first_state(plan, inputs, "case-1", START), START, Unreliable(seed))

    def _take(self, events: Iterable[Event], done: Iterable[Done]) -> None:
        events, done, before = tuple(events), tuple(done), self.state.dump()
        attempts, lines = dict(getattr(self, "attempts", {})), len(self.timeline)
        super()._take(events, done)
        if self.killer and self.killer.random() < 0.4:
            first = self.state.dump()
            self.state, self.attempts = State.load(before), attempts
            del self.timeline[lines:]
            super()._take(events, done)
            assert self.state.dump() == first
        check(before, self)

    def _ask(self, effect: Effect) -> Answer:
        """The ledger: what was answered once is answered again, and never done twice."""
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
    elif case.deadline is not None:
        case.advance()
    else:
        for name in EVENTS:
            case.receive("event", "", name, "", {"n": 1})


def operate(case: Simulation, verb: str, path: str) -> None:
    case.receive("operator", path, verb, "ann", {"values": {}})
