"""The worker that is killed: `python worker.py` as a process of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import worker

READY_WITHIN = 30.0  # seconds


class Victim:
    """One worker at a time. `begun` and `ready` are the moments of the last start."""

    def __init__(self, workspace: Path, environment: Mapping[str, str]) -> None:
        self.log = workspace / "worker.log"
        self._workspace = workspace
        self._environment = {**os.environ, **environment}
        self._process: Process | None = None
        self.begun = self.ready = datetime.now(UTC)

    async def start(self) -> None:
        """Start it; it is at work some time later, see `until_ready`."""
        self.begun = datetime.now(UTC)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(worker.__file__),
                cwd=self._workspace,
                env=self._environment,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=log,
            )

    async def until_ready(self) -> None:
        """Wait for its word. Raises RuntimeError where it ended instead, TimeoutError."""
        if self._process is None or self._process.stdout is None:
            raise RuntimeError("the worker was not started")
        async with asyncio.timeout(READY_WITHIN):
            line = await self._process.stdout.readline()
        if b"ready" not in line:
            raise RuntimeError(f"the worker did not start: {self.log.read_text()[-1000:]}")
        self.ready = datetime.now(UTC)

    async def kill(self) -> None:
        """SIGKILL: it has no chance to finish or to say anything."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
