"""The time, as something that is passed in; and waiting that ends when the work does."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until `stop` is set: what runs in the background looks at it next."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
