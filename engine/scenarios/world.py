"""A world for one test: the tested case, the cases that it starts, one clock, and answers that the test chooses."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from engine.language.addresses import normal
from engine.language.evaluator import EvaluationError
from engine.language.inputs import BadValues, Values
from engine.language.plan import Plan
from engine.language.process import Trigger
from engine.language.time import resolve_text
from engine.runtime.around import Around
from engine.runtime.beginning import first_state
from engine.runtime.colleagues import Colleagues
from engine.runtime.effects import Answer, Effect
from engine.runtime.flow import StepError
from engine.runtime.letters import SUPPRESSED
from engine.runtime.mailbox import at as value_at
from engine.runtime.pretended import pretend
from engine.runtime.scope import Scope
from engine.runtime.simulator import NotNow, Simulation
from engine.runtime.triggers import mapped, starts
from engine.runtime.view import Entry, Subscription
from engine.scenarios.answers import answer_of, filled
from engine.scenarios.clock import calendar_of


class CannotPlay(Exception):  # noqa: N818 - named as it is said
    """A line of a script cannot happen as things stand; the text says why."""


@dataclass(frozen=True)
class Workspace:
    """What is around the tested process: the other processes, and what an amount or a time without more means."""

    plan_of: Callable[[str], Plan | None]
    processes: Callable[[], Iterable[str]]
    currency: str
    zone: ZoneInfo

    def values(self, plan: Plan) -> Values:
        return Values(plan.resources.people, self.currency, self.zone)


@dataclass
class Failing:
    """How an effect fails: `times` attempts, or for good."""

    code: str
    message: str
    times: int | None


@dataclass
class Arrival:
    """Something that happened outside, for every case that listens to it since then or before."""

    at: datetime
    kind: str
    name: str
    by: str
    data: Mapping[str, Any]
    taken: set[str] = field(default_factory=set)
    routed: bool = False


@dataclass(frozen=True)
class Child:
    """A case that waits to be opened, with the parent and the path that asked for it."""

    id: str
    plan: Plan
    inputs: Mapping[str, Any]
    parent: str
    path: str


class World:
    """`cases` by id; the tested one is `main`. `mocks` holds answers by step, `failing` the failures by step,
    `suppressed` the addresses that are written to only where it is owed (`class: transactional`)."""

    def __init__(
        self,
        plan: Plan,
        inputs: Mapping[str, Any],
        at: datetime,
        around: Workspace,
        mocks: Mapping[str, Any],
        suppressed: Iterable[str] = (),
    ) -> None:
        self.now = at
        self.around = around
        self.mocks = dict(mocks)
        self.suppressed = {normal(address) for address in suppressed}
        self.failing: dict[str, Failing] = {}
        self.colleagues = Colleagues(plan.resources.people)
        self.cases: dict[str, Simulation] = {}
        self.arrivals: list[Arrival] = []
        self.entries: list[tuple[str, Entry]] = []
        self._asked: list[Child] = []
        self._opened = 0
        self._told: set[str] = set()
        self._ends: list[tuple[datetime, str, str, Mapping[str, Any]]] = []
        self._shown: dict[str, int] = {}
        self.main = self._open(Child(self._id(plan), plan, inputs, "", ""))
        self.settle()

    # -- time ---------------------------------------------------------------------

    def advance_to(self, at: datetime) -> None:
        """Let time pass in all cases at once."""
        while (due := self.deadline) is not None and due <= at:
            self._move(max(due, self.now))
        self._move(max(at, self.now))

    @property
    def deadline(self) -> datetime | None:
        """When something happens by itself next."""
        cases = [d for case in self.cases.values() if (d := case.deadline) is not None]
        return min([*cases, *(end[0] for end in self._ends)], default=None)

    def _move(self, at: datetime) -> None:
        self.now = at
        for case in list(self.cases.values()):
            case.advance_to(at)
            self._follow()
        for end in [end for end in self._ends if end[0] <= at]:
            self._ends.remove(end)
            self._end_child(*end[1:])
        self.settle()

    # -- news ---------------------------------------------------------------------

    def tell(self, case: Simulation, kind: str, path: str, name: str, by: str, data: Mapping[str, Any]) -> None:
        """Something happens to one case."""
        case.advance_to(self.now)
        case.receive(kind, path, name, by, data)
        self.settle()

    def announce(self, kind: str, name: str, by: str, data: Mapping[str, Any]) -> None:
        """Something happens outside, for whoever listens."""
        self.arrivals.append(Arrival(self.now, kind, name, by, data))
        self.settle()

    def settle(self) -> None:
        """Let the cases tell each other what there is to tell."""
        self._follow()
        while self._trigger() or self._deliver() or self._open_next() or self._report():
            self._follow()

    def _follow(self) -> None:
        """Keep the timelines of all cases in one order."""
        for name, case in self.cases.items():
            known = self._shown.get(name, 0)
            self.entries += [(name, entry) for entry in case.timeline[known:]]
            self._shown[name] = len(case.timeline)

    def _trigger(self) -> bool:
        """Ask for the cases that an event starts, of all processes of the workspace."""
        arrival = next((a for a in self.arrivals if not a.routed), None)
        if arrival is None:
            return False
        arrival.routed = True
        for plan in filter(None, map(self.around.plan_of, self.around.processes())):
            for trigger in plan.process.triggers:
                with suppress(EvaluationError, BadValues):
                    self._start_by(plan, trigger, arrival)
        return True

    def _start_by(self, plan: Plan, trigger: Trigger, arrival: Arrival) -> None:
        def clock() -> datetime:
            return self.now

        if starts(trigger, arrival.kind, arrival.name, arrival.data, clock):
            raw = mapped(trigger, arrival.data, clock)
            inputs = self.around.values(plan).read_all(plan.process.inputs, raw)
            self._asked.append(Child(self._id(plan), plan, inputs, "", ""))

    def _deliver(self) -> bool:
        for arrival in self.arrivals:
            for name, case in self.cases.items():
                if name not in arrival.taken and not case.state.outcome and _takes(case, arrival):
                    arrival.taken.add(name)
                    case.receive(arrival.kind, "", arrival.name, arrival.by, arrival.data)
                    return True
        return False

    def _open_next(self) -> bool:
        if not self._asked:
            return False
        self._open(self._asked.pop(0))
        return True

    def _report(self) -> bool:
        """Tell a parent that its child has ended."""
        for name, case in self.cases.items():
            state = case.state
            if state.outcome and state.parent and name not in self._told:
                self._told.add(name)
                end = {"outcome": state.outcome, "outputs": state.outputs}
                self._end_child(state.parent["case"], state.parent["path"], end)
                return True
        return False

    def _end_child(self, parent: str, path: str, end: Mapping[str, Any]) -> None:
        case = self.cases[parent]
        if not case.state.outcome:
            case.advance_to(self.now)
            case.receive("child", path, "ended", "", end)

    # -- cases --------------------------------------------------------------------

    def child(self, path: str) -> Simulation | None:
        """The case that the step at this path of the tested case has started, or an event, by its process."""
        main, others = self.main.state.case["id"], list(reversed(self.cases.values()))
        found = (c for c in others if c.state.parent.get("case") == main and path in _names(c.state.parent["path"]))
        started = (c for c in others if not c.state.parent and c is not self.main and c.plan.process.process == path)
        return next(found, None) or next(started, None)

    def scope(self, case: Simulation) -> dict[str, Any]:
        """What expressions see in a case now."""
        return Scope(case.state).of(Around())

    def filled(self, written: Any, case: Simulation | None = None) -> Any:
        """Values as a test writes them, with what a case knows now."""
        return filled(written, self.scope(case) if case else {}, lambda: self.now)

    def time(self, phrase: str, case: Simulation) -> datetime | None:
        """When a phrase is, counted from now in the calendar of the case's process. Raises what it raises."""
        return resolve_text(phrase, lambda text: self.filled(text, case), self.now, calendar_of(case.plan))

    def _id(self, plan: Plan) -> str:
        self._opened += 1
        return f"{plan.process.process}-{self._opened}"

    def _open(self, new: Child) -> Simulation:
        parent = {"case": new.parent, "path": new.path} if new.parent else {}
        state = first_state(new.plan, new.inputs, new.id, self.now, f"https://example.com/cases/{new.id}", parent)
        case = Simulation(new.plan, state, self.now, partial(self._respond, new.id), self.colleagues)
        self.cases[new.id] = case
        return case

    # -- effects ------------------------------------------------------------------

    def _respond(self, case: str, plan: Plan, effect: Effect) -> Answer:
        self._fail(effect)
        if effect.kind in ("email", "draft") and self._is_suppressed(effect.payload):
            return _suppressed(effect.payload)
        mock = next((self.mocks[name] for name in _names(effect.path) if name in self.mocks), None)
        if effect.kind == "subprocess":
            return self._start_child(case, plan, effect, mock)
        if effect.kind == "event":
            self.arrivals.append(Arrival(self.now, "event", effect.payload["event"], case, effect.payload["data"]))
        return pretend(plan, effect) if mock is None else answer_of(plan, effect, self.filled(mock))

    def is_staff(self, address: str) -> bool:
        return address in {user.email for user in self.colleagues.people.users}

    def _is_suppressed(self, letter: Mapping[str, Any]) -> bool:
        to = str(letter["to"])
        return normal(to) in self.suppressed and letter["class"] != "transactional" and not self.is_staff(to)

    def _fail(self, effect: Effect) -> None:
        failing = next((self.failing[name] for name in _names(effect.path) if name in self.failing), None)
        if failing is None or failing.times == 0:
            return
        if failing.times is None:
            raise StepError(failing.code, failing.message)
        failing.times -= 1
        raise NotNow(failing.code, failing.message)

    def _start_child(self, case: str, plan: Plan, effect: Effect, mock: Any) -> Answer:
        process = effect.payload["process"]
        child = self.around.plan_of(process)
        if mock is not None:
            return self._mocked_child(case, plan, effect, mock)
        if child is None:
            raise StepError("not_published", f"the process `{process}` is not published: `baton publish {process}`")
        try:
            inputs = self.around.values(child).read(child.process.inputs, effect.payload["inputs"])
        except BadValues as problem:
            raise StepError("inputs", f"{process} cannot start: {problem}") from problem
        new = Child(self._id(child), child, inputs, case, effect.path)
        self._asked.append(new)
        title = first_state(child, inputs, new.id, self.now).case["title"]
        return {"case": new.id, "process": process, "title": title, "said": f"{title}: started"}

    def _mocked_child(self, case: str, plan: Plan, effect: Effect, mock: Mapping[str, Any]) -> Answer:
        """A child that is not simulated: it ends as the test says, when it says."""
        answer = pretend(plan, effect)
        outcome = str(mock.get("outcome", "completed"))
        if outcome != "never":
            calendar = calendar_of(plan)
            at = resolve_text(str(mock.get("after", "0 seconds")), str, self.now, calendar)
            self._ends.append(
                (at or self.now, case, effect.path, {"outcome": outcome, "outputs": mock.get("outputs", {})})
            )
        return answer


def _suppressed(letter: Mapping[str, Any]) -> Answer:
    what, to = letter["template"] or letter["subject"], letter["to"]
    why = "they want no such mail"
    return {"to": to, "status": SUPPRESSED, "reason": why, "said": f"“{what}” was not sent to {to}: {why}"}


def _names(path: str) -> Iterator[str]:
    """How a test may call what stands at a path: by the whole path, or by its step alone."""
    yield path
    yield path.rpartition("/")[2]


def _takes(case: Simulation, arrival: Arrival) -> bool:
    if arrival.at < case.state.case["started_at"]:
        return False
    return any(s.name == arrival.name and _matches(s, arrival.data) for s in case.turned.view.subscriptions)


def _matches(subscription: Subscription, data: Mapping[str, Any]) -> bool:
    wanted = subscription.match
    return wanted is not None and all(value_at(data, name) == value for name, value in wanted.items())
