"""The same tests on three engines: the simulator, the server that can skip time, and the one that Baton brings.

Each case does the same on all of them: the same effects in the same order, to the same people, and the same timeline.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.engines import skipping
from tests.conformance.live import Live, Shaky
from tests.conformance.same import DEFINITIONS, Same, Trace, everything
from tests.durable.firm import Firm, firm

TESTS = {same.name: same for same in everything()}
TOGETHER = 8  # tests that run side by side on one server

Results = dict[str, Any]
"""What came of each test: its traces, or what was raised."""


@pytest.mark.parametrize("name", TESTS)
def test_the_simulator_does_what_the_test_expects(name: str) -> None:
    same = TESTS[name]
    assert same.player.play(same.test).misses == ()


@pytest.fixture(scope="module")
def embedded(temporal: str, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """All tests on the server that Baton brings."""
    return asyncio.run(_embedded(temporal, tmp_path_factory.mktemp("embedded")))


async def _embedded(temporal: str, folder: Path) -> Results:
    async with _opened(folder, temporal) as house:
        gate = asyncio.Semaphore(TOGETHER)

        async def one(same: Same) -> Any:
            async with gate:
                return await _played(Live(house, same, now))

        return dict(zip(TESTS, await asyncio.gather(*map(one, TESTS.values())), strict=True))


@pytest.fixture(scope="module")
def skipped(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """All tests on the server that skips time: one after the other, as they share its clock."""
    return asyncio.run(_skipped(tmp_path_factory.mktemp("skipping")))


async def _skipped(folder: Path) -> Results:
    async with skipping() as engine, _opened(folder, engine.address) as house:
        return {n: await _played(Live(house, same, engine.clock, engine.skip)) for n, same in TESTS.items()}


async def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def _opened(folder: Path, address: str) -> AsyncIterator[Firm]:
    """A firm with the processes of these tests."""
    async with firm(folder, address, target=Shaky(), definitions=DEFINITIONS, sandboxed=False) as house:
        for process in sorted(file.stem for file in (DEFINITIONS / "processes").iterdir()):
            await house.desk.publish(process)
        yield house


async def _played(live: Live) -> tuple[list[Trace], list[Trace]] | Exception:
    try:
        return await live.play()
    except Exception as problem:
        return problem


@pytest.mark.parametrize("name", TESTS)
def test_the_embedded_server_does_the_same(name: str, embedded: Results) -> None:
    _compare(embedded[name])


@pytest.mark.parametrize("name", TESTS)
def test_the_server_that_skips_time_does_the_same(name: str, skipped: Results) -> None:
    _compare(skipped[name])


def _compare(result: Any) -> None:
    if isinstance(result, Exception):
        raise result
    simulated, real = result
    assert real == simulated
