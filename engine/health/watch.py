"""The watch over every way in and out: who is told, once, when one is silent or does not work, and when it is back."""

import asyncio
import hashlib
import logging
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from engine.clock import Clock, rest
from engine.gateways.mail import BeforeData, Mail, Mailer, message_id_for
from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from engine.health.way import Way
from engine.health.ways import Ways
from engine.language.resources import People
from engine.language.roster import roster_of
from engine.language.values import display_datetime
from engine.settings import Settings
from engine.store import health, holds, hooks, tallies

log = logging.getLogger("baton.health")

ROUND = 20.0  # seconds between two looks
SETTLING = timedelta(minutes=2)  # after which a silence is one, when we have been away
KEPT = timedelta(days=30)  # messages of other systems that came to nothing
FORMS_KEPT = timedelta(days=1)  # how often somebody sent a form


class _TheyKnow(Exception):  # noqa: N818  # an outcome, and not an error
    """Somebody else tells them just now."""


@dataclass(frozen=True)
class Watch:
    """Looks again and again. Mails go straight to the mail server: they belong to no case, and leave at once or are
    tried again at the next look."""

    settings: Settings
    ways: Ways
    mailer: Mailer
    clock: Clock

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop` is set. Trouble with the database is waited out."""
        begun = self.clock()
        while not stop.is_set():
            try:
                await self.look(silence=self.clock() - begun > SETTLING)
            except SQLAlchemyError as problem:
                log.warning("cannot look at the ways in and out, trying again: %s", type(problem).__name__)
            await rest(stop, ROUND)

    async def look(self, *, silence: bool = True) -> None:
        """One look: what is wrong and not yet told is told, and so is what is well again. Without `silence` nobody is
        told that nothing came, or that nobody looked: what came while we were away is only now taken in."""
        now = self.clock()
        found = await self.ways.everything()
        await self.ways.store.write(lambda c: _tidy(c, {way.source for way in found}, now))
        await self.ways.begin_to_watch(found)
        for way in found:
            alarm = way.alarm(now)
            if alarm != way.health.told and (silence or not alarm.startswith(("silent", "down"))):
                await self._tell(way, alarm, now)

    async def _tell(self, way: Way, alarm: str, now: datetime) -> None:
        subject, text = _words(way, alarm, now, ZoneInfo(self.settings.time_zone))
        log.warning("%s", subject)
        readers = addresses(way, self.settings)
        if not readers:
            await self.ways.store.write(lambda c: health.told(c, way.source, alarm, now))
        claimed = False

        async def claim() -> None:
            """Before the first mail leaves it is written down that they are told."""
            nonlocal claimed
            if not claimed and not await self.ways.store.write(lambda c: _ours(c, way.source, alarm, now)):
                raise _TheyKnow
            claimed = True

        reached = [await self._send(self._mail(way, alarm, (reader, subject, text)), claim) for reader in readers]
        if claimed and not any(reached):
            await self.ways.store.write(lambda c: health.not_told(c, way.source, alarm, way.health.told))

    async def _send(self, mail: Mail, claim: BeforeData) -> bool:
        """Whether it has, or may have, arrived."""
        try:
            await self.mailer.send(mail, claim)
        except (_TheyKnow, Unconfirmed):
            return True
        except (Refused, Deferred) as problem:
            log.warning("somebody could not be told that %s: %s", mail.subject, problem.code)
            return False
        return True

    def _mail(self, way: Way, alarm: str, letter: tuple[str, str, str]) -> Mail:
        reader, subject, text = letter
        once = hashlib.sha256(f"{way.source}/{alarm or way.health.told}/{bool(alarm)}/{reader}".encode()).hexdigest()
        return Mail(
            to=reader,
            sender=self.settings.mail.sender,
            sender_name=self.settings.mail.sender_name,
            subject=subject,
            text=text,
            html="".join(f"<p>{escape(line)}</p>" for line in text.splitlines()),
            message_id=message_id_for(once, self.settings.mail.sender.rpartition("@")[2], self.settings.key()),
        )


def addresses(way: Way, settings: Settings) -> tuple[str, ...]:
    """Who is told: `alarm.to` of baton.yaml (an address or a group), or else the owners of the processes."""
    people = roster_of(settings.workspace)() or People()
    named = (settings.alarm_to,) if settings.alarm_to else way.owners
    if any("@" in name for name in named):
        return tuple(named)
    members = {user for group in people.groups if group.id in named for user in group.members}
    return tuple(user.email for user in people.users if user.id in members)


def _words(way: Way, alarm: str, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """Subject and text."""
    what = f"{_KINDS[way.kind]} {way.name}"
    if not alarm:
        return f"{what} works again", f"{what} ({way.title}) works again."
    seen = display_datetime(way.health.last_seen_at, zone) if way.health.last_seen_at else "never"
    if way.state(now) == "silent":
        lines = [f"Nothing has come by {what} ({way.title}), and it should: {way.expect}."]
    else:
        lines = [f"{what} ({way.title}) does not work: {way.in_words(now)}"]
    lines += [f"Last seen: {seen}", "More: baton triggers", "What to do: baton doctor"]
    return f"{what} {'is silent' if way.state(now) == 'silent' else 'does not work'}", "\n".join(lines)


_KINDS = {
    "canary": "The mail to ourselves by the mailbox",
    "mailbox": "The mailbox",
    "webhook": "The webhook",
    "schedule": "The schedule",
    "form": "The public form",
    "sender": "The sender",
}


def _ours(c: Connection, source: str, alarm: str, now: datetime) -> bool:
    """Whether it is ours to tell. While all sending is on hold nobody is told: afterwards they are."""
    return holds.over(c, "transactional", "") is None and health.told(c, source, alarm, now)


def _tidy(c: Connection, there: Set[str], now: datetime) -> None:
    health.only(c, there)
    hooks.prune(c, now - KEPT)
    tallies.prune(c, now - FORMS_KEPT)
