"""Sends a canary to every mailbox that wants one, and says so when it does not come back."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from engine.clock import Clock, rest
from engine.gateways.mail import Mail, Mailer, message_id_for
from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from engine.language import rhythm
from engine.language.connections import Mailbox
from engine.language.evaluator import EVERYDAY
from engine.mailroom.canary import source_of, subject_for
from engine.settings import Settings
from engine.store import health, holds
from engine.store.store import Store

log = logging.getLogger("baton.health")

ROUND = 20.0  # seconds between two looks
BACK_WITHIN = timedelta(minutes=10)
TEXT = "Baton sends this mail to itself, to see that mail comes in. Nobody needs to answer it."


class _NotNow(Exception):  # noqa: N818  # an outcome, and not an error
    """Somebody else sends it just now, or sending is on hold."""


@dataclass(frozen=True)
class Canaries:
    """`run` until `stop`; `look` once. The mail goes as all mail does, by the account of baton.yaml."""

    settings: Settings
    store: Store
    mailer: Mailer
    mailboxes: Callable[[], Mapping[str, Mailbox]]
    clock: Clock

    async def run(self, stop: asyncio.Event) -> None:
        """Send and look until `stop` is set. Trouble with the database is waited out."""
        while not stop.is_set():
            try:
                await self.look()
            except SQLAlchemyError as problem:
                log.warning("cannot send canaries, trying again: %s", type(problem).__name__)
            await rest(stop, ROUND)

    async def look(self) -> None:
        """Send those that are due; one that has not come back is trouble of its mailbox."""
        now = self.clock()
        for name, mailbox in self.mailboxes().items():
            if not mailbox.canary:
                continue
            if await self.store.read(lambda c, n=name, m=mailbox: _due(c, n, m, now)):  # type: ignore[misc]
                await self._send(name, mailbox, now)
            await self.store.write(lambda c, n=name: _overdue(c, n, now))  # type: ignore[misc]

    async def _send(self, name: str, mailbox: Mailbox, now: datetime) -> None:
        async def claim() -> None:
            if not await self.store.write(lambda c: _claimed(c, name, mailbox, now)):
                raise _NotNow

        sender, key = self.settings.mail.sender, self.settings.key()
        mail = Mail(
            to=mailbox.address,
            sender=sender,
            sender_name=self.settings.mail.sender_name,
            subject=subject_for(key, name, now),
            text=TEXT,
            html=f"<p>{TEXT}</p>",
            message_id=message_id_for(f"{source_of(name)}/{now.isoformat()}", sender.rpartition("@")[2], key),
        )
        try:
            await self.mailer.send(mail, claim)
        except _NotNow:
            return
        except (Refused, Deferred, Unconfirmed) as problem:
            log.warning("the canary for the mailbox %s could not be sent: %s", name, problem.code)


def _sent(name: str) -> str:
    return f"canary-sent/{name}"


def _due(c: Connection, name: str, mailbox: Mailbox, now: datetime) -> bool:
    """The time has come, and the one before is back, or has been given up."""
    last = health.get(c, _sent(name)).last_well_at
    if last is None:
        return True
    back = health.get(c, source_of(name)).last_seen_at
    waits = (back is None or back < last) and now - last < BACK_WITHIN
    following = rhythm.parse(mailbox.canary or "").next(last, EVERYDAY)
    return not waits and following is not None and following <= now


def _claimed(c: Connection, name: str, mailbox: Mailbox, now: datetime) -> bool:
    """Whether it is ours to send: nobody else has, and sending is not on hold."""
    if holds.over(c, "transactional", "") or not _due(c, name, mailbox, now):
        return False
    health.well(c, _sent(name), now)
    return True


def _overdue(c: Connection, name: str, now: datetime) -> None:
    last, known = health.get(c, _sent(name)).last_well_at, health.get(c, source_of(name))
    if last is None or now - last < BACK_WITHIN or (known.last_seen_at and known.last_seen_at >= last):
        return
    minutes = int(BACK_WITHIN.total_seconds() // 60)
    health.trouble(c, source_of(name), f"a mail to it did not come back within {minutes} minutes", now)
