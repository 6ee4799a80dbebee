"""The embedded server: started, ready, stopped, and never left behind."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from engine.gateways.temporal_server import TemporalServer, TemporalServerError

STARTER = """
import asyncio, sys
from pathlib import Path
from engine.gateways.temporal_server import TemporalServer

async def main():
    server = TemporalServer(Path(sys.argv[1]))
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def listens(address: str) -> bool:
    host, _, port = address.partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


async def test_it_is_ready_when_start_returns_and_gone_when_stop_returns(tmp_path: Path) -> None:
    server = TemporalServer(tmp_path / "state", search_attributes={"BatonProcess": "Keyword"})
    await server.start()
    assert listens(server.address)
    assert (tmp_path / "state" / "temporal.db").is_file()
    await server.stop()
    assert not listens(server.address)
    await server.start()
    assert listens(server.address)
    await server.stop()


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(TemporalServerError, match=f"Port {port} is taken"):
            await TemporalServer(tmp_path, port=port).start()


async def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    (tmp_path / "temporal.db").mkdir()
    with pytest.raises(TemporalServerError, match=r"temporal\.log"):
        await TemporalServer(tmp_path).start()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
async def test_it_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    server = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    for _ in range(100):
        if not alive(server):
            return
        await asyncio.sleep(0.1)
    os.kill(server, signal.SIGKILL)
    pytest.fail("the server went on without its parent")


def alive(pid: int) -> bool:
    """Zombies, which wait for an init that never comes in a container, do not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
