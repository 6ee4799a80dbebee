"""The same tests on every engine: each with people of its own, so that many run side by side in one firm."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from activities import STEP_TYPES
from engine.language.scenario import Line, Scenario, Tests
from engine.runtime.simulator import Happened, Simulation
from engine.scenarios.play import Player
from engine.scenarios.suite import Suite
from engine.scenarios.world import World

DEFINITIONS = Path(__file__).parent / "definitions"
EVERYBODY = "acme.test"
DECISIONS = ("assign", "reach")
"""Kinds of effect that only decide: nothing leaves, and the simulator takes them for itself."""


@dataclass(frozen=True)
class Same:
    """One test, with the player of its file."""

    name: str
    player: Player
    test: Scenario

    def begun_at(self, at: str) -> World:
        """The simulated case, begun at this time."""
        return self.player.world(self.test.model_copy(update={"start_at": at}))

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.test.script


def everything() -> Iterator[Same]:
    """All tests; the people outside have addresses of their own in each of them."""
    suite = Suite(DEFINITIONS, STEP_TYPES)
    for file in suite.files():
        chosen = suite.chosen(file)
        assert chosen, suite.problems([file])
        whole = chosen.player.tests
        for n, test in enumerate(chosen.tests, 1):
            own = f"acme{n}.test"
            tests = _with(Tests, whole.model_copy(update={"tests": (test,)}), own)
            player = Player(chosen.player.document, tests, chosen.player.plan, chosen.player.around)
            yield Same(f"{file.stem}-{n}", player, tests.tests[0])


def _with(model: type[Tests], tests: Tests, domain: str) -> Tests:
    told = tests.model_dump(by_alias=True, exclude_unset=True)
    return model.model_validate(json.loads(json.dumps(told).replace(EVERYBODY, domain)))


@dataclass(frozen=True)
class Picture:
    """Where a case stands, whatever runs it."""

    outcome: str
    waits: tuple[tuple[str, str], ...]
    tasks: tuple[str, ...]
    effects: int
    lines: int  # of the timeline


def picture(case: Simulation) -> Picture:
    view = case.turned.view
    waits = [(w.path, w.status) for w in view.waits]
    tasks = [t.path for t in view.tasks if t.status == "open"]
    return Picture(
        view.outcome, tuple(sorted(waits)), tuple(sorted(tasks)), len(_left(case)), len(trace(case).timeline)
    )


@dataclass(frozen=True)
class Trace:
    """Everything that a case did: effects by key with their recipient, and the kinds of its timeline, in order."""

    process: str
    outcome: str
    effects: tuple[str, ...]
    timeline: tuple[tuple[str, str], ...]


def trace(case: Simulation) -> Trace:
    effects = [effect(h.effect.key, h.effect.kind, h.effect.payload.get("to")) for h in _left(case)]
    timeline = told([(entry.kind, entry.path) for entry in case.timeline])
    return Trace(case.plan.process.process, case.state.outcome, tuple(effects), timeline)


def _left(case: Simulation) -> list[Happened]:
    return [h for h in case.happened if h.effect.kind not in DECISIONS]


def effect(key: str, kind: str, to: Any) -> str:
    """An effect without its case, with whom it went to."""
    return f"{key.partition('/')[2]} {to or '' if kind == 'email' else ''}".strip()


def told(timeline: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The timeline without what staff did: on a real server they let time come early."""
    return tuple(entry for entry in timeline if entry[0] != "operator")


def raw(values: Any) -> dict[str, Any]:
    """Values as people type them."""
    return {name: str(value) if isinstance(value, int) else value for name, value in (values or {}).items()}
