"""A rehearsal from its start to its end, and what came of it: mails, documents, tasks, values that were made up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from engine.language import wording
from engine.language.plan import Plan
from engine.preview.rehearsal.personas import Persona
from engine.preview.rehearsal.samples import Made, Samples
from engine.preview.rehearsal.stage import rehearse
from engine.runtime.simulator import Happened, Simulation
from engine.runtime.view import Entry, TaskView
from engine.scenarios.clock import calendar_of
from engine.scenarios.finding import steps_in
from engine.scenarios.world import Workspace, World


@dataclass(frozen=True)
class Said:
    """A line of the timeline. `of` names the process of a case that another one started; `key` is that of an effect
    which took place then."""

    at: datetime
    kind: str
    text: str
    of: str = ""
    key: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """What came of it. `cases`: the rehearsed one first, then those that it started. `stopped` says why it went no
    further; `how` completes the sentence `Everybody ...` or names the script."""

    plan: Plan
    how: str
    began: datetime
    ended: datetime
    cases: tuple[Simulation, ...]
    entries: tuple[tuple[Simulation, Entry], ...]
    made: tuple[Made, ...]
    stopped: str = ""

    @property
    def main(self) -> Simulation:
        return self.cases[0]

    @property
    def zone(self) -> tzinfo:
        return calendar_of(self.plan).zone

    def happened(self, *kinds: str) -> tuple[tuple[Simulation, Happened], ...]:
        """The effects of these kinds in all cases, in order."""
        found = [(case, done) for case in self.cases for done in case.happened if done.effect.kind in kinds]
        return tuple(sorted(found, key=lambda pair: pair[1].at))

    def tasks(self) -> tuple[TaskView, ...]:
        """The tasks of all cases in the order in which they were opened."""
        found = [task for case in self.cases for task in case.turned.view.tasks]
        return tuple(sorted(found, key=lambda task: task.opened_at))

    def timeline(self) -> tuple[Said, ...]:
        """Everything that happened in all cases, in order."""
        return tuple(_said(case, entry, self.main) for case, entry in self.entries)

    @property
    def ending(self) -> str:
        """How it ends, in a sentence."""
        state = self.main.state
        if state.outcome:
            return f"The case ends as “{wording.words(state.outcome)}”."
        view = self.main.turned.view
        if view.incidents:
            found = view.incidents[0]
            return f"It stops at “{wording.words(found.step)}” and needs somebody: {found.message}."
        if view.waits:
            return (
                f"It never ends by itself: it goes on waiting for {wording.listed(w.waiting_for for w in view.waits)}."
            )
        return "It has not ended."


def _said(case: Simulation, entry: Entry, main: Simulation) -> Said:
    of = "" if case is main else case.plan.process.title
    key = next((h.effect.key for h in case.happened if h.at == entry.at and h.effect.path == entry.path
                and h.effect.kind == entry.kind and h.result.get("said") == entry.text), "")  # fmt: skip
    return Said(entry.at, entry.kind, entry.text, of, key)


def play(plan: Plan, around: Workspace, persona: Persona, given: Mapping[str, Any], at: datetime) -> Rehearsal:
    """Rehearse a process with people like this. `given` inputs are raw; the others are made up. Raises BadValues."""
    samples = Samples(around.values(plan), calendar_of(plan))
    inputs = samples.fill(plan.process.inputs, "whoever starts the case", at, given=given)
    mocks = {step: {"after": "1 business day"} for step in _missing(plan, around, samples)}
    world = World(plan, inputs, at, around, mocks)
    stopped = rehearse(world, persona, samples)
    cases = (world.main, *(case for case in world.cases.values() if case is not world.main))
    entries = tuple((world.cases[name], entry) for name, entry in world.entries)
    how = f"Everybody {persona.about}."
    return Rehearsal(plan, how, at, _end(entries, at), cases, entries, _made(samples.made, cases), stopped)


def of_script(plan: Plan, title: str, cases: tuple[Simulation, ...]) -> Rehearsal:
    """What came of a script that was played."""
    at = cases[0].state.case["started_at"]
    found = [(case, entry) for case in cases for entry in case.timeline]
    entries = tuple(sorted(found, key=lambda pair: pair[1].at))
    return Rehearsal(plan, f"Script: {title}.", at, _end(entries, at), cases, entries, _made((), cases))


def _missing(plan: Plan, around: Workspace, samples: Samples) -> list[str]:
    """The steps that start a process which is not in the workspace: it is taken to end well."""
    found = [s for s in steps_in((plan.process.steps,)) if s.type == "subprocess" and not around.plan_of(s.process)]
    for step in found:
        samples.note("another workspace", f"what the process “{step.process}” does", "it ends well", step.id)
    return [step.id for step in found]


def _end(entries: Iterable[tuple[Simulation, Entry]], at: datetime) -> datetime:
    return max((entry.at for _, entry in entries), default=at)


def _made(made: Iterable[Made], cases: Iterable[Simulation]) -> tuple[Made, ...]:
    """What was made up by people's samples and by the pretended world."""
    found = list(made)
    for case in cases:
        for done in case.happened:
            found += _answers(case.plan, done)
    return tuple(dict.fromkeys(found))


def _answers(plan: Plan, done: Happened) -> Iterable[Made]:
    payload = done.effect.payload
    if done.effect.kind == "call":
        connection = plan.resources.connections[payload["connection"]]
        giver = connection.title or wording.capital(wording.words(payload["connection"]))
        for name, value in done.result["result"].items():
            yield Made(giver, wording.words(f"{name} ({payload['operation']})"), str(value), done.effect.path)
    elif done.effect.kind == "python":
        yield Made(wording.words(payload["function"]), "its result", "none", done.effect.path)
