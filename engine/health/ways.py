"""Every way in and out of a workspace: when it was last seen, how often it should be, what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.clock import Clock
from engine.desk.envelopes import style_of
from engine.gateways.hooks import usable
from engine.language import connections, rhythm
from engine.language.calendar import WorkCalendar
from engine.language.connections import Connections
from engine.language.evaluator import EVERYDAY
from engine.language.roster import connections_of
from engine.mailroom.boxes import mailboxes_of
from engine.schedules import Schedule, Schedules
from engine.senders import source_of
from engine.settings import Settings
from engine.shelf import Edition
from engine.store import health, misfires, tallies
from engine.store.health import Health
from engine.store.misfires import Misfire
from engine.store.status import HICCUP
from engine.store.store import Store

LATE = timedelta(minutes=10)  # that a schedule may come after its time
LONGEST = 200  # characters of a reason


@dataclass(frozen=True)
class Way:
    """One way. `kind`: mailbox, webhook, schedule, form, sender, or event where one failed. `owners`: groups whose
    processes live on it.

    `silent_at`: when it is silent if nothing comes, or since when it is. `failed`: arrivals that could not start what
    they should, `why` the last of them; `triggers`: process and trigger of all that listen to it.
    `expect`: how often something comes, as it was written. `off`: why nothing can come in at all.
    """

    source: str
    kind: str
    name: str
    title: str
    health: Health
    expect: str = ""
    owners: tuple[str, ...] = ()
    silent_at: datetime | None = None
    failed: int = 0
    why: str = ""
    triggers: tuple[tuple[str, str], ...] = ()
    paused_by: str = ""
    off: str = ""

    def state(self, now: datetime) -> str:
        """One word: trouble, silent, failed, paused, off, new (nothing came yet) or well."""
        if self.paused_by:
            return "paused"
        if self.health.error_since is not None:
            return "trouble"
        if self.silent_at is not None and self.silent_at <= now:
            return "silent"
        if self.failed:
            return "failed"
        if self.off:
            return "off"
        return "well" if self.health.last_seen_at or self.health.last_well_at else "new"

    def in_words(self, now: datetime) -> str:
        """What is wrong, in words; empty: nothing."""
        state = self.state(now)
        if state == "paused":
            return f"paused by {self.paused_by}"
        if state == "trouble":
            return self.health.last_error
        if state == "silent":
            return f"nothing came, and it should: {self.expect}"
        if state == "failed":
            more = {"webhook": "baton webhook list", "mailbox": "baton triage"}
            again = f"{self.why}. When that is corrected: baton triggers --again {self.name}"
            return f"{self.failed} could not start what they should: {more.get(self.kind, again)}"
        return self.off

    def alarm(self, now: datetime) -> str:
        """What people must be told of, as a word that stays the same while it lasts; empty: nothing."""
        state, since = self.state(now), self.health.error_since
        if state == "trouble" and since is not None and now - since >= HICCUP:
            return f"trouble since {since.isoformat()}"
        if state == "silent" and self.silent_at is not None:
            return f"silent since {self.silent_at.isoformat()}"
        return ""


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
        known, since, failed = await self.store.read(_known)
        found = [
            *self._mailboxes(editions),
            *self._webhooks(editions),
            *_forms(editions),
            *(_schedule(one, editions) for one in planned),
            *_events(editions, failed),
            *self._senders(),
        ]
        times = {f"schedule/{one.process}/{one.trigger}": one for one in planned}
        return tuple(self._seen(way, known, since, failed, editions, times.get(way.source)) for way in found)

    async def begin_to_watch(self, ways: Sequence[Way]) -> None:
        """From the first time on that a source is seen here, with what is expected of it now, its silence counts."""
        _, since, _ = await self.store.read(_known)
        new = [way for way in ways if health.watched(way.source, way.expect) not in since]
        now = self.clock()
        if new:
            await self.store.write(lambda c: _watch(c, new, now))

    def _seen(
        self,
        way: Way,
        known: Mapping[str, Health],
        since: Mapping[str, datetime],
        failed: Sequence[Misfire],
        editions: Sequence[Edition],
        schedule: Schedule | None,
    ) -> Way:
        triggers = _listening(way, editions)
        ours = [one for one in failed if (one.process, one.trigger) in triggers]
        found = replace(
            way,
            health=known.get(way.source, way.health),
            failed=len(ours),
            why=ours[0].reason[:LONGEST] if ours else "",
            triggers=triggers,
            owners=way.owners or _all_owners(editions),
        )
        begun = since.get(health.watched(way.source, way.expect))
        if begun is None or found.paused_by:
            return found
        last = max(begun, found.health.last_seen_at or begun)
        if schedule is not None:
            return replace(found, silent_at=_missed(schedule, last))
        calendar = _calendar(way, editions)
        return replace(found, silent_at=rhythm.parse(way.expect).until(last, calendar) if way.expect else None)

    def _mailboxes(self, editions: Sequence[Edition]) -> Iterator[Way]:
        for name, box in mailboxes_of(self.settings)().items():
            source = f"mailbox/{name}"
            if box.canary:
                yield Way(f"canary/{name}", "canary", name, box.title or name, Health(f"canary/{name}"))
            yield Way(
                source,
                "mailbox",
                name,
                box.title or name,
                Health(source),
                box.expect or "",
                _owners(editions, "mailbox", name),
            )

    def _webhooks(self, editions: Sequence[Edition]) -> Iterator[Way]:
        for name, one in self._written().connections.items():
            if one.webhook_secret:
                source, owners = f"webhook/{name}", _owners(editions, "connection", name)
                off, expect = refuses_all(one, self.settings), one.expect or ""
                yield Way(source, "webhook", name, one.title or name, Health(source), expect, owners, off=off)

    def _senders(self) -> Iterator[Way]:
        titles = {name: one.address for name, one in self._written().senders.items()}
        for name, title in {"": self.settings.mail.sender, **titles}.items():
            source = source_of(name)
            yield Way(source, "sender", source.partition("/")[2], title, Health(source))

    def _written(self) -> Connections:
        return connections_of(self.settings.workspace)() or Connections()


def _watch(c: Connection, ways: Sequence[Way], now: datetime) -> None:
    for way in ways:
        health.watch_afresh(c, way.source, way.expect, now)


def _known(c: Connection) -> tuple[dict[str, Health], dict[str, datetime], tuple[Misfire, ...]]:
    return health.everything(c), tallies.since(c, health.KNOWN), misfires.unsettled(c)


def _forms(editions: Sequence[Edition]) -> Iterator[Way]:
    for edition in editions:
        for trigger in edition.plan.process.triggers:
            if trigger.type == "form":
                name = f"{edition.process}/{trigger.id}"
                owners = (edition.plan.process.owner,) if edition.plan.process.owner else ()
                source = f"form/{name}"
                yield Way(
                    source, "form", name, edition.plan.process.title, Health(source), trigger.expect or "", owners
                )


def _schedule(one: Schedule, editions: Sequence[Edition]) -> Way:
    process = next(e.plan.process for e in editions if e.process == one.process)
    source, owners = f"schedule/{one.process}/{one.trigger}", (process.owner,) if process.owner else ()
    name = f"{one.process}/{one.trigger}"
    return Way(source, "schedule", name, process.title, Health(source), one.said, owners, paused_by=one.paused_by)


def _missed(schedule: Schedule, last: datetime) -> datetime | None:
    following = schedule.next(last)
    return following[0] + LATE if following else None


def _owners(editions: Sequence[Edition], key: str, name: str) -> tuple[str, ...]:
    """The groups whose processes are started by it."""
    groups = [e.plan.process.owner for e in _users(editions, key, name)]
    return tuple(dict.fromkeys(group for group in groups if group))


def _all_owners(editions: Sequence[Edition]) -> tuple[str, ...]:
    """What no trigger names, every process lives on."""
    groups = [e.plan.process.owner for e in editions]
    return tuple(dict.fromkeys(group for group in groups if group))


def _users(editions: Sequence[Edition], key: str, name: str) -> list[Edition]:
    return [e for e in editions if any(getattr(t, key, None) == name for t in e.plan.process.triggers)]


def _calendar(way: Way, editions: Sequence[Edition]) -> WorkCalendar:
    """That of the process that it starts: business hours are those of whoever waits for it."""
    users = _users(editions, {"mailbox": "mailbox", "webhook": "connection"}.get(way.kind, ""), way.name)
    users += [e for e in editions if way.kind == "form" and e.process == way.name.partition("/")[0]]
    for edition in users:
        found = edition.plan.resources.calendars.get(edition.plan.process.calendar or "")
        if found:
            return WorkCalendar.of(found)
    return EVERYDAY


def _events(editions: Sequence[Edition], failed: Sequence[Misfire]) -> Iterator[Way]:
    """Events of other processes come when they come: one is told of only where it could not start something."""
    wrong = {(one.process, one.trigger) for one in failed}
    for edition in editions:
        for trigger in edition.plan.process.triggers:
            if trigger.type == "event" and (edition.process, trigger.id) in wrong:
                source, process = f"event/{edition.process}/{trigger.id}", edition.plan.process
                owners = (process.owner,) if process.owner else ()
                yield Way(source, "event", f"{process.process}/{trigger.id}", process.title, Health(source), "", owners)


def _listening(way: Way, editions: Sequence[Edition]) -> tuple[tuple[str, str], ...]:
    """Process and trigger of all that listen to it."""
    process, _, trigger = way.name.partition("/")
    if way.kind in ("form", "schedule", "event"):
        return ((process, trigger),)
    key = {"mailbox": "mailbox", "webhook": "connection"}.get(way.kind)
    return tuple(
        (e.process, t.id) for e in editions for t in e.plan.process.triggers if key and getattr(t, key) == way.name
    )


def refuses_all(webhook: connections.Connection, settings: Settings) -> str:
    """Why every message of a webhook is refused, whoever sent it; empty: it is not."""
    name = webhook.webhook_secret or ""
    secret = settings.secret(name)
    if not secret and settings.secret(webhook.previous_webhook_secret or ""):
        return ""  # while it is exchanged the old one counts
    if not secret:
        return f"{name} is not set, so every message is refused"
    why = usable(style_of(webhook), secret)
    return f"{name} {why}; every message is refused" if why else ""


def wrong(ways: Sequence[Way], now: datetime) -> tuple[Way, ...]:
    """Those that somebody must look at."""
    return tuple(way for way in ways if way.state(now) in ("trouble", "silent", "failed"))
