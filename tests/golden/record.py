"""Records golden cases and histories: `python -m tests.golden.record`. What is there is never written again.

A golden case is a plan and a state in the middle of a path, with what happens afterwards and the effects it has.
"""

import gzip
import json
from pathlib import Path
from typing import Any

from engine.language.compiler import plan_to_json
from engine.language.values import encode
from engine.runtime.simulator import Simulation
from tests.golden.constructs import AFTER, BEFORE, CONSTRUCTS, MIGRATED
from tests.runtime.onboarding import SCRIPTS, Line, begun, follow, plan
from tests.runtime.small import begin
from tests.runtime.test_migration import goes_on

HERE = Path(__file__).parent
CASES = HERE / "cases"
HISTORIES = HERE / "histories"


def record_cases(release: str) -> None:
    """One golden case for every line of every script."""
    keep(CASES / f"{release}-plan.json.gz", plan_to_json(plan()))
    for name, script in SCRIPTS.items():
        case = begun()
        for n, line in enumerate(script):
            keep(CASES / f"{release}-{name}-{n:02}.json.gz", encode(recorded(case, script[n:])))
            follow(case, line)


def record_constructs(release: str) -> None:
    """One golden case for every line of every construct."""
    for name, (body, script) in CONSTRUCTS.items():
        if not (CASES / f"{release}-{name}-plan.json.gz").exists():
            _line_by_line(f"{release}-{name}", begin(body), script)
    if not (CASES / f"{release}-migrated-plan.json.gz").exists():
        _line_by_line(f"{release}-migrated", goes_on(begin(BEFORE), AFTER, {"check": "check_it"}), MIGRATED)


def _line_by_line(name: str, case: Simulation, script: list[Line]) -> None:
    keep(CASES / f"{name}-plan.json.gz", plan_to_json(case.plan))
    for n, line in enumerate(script):
        keep(CASES / f"{name}-{n:02}.json.gz", encode(recorded(case, script[n:])))
        follow(case, line)
    if not case.state.outcome:
        raise RuntimeError(f"the script of {name} does not come to the end: it waits at {case.turned.view.waits}")


def recorded(case: Simulation, rest: list[Any]) -> dict[str, Any]:
    """The state now, and what the rest of the script brings."""
    state, now = case.state.dump(), case.now
    further = Simulation(case.plan, type(case.state).load(state), now)
    for line in rest:
        follow(further, line)
    return {
        "plan": case.plan.digest,
        "now": now,
        "state": state,
        "then": rest,
        "effects": effects(further),
        "outcome": further.state.outcome,
    }


def effects(case: Simulation) -> list[str]:
    """What went out: key, kind, and whom to."""
    return [f"{e.key} {e.kind} {e.payload.get('to', '')}".strip() for e in case.effects]


def keep(path: Path, text: str) -> None:
    if path.exists():
        return
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"recorded {path.name}")


def read(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode()


def record_history(name: str, history: str) -> None:
    """Keep a history of the loop, as `WorkflowHistory.to_json` writes it."""
    keep(HISTORIES / f"{name}.json.gz", json.dumps(json.loads(history), separators=(",", ":")))


if __name__ == "__main__":
    record_cases("0.1")
    record_constructs("0.2")
