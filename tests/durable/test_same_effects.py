"""However a case is carried, its effects are the same and come in the same order."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from engine.runtime.effects import DECISIONS
from tests.durable.firm import Firm, firm
from tests.durable.scenarios import happy, silent, withdraws
from tests.runtime.onboarding import simulated

Scenario = Callable[[Firm], Awaitable[str]]

SCENARIOS = (happy, silent, withdraws)


async def effects_of(folder: Path, temporal: str, scenario: Scenario, *flags: str) -> tuple[list[str], int]:
    """`path:purpose` of every effect in order, and in how many runs of the loop."""
    async with firm(folder, temporal, flags=flags) as house:
        case = await scenario(house)
        effects = [e.key.partition("/")[2] for e in await house.effects(case) if e.kind not in DECISIONS]
        runs = [r async for r in house.house.client.list_workflows(f"WorkflowId = '{case}'")]
        return effects, len(runs)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.__name__)
async def test_continuing_as_new_after_every_turn_changes_nothing(
    scenario: Scenario, tmp_path: Path, temporal: str
) -> None:
    renewed, runs = await effects_of(tmp_path / "renewed", temporal, scenario, "renew")
    plain, _ = await effects_of(tmp_path / "plain", temporal, scenario)
    assert plain == renewed == simulated(scenario.__name__)
    assert runs > 1
