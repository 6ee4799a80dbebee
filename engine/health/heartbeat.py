"""Says again and again that a worker is at work, whatever else takes long: a mail server may keep the watch waiting for
minutes."""

import asyncio
import logging
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from engine.clock import Clock, rest
from engine.store import health
from engine.store.store import Store

log = logging.getLogger("baton.health")

BEAT = 20.0  # seconds; a minute without one, and nobody is at work (AT_WORK)


@dataclass(frozen=True)
class Heartbeat:
    """`run` until `stop` is set."""

    store: Store
    clock: Clock

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.beat()
            except SQLAlchemyError as problem:
                log.warning("cannot say that a worker is at work: %s", type(problem).__name__)
            await rest(stop, BEAT)

    async def beat(self) -> None:
        now = self.clock()
        await self.store.write(lambda c: health.well(c, health.WORKER, now))
