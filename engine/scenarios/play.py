"""Playing a test: its script line by line, then what must have come of it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.language.document import Document
from engine.language.inputs import BadValues
from engine.language.model import Model
from engine.language.nodes import Place
from engine.language.plan import Plan
from engine.language.scenario import Expect, Line, Scenario, Tests
from engine.runtime.simulator import Simulation
from engine.scenarios.answers import filled
from engine.scenarios.clock import calendar_of, read_time, shown
from engine.scenarios.expecting import look
from engine.scenarios.script import as_file, play_line
from engine.scenarios.world import CannotPlay, Workspace, World


@dataclass(frozen=True)
class Miss:
    """Something that did not come true, at its line of the test file."""

    line: int
    what: str
    expected: str
    happened: str


@dataclass(frozen=True)
class Played:
    """One test that was played. `cases` are the cases of its world, the tested one first."""

    process: str
    title: str
    file: str
    line: int
    seconds: float
    misses: tuple[Miss, ...]
    timeline: tuple[str, ...]
    cases: tuple[Simulation, ...] = ()


class Player:
    """Plays the tests of one file."""

    def __init__(self, document: Document, tests: Tests, plan: Plan, around: Workspace) -> None:
        self.document = document
        self.tests = tests
        self.plan = plan
        self.around = around

    def play(self, test: Scenario) -> Played:
        """Play one test from its start to its end, or to the line that cannot happen."""
        began = time.perf_counter()
        misses: list[Miss] = []
        world: World | None = None
        try:
            world = self.world(test)
        except (BadValues, ValueError) as problem:
            misses.append(self._cannot(test, "inputs", str(problem)))
        if world:
            misses += self._through(world, test)
        return Played(
            process=self.tests.process,
            title=test.title,
            file=self.document.source.name,
            line=self._place(test).line,
            seconds=time.perf_counter() - began,
            misses=tuple(misses),
            timeline=tuple(told(world)) if world else (),
            cases=tuple(world.cases.values()) if world else (),
        )

    def world(self, test: Scenario) -> World:
        at = self._start(test)
        specs = self.plan.process.inputs
        raw = filled({**self.tests.inputs, **test.inputs}, {}, lambda: at)
        inputs = {name: as_file(specs.get(name), value) for name, value in raw.items()}
        values = self.around.values(self.plan).read_all(specs, inputs)
        suppressed = [str(filled(one, {}, lambda: at)) for one in (*self.tests.suppressed, *test.suppressed)]
        return World(self.plan, values, at, self.around, {**self.tests.mock, **test.mock}, suppressed)

    def _start(self, test: Scenario) -> datetime:
        zone = calendar_of(self.plan).zone if self.plan.calendar else self.around.zone
        at = read_time(test.start_at or self.tests.start_at, zone)
        return at.astimezone(UTC) if isinstance(at, datetime) else calendar_of(self.plan).opening(at)

    def _through(self, world: World, test: Scenario) -> Iterator[Miss]:
        for line in test.script:
            try:
                play_line(world, line)
            except CannotPlay as problem:
                yield self._cannot(line, "", str(problem))
                return
            if line.expect:
                yield from self._compared(world, line.expect)
        if test.expect:
            yield from self._compared(world, test.expect)

    def _compared(self, world: World, expect: Expect) -> Iterator[Miss]:
        try:
            for found in look(world, expect):
                yield Miss(self._place(expect, *found.path).line, str(found.path[0]), found.expected, found.happened)
        except CannotPlay as problem:
            yield self._cannot(expect, "", str(problem))

    def _cannot(self, model: Model, key: str, problem: str) -> Miss:
        what = verb_of(model) if isinstance(model, Line) else key or "expect"
        return Miss(self._place(model, *([key] if key else [])).line, what, "that this can happen", problem)

    def _place(self, model: Model, *path: str | int) -> Place:
        return self.document.place(model, *path)


def verb_of(line: Line) -> str:
    """The line as it is written, in short: `complete: review`."""
    name = next(iter(line.model_dump(exclude_none=True, exclude_defaults=True)), "")
    value: Any = getattr(line, name, "")
    return f"{name}: {value}" if isinstance(value, str) else name


def told(world: World) -> Iterator[str]:
    """The timelines of all cases, in the order in which things happened; a child's lines name its process."""
    zone = calendar_of(world.main.plan).zone
    for case, entry in world.entries:
        child = "" if world.cases[case] is world.main else f"[{world.cases[case].plan.process.process}] "
        yield f"{shown(entry.at, zone)}  {child}{entry.text}"
