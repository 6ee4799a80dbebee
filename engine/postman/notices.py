"""One mail now and then to each colleague for whom there is something new, in place of one for each task; what is
urgent is told at once. Each exactly once, however many workers there are: they pass the ledger like every mail."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from activities.gate import Busy, Gate, Posted
from activities.outgoing import Outgoing
from activities.posting import post
from activities.world import World
from engine.clock import Clock, rest, utc_now
from engine.gateways.mail import Mail, message_id_for
from engine.gateways.outcome import Deferred, Refused
from engine.gateways.rendering import RenderedMail, RenderFailed
from engine.language.calendar import WorkCalendar
from engine.language.resources import EmailTemplate
from engine.postman import plainly
from engine.postman.digest import DIGEST, URGENT, Paths, heading, sections
from engine.postman.news import SOON, News, Reader, readers
from engine.runtime.effects import Effect
from engine.runtime.flow import StepError
from engine.runtime.step import Retry
from engine.store import notices, rates, tasks

log = logging.getLogger("baton.notices")

TICK = 10.0  # seconds between two looks
LAG = timedelta(seconds=30)  # what is younger may not be written yet, with its earlier time
GATHER = timedelta(minutes=5)  # so long the first news waits for others
STILL_URGENT = timedelta(hours=1)  # an older one is in the digest, or was told


@dataclass(frozen=True)
class Habit:
    """How often colleagues hear of what is new, and in which opening hours."""

    every: timedelta
    calendar: WorkCalendar


@dataclass(frozen=True)
class Window:
    """Of which time somebody is told. `under_way`: it was begun, and is to come to its end."""

    since: datetime
    upto: datetime
    under_way: bool = False


@dataclass
class Notices:
    """`owner_of` answers with the group that owns the process of a plan, by its digest."""

    world: World
    habit: Habit
    owner_of: Callable[[str], Awaitable[str]]
    clock: Clock = utc_now
    _told: set[str] = field(default_factory=set)
    _owners: dict[str, str] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        while not stop.is_set():
            try:
                await self.look()
            except SQLAlchemyError as problem:
                log.warning("the database does not answer, trying again: %s", problem)
            except Exception:  # an edge: colleagues who hear nothing must not stop the mails of cases
                log.exception("colleagues could not be told")
            await rest(stop, TICK)

    async def look(self) -> None:
        """Tell everybody what they do not know yet."""
        people, now = self.world.people(), self.clock()
        if people is None:
            return
        everybody = readers(people, self.habit.calendar.local(now).date())
        await self._urgent(everybody, now)
        if not self.habit.calendar.is_open(now):
            return
        for reader in await self._awaiting(everybody, now):
            await self._digest(reader, now)
        await self.world.store.write(lambda c: rates.forget(c, now - timedelta(days=2)))

    async def _awaiting(self, everybody: tuple[Reader, ...], now: datetime) -> list[Reader]:
        """For whom there is something to be written. What is new is read once for all, and nobody waits for it."""
        windows = await self.world.store.read(lambda c: [(r, self._window(c, r, now)) for r in everybody])
        open_ = [(reader, window) for reader, window in windows if window]
        if not open_:
            return []
        since = min(window.since for _, window in open_)
        news = await self.world.store.read(lambda c: self._news(c, since, now))
        await self._learn(news)
        return [r for r, w in open_ if w.under_way or news.of(r, w.since, self._settled(w.upto))]

    async def _digest(self, reader: Reader, now: datetime) -> None:
        name = reader.user.id
        found = await self.world.store.write(lambda c: self._due(c, reader, now))
        if found is None:
            return
        upto, new = found
        scope = {"sections": new, "heading": heading(new)}
        if await self._send(f"digest/{name}/{upto:%Y%m%dT%H%M}", reader, DIGEST, scope):
            await self.world.store.write(lambda c: notices.done(c, name, upto))

    def _due(self, c: Connection, reader: Reader, now: datetime) -> tuple[datetime, list[dict[str, Any]]] | None:
        """What goes out to them now, and up to when it tells. It is theirs from here on, until it has left."""
        window = self._window(c, reader, now)
        if window is None:  # another worker was quicker
            return None
        since, upto = window.since, window.upto
        mine = self._news(c, since, upto).of(reader, since, upto)
        new = sections(c, Paths(self.world.key, self.world.base_url), reader, mine, upto)
        if new or window.under_way:  # what was begun may have been dealt with meanwhile
            notices.put(c, reader.user.id, since, upto, done=not new)
        return (upto, new) if new else None

    def _window(self, c: Connection, reader: Reader, now: datetime) -> Window | None:
        """Of which time they are to be told now; None where they were told a short while ago."""
        known, upto = notices.told(c, reader.user.id), now - LAG
        if known is None:  # they are new, and begin now
            return Window(upto, upto, under_way=True)
        if not known.done:  # whoever began it has died, or is at it: the ledger knows
            return Window(known.since, known.upto, under_way=True)
        return Window(known.upto, upto) if upto - known.upto >= self.habit.every else None

    def _news(self, c: Connection, since: datetime, upto: datetime) -> News:
        """What is new for anybody between the two times, and what is due soon after them."""
        found = notices.tasks_between(c, since, upto, upto + SOON), notices.troubles(c, since, upto)
        return News(*found, self._owners)

    def _settled(self, upto: datetime) -> datetime:
        """Where everything that is new came later than that, there may be more of it in a moment."""
        return upto - min(GATHER, self.habit.every / 4)

    async def _learn(self, news: News) -> None:
        """Which group owns the processes of plans that are not known yet. What a digest means never changes."""
        for digest in {trouble.digest for trouble in news.troubles} - self._owners.keys():
            self._owners[digest] = await self.owner_of(digest)

    async def _urgent(self, everybody: tuple[Reader, ...], now: datetime) -> None:
        found = await self.world.store.read(lambda c: notices.urgent(c, now - STILL_URGENT))
        theirs = {f"{one.id}/{reader.user.id}": (one.id, reader) for one in found for reader in everybody
                  if reader.may(one)}  # fmt: skip
        self._told &= theirs.keys()
        for key, (task, reader) in theirs.items():
            if key not in self._told:
                await self._one(task, reader, now)

    async def _one(self, task: str, reader: Reader, now: datetime) -> None:
        paths, to = Paths(self.world.key, self.world.base_url), reader.user.email

        def link(c: Connection) -> tuple[str, str, str] | None:
            row = tasks.task(c, task)
            mine = row if row and row.task.status == "open" and reader.may(row.task) else None
            return (mine.task.title, mine.case_title, paths.task(c, mine, to, now)) if mine else None

        found = await self.world.store.write(link)
        if found is None:
            return
        scope = {"title": found[0], "about": found[1]}
        if await self._send(f"urgent/{task}/{reader.user.id}", reader, URGENT, scope, found[2]):
            self._told.add(f"{task}/{reader.user.id}")

    async def _send(
        self, key: str, reader: Reader, template: EmailTemplate, scope: dict[str, Any], link: str = ""
    ) -> bool:
        """Whether it has left, or never will; False: it is tried again."""
        user, world = reader.user, self.world
        gate = Gate(world.store, Effect(key, "", "", "notice", "email", {}, Retry(), fresh=False))
        try:
            if await gate.answered():
                return True
            rendered = await self._rendered(template, {**scope, "to_name": user.name}, link)
            mail = Mail(
                to=user.email,
                to_name=user.name,
                sender=world.sender,
                sender_name=world.sender_name,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                message_id=message_id_for(key, world.sender.rpartition("@")[2], world.key),
            )
            await post(world, gate, Outgoing(mail, process="", staff=True))
        except Posted:
            return True
        except (Busy, Deferred) as problem:
            log.info("a notice waits: %s", problem.code)
            return False
        except (Refused, StepError) as problem:
            log.warning("a notice was not sent: %s", problem)
        return True

    async def _rendered(self, template: EmailTemplate, scope: dict[str, Any], link: str) -> RenderedMail:
        """The notice; written plainly where it cannot be rendered now: whatever is wrong with that, the news is not
        lost."""
        try:
            return await self.world.renderer.mail(template, scope, self.world.brand, link=link)
        except RenderFailed as problem:
            log.warning("a notice could not be rendered and is sent as plain text: %s", problem.code)
        return plainly.digest(scope) if template is DIGEST else plainly.urgent(scope, link)
