"""The postman: sends what waits in the outbox when its time has come, in its order."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from activities.gate import LONGEST_DATA
from activities.outgoing import Outgoing
from activities.world import World
from engine.clock import rest
from engine.language.addresses import normal
from engine.postman.delivery import Delivery, bury, clear
from engine.store import lanes
from engine.store.rows import OutboxRow

log = logging.getLogger("baton.postman")

GLANCE = 0.3  # seconds between two looks at the outbox
LEASE = timedelta(seconds=5)  # how long a sender is ours without a sign of life
AT_ONCE = 50  # messages that are looked at in one transaction for one that may leave
PAUSE = 2.0  # seconds before the database is asked again that did not answer


class Postman:
    """Of several, in as many workers, only one at a time sends for a sender. `told` hears that cases have news."""

    def __init__(self, world: World, told: Callable[[], None]) -> None:
        self.world = world
        self.told = told
        self.holder = secrets.token_hex(8)
        self._rounds: dict[str, asyncio.Task[None]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; then what is under way goes to its end."""
        while not stop.is_set():
            try:
                await self._look(stop)
                pause = GLANCE
            except SQLAlchemyError as problem:
                log.warning("the database does not answer, trying again: %s", problem)
                pause = PAUSE
            await rest(stop, pause)
        await asyncio.gather(*self._rounds.values())

    async def _look(self, stop: asyncio.Event) -> None:
        now = datetime.now(UTC)
        senders, dead = await self.world.store.read(lambda c: (_due(c, now), lanes.died(c, now - LONGEST_DATA)))
        for row in dead:
            await self.world.store.write(lambda c, row=row: bury(c, row, now))  # type: ignore[misc]
            self.told()
        for sender in senders:
            if sender not in self._rounds:
                task = asyncio.create_task(self._round(sender, stop))
                self._rounds[sender] = task
                task.add_done_callback(lambda _, sender=sender: self._rounds.pop(sender))  # type: ignore[misc]

    async def _round(self, sender: str, stop: asyncio.Event) -> None:
        """Everything of a sender that may leave now, one after the other."""
        try:
            while not stop.is_set() and (taken := await self.world.store.write(lambda c: self._take(c, sender))):
                await Delivery(self.world, *taken).make()
                self.told()
        except SQLAlchemyError as problem:
            log.warning("mails of a sender wait: %s", problem)
        except Exception:  # an edge: whatever is wrong with one message or sender, the others go on
            log.exception("mails of a sender wait")
        finally:
            await self._leave(sender)

    def _take(self, c: Connection, sender: str) -> tuple[OutboxRow, Outgoing] | None:
        """The next message, if the sender is ours and one may leave."""
        now = datetime.now(UTC)
        if not lanes.lane(c, sender, self.holder, now, now + LEASE):
            return None
        people = self.world.people()
        colleagues = {normal(user.email) for user in people.users} if people else set()
        for _ in range(AT_ONCE):
            row = lanes.next_of(c, sender, now)
            if row is None:
                return None
            if out := clear(c, row, self.world.rules, now, colleagues):
                return row, out
        return None

    async def _leave(self, sender: str) -> None:
        try:
            await self.world.store.write(lambda c: lanes.leave_lane(c, sender, self.holder))
        except SQLAlchemyError as problem:
            log.warning("the lease of a sender runs out by itself: %s", problem)


def _due(c: Connection, now: datetime) -> list[str]:
    """Senders with a message that may leave, as far as the rows say; asked without writing, and so quite often."""
    times = lanes.due(c)
    return [sender for sender, at in times.items() if at <= now and lanes.next_of(c, sender, now)]
