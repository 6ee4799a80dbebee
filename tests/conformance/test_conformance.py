"""The same tests on three engines: the simulator, the server that can skip time, and the one that Baton brings.

Each case does the same on all of them: the same effects in the same order, to the same people, and the same timeline.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

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
def skipping(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """All tests on the server that skips time: one after the other, as they share its clock."""
    return asyncio.run(_skipping(tmp_path_factory.mktemp("skipping")))


async def _skipping(folder: Path) -> Results:
    server = Path(__file__).parents[2] / ".venv" / "bin" / "temporal-test-server"
    async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(server)) as engine:
        address = engine.client.service_client.config.target_host

        async def skip(length: timedelta) -> None:
            await engine.sleep(length)

        async with _opened(folder, address) as house:
            return {
                name: await _played(Live(house, same, engine.get_current_time, skip)) for name, same in TESTS.items()
            }


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
def test_the_server_that_skips_time_does_the_same(name: str, skipping: Results) -> None:
    _compare(skipping[name])


def _compare(result: Any) -> None:
    if isinstance(result, Exception):
        raise result
    simulated, real = result
    assert real == simulated
