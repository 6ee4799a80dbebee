"""The activity that takes in a time of a schedule."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio import activity

from engine.runtime.messages import DueInput


@dataclass
class Due:
    """`happened` stores and routes it; told twice of the same time, it does nothing the second time."""

    happened: Callable[[str, str, datetime], Awaitable[Any]]

    @activity.defn(name="due")
    async def due(self, asked: DueInput) -> None:
        await self.happened(asked.process, asked.trigger, datetime.fromtimestamp(asked.at, UTC))
