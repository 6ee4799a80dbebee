"""Records golden histories of the loop: `python -m tests.golden.record_histories`. What is there is never replaced."""

import asyncio
import tempfile
from pathlib import Path

from engine.gateways.temporal_server import TemporalServer
from tests.durable.firm import firm
from tests.durable.scenarios import happy, silent, withdraws
from tests.golden.record import record_history

RELEASE = "0.1"


async def record(folder: Path) -> None:
    server = TemporalServer(folder / "temporal")
    await server.start()
    for name, scenario, flags in (
        ("happy", happy, ()),
        ("silent", silent, ()),
        ("withdraws", withdraws, ()),
        ("renewed", withdraws, ("renew",)),
    ):
        async with firm(folder / name, server.address, flags=flags) as house:
            case = await scenario(house)
            record_history(f"{RELEASE}-{name}", (await house.history(case)).to_json())
    await server.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        asyncio.run(record(Path(scratch)))
