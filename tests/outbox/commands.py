"""`baton ...` in processes of their own: commands that are killed and run again, and the web."""

import asyncio
import os
import random
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Commands:
    """`baton ...` in processes of their own, as people and scripts run them; and the web, which is killed."""

    workspace: Path
    environment: Mapping[str, str]
    chance: random.Random
    port: int
    killed: Counter[str] = field(default_factory=Counter)
    web: Process | None = None
    hands: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(6))  # more would only starve the web

    async def start_web(self) -> None:
        ready = self.workspace / "web.ready"
        ready.unlink(missing_ok=True)
        self.web = await self._begin("web", "--ready-file", str(ready))
        async with asyncio.timeout(120):
            while not ready.exists():  # noqa: ASYNC110  the way in which the supervisor waits for it, too
                await asyncio.sleep(0.05)

    async def kill_web(self) -> None:
        if self.web and self.web.returncode is None:
            self.web.kill()
            await self.web.wait()

    async def run(self, *words: str) -> str:
        """What it said, once it has come to its end; every second one is killed at some moment, and run again."""
        while True:
            said = await self.attempt(2.0 if self.chance.random() < 0.5 else 60.0, *words)
            if said is not None:
                return said

    async def attempt(self, longest: float, *words: str) -> str | None:
        """What it said; None where it was killed before it had come to its end, at some moment within that time."""
        async with self.hands:
            process = await self._begin(*words)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.chance.uniform(longest / 10, longest)):
                    await process.wait()
            if process.returncode is None:
                process.kill()
                self.killed["command"] += 1
            said, _ = await process.communicate()
        return said.decode() if process.returncode is not None and process.returncode >= 0 else None

    async def _begin(self, *words: str) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli.main", *words, cwd=self.workspace, stdin=DEVNULL, stdout=PIPE,
            stderr=STDOUT, env={**os.environ, **self.environment},
        )  # fmt: skip


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
