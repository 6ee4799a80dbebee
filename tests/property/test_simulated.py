"""Random processes, random people, random kills: what must hold always, holds."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from activities import STEP_TYPES
from engine.language.compiler import compile_process
from engine.language.plan import Plan
from tests.property.playing import Watched, play
from tests.property.processes import WRITE, Author, around

KINDS = tuple(WRITE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return around(tmp_path_factory.mktemp("random"))


def written(folder: Path, seed: int) -> Plan:
    """A random process that the checker accepts; the author tries again until it does."""
    for attempt in range(50):
        file = folder / "processes" / "random.yaml"
        file.write_text(Author(Random(f"{seed}/{attempt}"), KINDS).process())
        if plan := compile_process(folder, file, STEP_TYPES).plan:
            return plan
    raise AssertionError("the author writes nothing that compiles")


seeds = given(st.integers(0, 2**32), st.integers(0, 10))
unhurried = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a smaller seed is no smaller process
)


@settings(unhurried, max_examples=150)
@seeds
def test_a_case_keeps_its_promises_however_it_is_killed(folder: Path, seed: int, size: int) -> None:
    promises(folder, seed, size)


@pytest.mark.slow
@settings(unhurried, max_examples=2000)
@seeds
def test_a_case_keeps_its_promises_in_very_many_processes(folder: Path, seed: int, size: int) -> None:
    promises(folder, seed, size)


def promises(folder: Path, seed: int, size: int) -> None:
    """Play the same case twice, with and without kills: every turn is checked, and both come out the same."""
    plan, inputs = written(folder, seed), {"size": size, "email": "client@acme.test"}
    calm, killed = (Watched(plan, inputs, seed, kills) for kills in (False, True))
    for case in (calm, killed):
        play(case, seed, 12)
    assert [e.key for e in killed.effects] == [e.key for e in calm.effects]
    assert killed.state.dump() == calm.state.dump()
