"""A worker of its own, with thousands of cases that wait: its memory, and how long `baton status` takes."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import func, select

from activities import STEP_TYPES
from bench.house import environment, workspace
from engine.desk.desk import Desk
from engine.settings import Settings
from engine.store.store import Store
from engine.store.tables import waits

PROCESS = "parked"
STARTS = 50
LONGEST_SILENCE = 60.0


@dataclass(frozen=True)
class Parked:
    """Megabytes of resident memory of the worker, before and after; milliseconds of `baton status` as a process."""

    cases: int
    before: float
    after: float
    peak: float
    status: float


async def measure(folder: Path, temporal: str, count: int, tell: Callable[[str], None]) -> Parked:
    """Park `count` cases with `python worker.py` in a workspace of their own."""
    place = workspace(folder)
    environ = {**os.environ, **environment(temporal)}
    settings = Settings.load(place, environ)
    store = Store.open(settings.database_url)
    store.migrate()
    try:
        desk = Desk(settings, store, STEP_TYPES)
        await desk.publish(PROCESS)
        async with _worker(place, environ) as worker:
            before = _memory(worker.pid)["VmRSS"]
            await _park(desk, count, tell)
            after = _memory(worker.pid)
        return Parked(count, before, after["VmRSS"], after["VmHWM"], _status(place, environ))
    finally:
        store.close()


@asynccontextmanager
async def _worker(place: Path, environ: dict[str, str]) -> AsyncIterator[Process]:
    root = Path(__file__).parent.parent
    command = (sys.executable, str(root / "worker.py"))
    process = await asyncio.create_subprocess_exec(*command, cwd=place, env=environ, stdout=PIPE, stderr=DEVNULL)
    try:
        async with asyncio.timeout(60):
            await process.stdout.readline() if process.stdout else None
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(40):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _park(desk: Desk, count: int, tell: Callable[[str], None]) -> None:
    """Start the cases and wait until every one of them waits."""
    gate = asyncio.Semaphore(STARTS)

    async def one(n: int) -> None:
        async with gate:
            await desk.start(PROCESS, {"company": f"Company {n}"})

    starting = asyncio.gather(*(one(n) for n in range(count)))
    there, heard = 0, time.monotonic()
    while there < count:
        await asyncio.sleep(1)
        seen = await desk.store.read(lambda c: c.scalar(select(func.count()).select_from(waits))) or 0
        if seen > there:
            there, heard = seen, time.monotonic()
            tell(f"{there:,} of {count:,} cases parked")
        if time.monotonic() - heard > LONGEST_SILENCE:
            raise RuntimeError(f"only {there} of {count} cases came to wait")
    await starting


def _memory(pid: int) -> dict[str, float]:
    """Megabytes by the kernel's names; of the worker alone, without its rendering processes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("VmRSS", "VmHWM"))}


def _status(place: Path, environ: dict[str, str]) -> float:
    """Milliseconds of the whole command, from its start to its end."""
    command = [str(Path(sys.executable).parent / "baton"), "status"]
    times = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run(command, cwd=place, env=environ, stdout=subprocess.DEVNULL, check=True)
        times.append(1000 * (time.perf_counter() - began))
    return median(times)
