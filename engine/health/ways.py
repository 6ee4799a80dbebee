"""Every way in and out of a workspace: when it was last seen, how often it should be, what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.clock import Clock
from engine.desk.envelopes import style_of
from engine.gateways.hooks import usable
from engine.health.way import NEVER_SEEN, Way
from engine.language import connections, rhythm
from engine.language.calendar import WorkCalendar
from engine.language.connections import Connections
from engine.language.evaluator import EVERYDAY
from engine.language.process import Process, Trigger
from engine.language.roster import connections_of
from engine.mailroom.boxes import mailboxes_of
from engine.schedules import Schedule, Schedules
from engine.senders import source_of
from engine.settings import Settings
from engine.shelf import Edition
from engine.store import health, misfires, tallies
from engine.store.health import Health
from engine.store.misfires import Misfire
from engine.store.status import AT_WORK
from engine.store.store import Store

LATE = timedelta(minutes=10)  # that a schedule may come after its time
UNATTENDED = timedelta(minutes=10)  # longer than any look into a mailbox takes
LONGEST = 200  # characters of a reason
WORKED = ("mailbox", "canary", "schedule", "event", "sender")  # the others come in by the web, and are kept


@dataclass(frozen=True)
class _Known:
    """What the database says of all ways: how each source is, since when each is watched, and what could not start."""

    health: Mapping[str, Health]
    since: Mapping[str, datetime]
    failed: Sequence[Misfire]


@dataclass(frozen=True)
class Ways:
    """What a workspace listens to and speaks through, as its files and its published processes have it now."""

    settings: Settings
    store: Store
    schedules: Schedules
    clock: Clock

    async def everything(self) -> tuple[Way, ...]:
        """All of them: mailboxes, webhooks, public forms, schedules, senders."""
        editions = await self.schedules.shelf.everything()
        planned = await self.schedules.among(editions)
        known = await self.store.read(_known)
        found = [
            *self._mailboxes(),
            *self._webhooks(),
            *_forms(editions),
            *(_schedule(one, editions) for one in planned),
            *_events(editions, known.failed),
            *self._senders(),
        ]
        times = {f"schedule/{one.process}/{one.trigger}": one for one in planned}
        now = self.clock()
        return tuple(_attended(_seen(way, known, editions, times.get(way.source)), known, now) for way in found)

    async def begin_to_watch(self, ways: Sequence[Way]) -> None:
        """From the first time on that a source is seen here, with what is expected of it now, its silence counts."""
        known = await self.store.read(_known)
        new = [way for way in ways if health.watched(way.source, way.expect) not in known.since]
        now = self.clock()
        if new:
            await self.store.write(lambda c: _watch(c, new, now))

    def _mailboxes(self) -> Iterator[Way]:
        for name, box in mailboxes_of(self.settings)().items():
            if box.canary:
                yield Way("canary", name, box.title or name)
            attended = box.type == "imap" or bool(box.listen)
            yield Way("mailbox", name, box.title or name, expect=box.expect or "", attended=attended)

    def _webhooks(self) -> Iterator[Way]:
        for name, one in self._written().connections.items():
            if one.webhook_secret:
                off = refuses_all(one, self.settings)
                yield Way("webhook", name, one.title or name, expect=one.expect or "", off=off)

    def _senders(self) -> Iterator[Way]:
        titles = {name: one.address for name, one in self._written().senders.items()}
        for name, title in {"": self.settings.mail.sender, **titles}.items():
            yield Way("sender", source_of(name).removeprefix("sender/"), title)

    def _written(self) -> Connections:
        return connections_of(self.settings.workspace)() or Connections()


def _watch(c: Connection, ways: Sequence[Way], now: datetime) -> None:
    for way in ways:
        health.watch_afresh(c, way.source, way.expect, now)


def _known(c: Connection) -> _Known:
    return _Known(health.everything(c), tallies.since(c, health.KNOWN), misfires.unsettled(c))


def _forms(editions: Sequence[Edition]) -> Iterator[Way]:
    for process, trigger in _triggers(editions, "form"):
        yield Way("form", f"{process.process}/{trigger.id}", process.title, expect=trigger.expect or "")


def _events(editions: Sequence[Edition], failed: Sequence[Misfire]) -> Iterator[Way]:
    """Events of other processes come when they come: one is told of only where it could not start something."""
    wrong = {(one.process, one.trigger) for one in failed}
    for process, trigger in _triggers(editions, "event"):
        if (process.process, trigger.id) in wrong:
            yield Way("event", f"{process.process}/{trigger.id}", process.title)


def _triggers(editions: Sequence[Edition], type_: str) -> Iterator[tuple[Process, Trigger]]:
    for edition in editions:
        yield from ((edition.plan.process, one) for one in edition.plan.process.triggers if one.type == type_)


def _schedule(one: Schedule, editions: Sequence[Edition]) -> Way:
    title = next(e.plan.process.title for e in editions if e.process == one.process)
    return Way("schedule", f"{one.process}/{one.trigger}", title, expect=one.said, paused_by=one.paused_by)


def _seen(way: Way, known: _Known, editions: Sequence[Edition], schedule: Schedule | None) -> Way:
    """The way with everything that is known of it. What no trigger names, every process lives on."""
    triggers = _listening(way, editions)
    users = [e for e in editions if e.process in {process for process, _ in triggers}]
    ours = [one for one in known.failed if (one.process, one.trigger) in triggers]
    found = replace(
        way,
        health=known.health.get(way.source, Health(way.source)),
        failed=len(ours),
        why=ours[0].reason[:LONGEST] if ours else "",
        triggers=triggers,
        owners=_owners(users) or _owners(editions),
    )
    begun = known.since.get(health.watched(way.source, way.expect))
    if begun is None or found.paused_by:
        return found
    last = max(begun, found.health.last_seen_at or begun)
    if schedule is not None:
        return replace(found, silent_at=_missed(schedule, last))
    return replace(found, silent_at=rhythm.parse(way.expect).until(last, _calendar(users)) if way.expect else None)


def _attended(way: Way, known: _Known, now: datetime) -> Way:
    """The way as it is where whoever should look after it does not: it would seem as well as when it was last seen."""
    worker = known.health.get(health.WORKER, NEVER_SEEN).last_well_at
    well = way.health.last_well_at or known.since.get(health.watched(way.source, way.expect))
    if worker and now - worker > AT_WORK and way.kind in WORKED:
        return replace(way, down="no worker is at work. Start it: baton up", down_since=worker)
    if way.attended and way.health.error_since is None and well and now - well > UNATTENDED:
        why = "nobody looks after it, though a worker is at work: see .baton/logs/worker.log, and start it again"
        return replace(way, down=why, down_since=well)
    return way


def _listening(way: Way, editions: Sequence[Edition]) -> tuple[tuple[str, str], ...]:
    """Process and trigger of all that listen to it."""
    if way.kind in ("form", "schedule", "event"):
        process, _, trigger = way.name.partition("/")
        return ((process, trigger),)
    key = {"mailbox": "mailbox", "webhook": "connection"}.get(way.kind)
    return tuple(
        (e.process, t.id) for e in editions for t in e.plan.process.triggers if key and getattr(t, key) == way.name
    )


def _owners(editions: Sequence[Edition]) -> tuple[str, ...]:
    """The groups that their processes belong to."""
    groups = [e.plan.process.owner for e in editions]
    return tuple(dict.fromkeys(group for group in groups if group))


def _calendar(users: Sequence[Edition]) -> WorkCalendar:
    """That of the process that it starts: business hours are those of whoever waits for it."""
    for edition in users:
        found = edition.plan.resources.calendars.get(edition.plan.process.calendar or "")
        if found:
            return WorkCalendar.of(found)
    return EVERYDAY


def _missed(schedule: Schedule, last: datetime) -> datetime | None:
    following = schedule.next(last)
    return following[0] + LATE if following else None


def refuses_all(webhook: connections.Connection, settings: Settings) -> str:
    """Why every message of a webhook is refused, whoever sent it; empty: it is not."""
    name = webhook.webhook_secret or ""
    secret = settings.secret(name)
    if not secret and settings.secret(webhook.previous_webhook_secret or ""):
        return ""  # while it is exchanged the old one counts
    if not secret:
        return f"{name} is not set here: without it every message is refused"
    why = usable(style_of(webhook), secret)
    return f"{name} {why}; every message is refused" if why else ""
