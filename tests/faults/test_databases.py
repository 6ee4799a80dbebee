"""What databases do to those who live on them: they die, are full, are locked; and an engine that is away for long."""

import asyncio
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import Cluster, NoPostgres, cluster
from tests.faults.lines import lock
from tests.faults.test_faults import Fault, live_through, scene, settled, witnesses_agree
from tests.mail.dovecot import Dovecot

SAFE = ["shared_buffers=32MB", "max_connections=40", "superuser_reserved_connections=0", "wal_level=minimal",
        "max_wal_senders=0"]  # fmt: skip
MANY = 300
AWAY = 150.0  # seconds


@pytest.fixture
def durable() -> Iterator[Cluster]:
    """A cluster that keeps what it has confirmed, whatever happens to it."""
    try:
        with cluster(SAFE) as server:
            yield server
    except NoPostgres as reason:
        pytest.skip(str(reason))


def threaded(fault: Callable[[float], None]) -> Fault:
    async def done(seconds: float) -> None:
        await asyncio.to_thread(fault, seconds)

    return done


@pytest.mark.slow
async def test_postgresql_dies_and_is_full_while_errands_come(
    tmp_path: Path, server: Dovecot, durable: Cluster
) -> None:
    faults = {"power cut": threaded(durable.die), "no connections": threaded(durable.fill_up)}
    await live_through(tmp_path, server, 75, longest=12.0, postgres=durable, faults=faults)


@pytest.mark.slow
async def test_what_came_while_the_engine_was_away_for_long_is_done_once(
    tmp_path: Path, server: Dovecot, durable: Cluster
) -> None:
    async with scene(tmp_path, server, random.Random(3), durable) as stage:
        away = asyncio.create_task(stage.faults["no Temporal"](AWAY))
        await asyncio.sleep(1)
        for _ in range(MANY // 10):
            await asyncio.gather(*(stage.outside.ask() for _ in range(10)))
        print(f"{len(stage.outside.asked)} errands have come", flush=True)
        await away
        began = asyncio.get_running_loop().time()
        await settled(stage)
        print(f"carried out {asyncio.get_running_loop().time() - began:.0f} s after it was back", flush=True)
        await witnesses_agree(stage)


@pytest.mark.slow
async def test_sqlite_is_locked_for_longer_than_anybody_waits(tmp_path: Path, server: Dovecot) -> None:
    async with scene(tmp_path, server, random.Random(4)) as stage:
        database = tmp_path / "workspace" / ".baton" / "baton.db"
        await asyncio.gather(*(stage.outside.ask() for _ in range(10)))
        locked = asyncio.create_task(asyncio.to_thread(lock, database, 40))
        await asyncio.sleep(0.5)
        await asyncio.gather(*(stage.outside.ask() for _ in range(50)))
        await locked
        await settled(stage)
        await witnesses_agree(stage)
