"""A case that an earlier release left in the middle goes on with the effects that it always had."""

from pathlib import Path

import pytest

from activities import STEP_TYPES
from engine.language.compiler import plan_from_json
from engine.language.values import decode
from engine.runtime.simulator import Simulation
from engine.runtime.state import State
from tests.golden.constructs import CONSTRUCTS
from tests.golden.record import CASES, effects, read
from tests.runtime.onboarding import follow

PLANS = {p.digest: p for f in CASES.glob("*-plan.json.gz") for p in [plan_from_json(read(f), STEP_TYPES)]}
GOLDEN = sorted(f for f in CASES.glob("*.json.gz") if not f.name.endswith("-plan.json.gz"))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda f: f.name.removesuffix(".json.gz"))
def test_a_recorded_case_goes_on_as_it_always_did(golden: Path) -> None:
    told = decode(read(golden))
    case = Simulation(PLANS[told["plan"]], State.load(told["state"]), told["now"])
    for line in told["then"]:
        follow(case, line)
    assert effects(case) == told["effects"]
    assert case.state.outcome == told["outcome"]


def test_there_are_golden_cases_of_every_path() -> None:
    assert {f.name.split("-")[1] for f in GOLDEN} >= {"happy", "silent", "withdraws", "migrated", *CONSTRUCTS}
