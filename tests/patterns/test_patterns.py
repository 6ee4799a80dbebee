"""The control-flow patterns of van der Aalst, Russell and others (2006), each as a process that is played.

The line `# Play:` of a file says how: `name=value` gives an input, `?a,b` says at which steps the case is now,
`a` finishes the task `a` (`a=again` with that outcome, `a@2` the one whose path has `2`), `!bell` is an event
(`!bell@path` one given by hand to who listens at that path), `+` an hour that passes, and `-> completed` is how the
case ends.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities import STEP_TYPES
from engine.language.coercion import coerce
from engine.language.compiler import compile_process
from engine.language.plan import Plan
from engine.runtime.simulator import Simulation

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("wcp*.yaml"))
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_pattern_runs_as_it_is_played(file: Path) -> None:
    play, _, ending = file.read_text().splitlines()[1].removeprefix("# Play: ").partition(" -> ")
    moves = play.split()
    plan = compiled(file)
    given = dict(move.split("=") for move in moves if move.split("=")[0] in plan.process.inputs)
    inputs = {name: coerce(_raw(plan, name, raw), plan.process.inputs[name], name=name) for name, raw in given.items()}
    case = Simulation.of(plan, inputs, START)
    for move in moves[len(given) :]:
        carry_out(case, move)
    assert case.state.outcome == ending
    assert not case.turned.view.waits
    assert case.turned.deadline is None


def compiled(file: Path) -> Plan:
    found = compile_process(HERE, file, STEP_TYPES)
    assert found.plan, found.problems
    return found.plan


def _raw(plan: Plan, name: str, raw: str) -> Any:
    return raw.split(",") if plan.process.inputs[name].type == "list" else raw


def carry_out(case: Simulation, move: str) -> None:
    if move.startswith("?"):
        assert Counter(w.step for w in case.turned.view.waits) == Counter(move[1:].split(",")), move
    elif move == "+":
        case.advance_to(case.now + timedelta(hours=1))
    elif move.startswith("!"):
        name, _, path = move[1:].partition("@")
        case.receive("manual" if path else "event", path, name, "ann", {})
    else:
        finish(case, move)


def finish(case: Simulation, move: str) -> None:
    """Finish the first open step of this name."""
    named, _, outcome = move.partition("=")
    step, _, place = named.partition("@")
    wait = next(w for w in case.turned.view.waits if w.step == step and (not place or f"/{place}/" in w.path))
    if wait.kind == "task":
        case.give("task", wait.path, outcome=outcome or "done", by="ann")
    elif wait.kind == "subprocess":
        case.give("child", wait.path, name="ended", outcome="completed", outputs={})
    else:
        case.give("manual", wait.path, name=outcome)


def test_at_least_38_of_the_43_patterns_can_be_written() -> None:
    assert len(FILES) >= 38
