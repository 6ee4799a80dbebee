"""Webhooks as people look after them: what came to nothing and why, taken in once more, and tried out beforehand."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Database

from engine.desk.answers import NotOpen, NotThere, Refusal
from engine.desk.arrivals import Arrivals, arrival_of
from engine.desk.envelopes import NoEvent, absent, identity_of, message_of, style_of
from engine.desk.named import named
from engine.gateways.hooks import NoSecret, NotSigned, Sent, check, sign
from engine.language.connections import Connection
from engine.language.values import decode
from engine.opening import Opening
from engine.routing import Routed
from engine.store import hooks, inbox, matching, misfires
from engine.store.hooks import HookRow
from engine.store.misfires import Misfire
from engine.store.rows import Arrival, Subscriber


@dataclass(frozen=True)
class HookLine:
    """A message that came to nothing, or not to everything. `reasons`: in words, each with the process and the trigger
    that it is about, where it is about one. `failed` is False where simply nobody waits for it."""

    id: str
    connection: str
    event: str
    received_at: datetime
    failed: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Rehearsal:
    """What a message would do. `signed`: how its signature fares, in words; `refused` is True where it would not be
    taken in. `event` and `data` are as triggers see them; `left_out`: fields of another type than declared; `absent`:
    declared fields that the message does not have, and where each was looked for."""

    connection: str
    signed: str
    refused: bool
    event: str = ""
    same_as: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    starts: tuple[tuple[str, Mapping[str, Any]], ...] = ()  # process, inputs
    cannot_start: tuple[str, ...] = ()
    releases: tuple[Subscriber, ...] = ()


class Webhooks(Arrivals):
    async def hook_lines(self, *, unmatched: bool = False) -> tuple[HookLine, ...]:
        """Messages that need somebody to look, newest first; with `unmatched` also those that nobody waits for."""
        rows = await self.store.read(hooks.listing)
        wrong = await self.store.read(misfires.unsettled)
        lines = [_line(row, [m for m in wrong if m.arrival == row.id]) for row in rows]
        return tuple(line for line in lines if line.failed or (unmatched and line.reasons))

    async def hook(self, hook: str) -> tuple[HookLine, HookRow]:
        """One message with everything that is known of it. Raises NotThere."""
        row = await self._hook(hook)
        return _line(row, list(await self.store.read(lambda c: misfires.of(c, row.id)))), row

    async def replay_hook(self, hook: str) -> Routed:
        """Take a message in once more, as the definitions are now: it starts and releases what it has not started and
        released before. Raises NotThere, Refusal."""
        row = await self._hook(hook)
        source = self.hook_source(row.connection)
        try:
            message = message_of(source, _sent(row))
        except NoEvent as problem:
            said = str(problem)
            await self.store.write(lambda c: hooks.note(c, row.id, said))
            raise Refusal(400, f"it is still not understood: {problem}") from problem
        arrival, problems = arrival_of(row, message), "; ".join(message.problems.values())
        await self.store.write(lambda c: _once_more(c, arrival, problems))
        routed = await self.router.route(arrival)
        self.nudge()
        return routed

    async def dismiss_hook(self, hook: str, by: str) -> None:
        """Somebody has seen to it: it is not listed any more. Raises NotThere, NotOpen."""
        row = await self._hook(hook)
        if not await self.store.write(lambda c: _dismissed(c, row.id, by)):
            raise NotOpen(f"`{row.id}` was dismissed by {row.settled_by}")

    async def rehearse_hook(self, connection: str, sent: Sent) -> Rehearsal:
        """What this message would do if it came now. Nothing is stored. Raises Refusal."""
        source = self.hook_source(connection)
        signed, refused = self._signature(source, sent)
        try:
            message = message_of(source, sent)
        except NoEvent as problem:
            return Rehearsal(connection, signed, refused, problem=str(problem))
        row = HookRow(f"webhook-{connection}", connection, identity_of(source, sent), "{}", b"", self.clock())
        arrival = arrival_of(row, message)
        opened = await self.router.openings(arrival)
        return Rehearsal(
            connection,
            signed,
            refused,
            event=message.event,
            same_as=row.source_id,
            data=message.data,
            left_out=message.problems,
            absent=absent(source.events.get(message.event), message),
            starts=tuple((o.new.process, decode(o.new.inputs_json)) for o in opened if isinstance(o, Opening)),
            cannot_start=tuple(_said(m) for m in opened if isinstance(m, Misfire)),
            releases=await self.store.read(lambda c: matching.subscribers(c, arrival.name, decode(arrival.data_json))),
        )

    def sample_hook(self, connection: str, event: str, payload: bytes, message: str, form: bool = False) -> Sent:
        """A message as the other system would send it, signed where the secret is set. `message`: what makes it one.
        Raises Refusal."""
        source = self.hook_source(connection)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        headers = {"content-type": kind, **self._named(source, event)}
        secrets = self.hook_secrets(source)
        try:
            headers |= sign(style_of(source), secrets[0], payload, message, self.clock()) if secrets else {}
        except NoSecret as problem:
            raise Refusal(503, f"{source.webhook_secret} {problem}") from problem
        style = style_of(source)
        query = {style.query: secrets[0]} if style.query and secrets else {}
        return Sent({n.lower(): v for n, v in headers.items()}, payload, query)

    def _named(self, source: Connection, event: str) -> dict[str, str]:
        """The header with the event's name, where it is in one."""
        where = source.event_from or ("header X-GitHub-Event" if source.verify == "github" else "")
        return {where.removeprefix("header ").strip(): event} if where.startswith("header ") else {}

    def _signature(self, source: Connection, sent: Sent) -> tuple[str, bool]:
        secrets, style = self.hook_secrets(source), style_of(source)
        if not secrets:
            return f"{source.webhook_secret} is not set here: without it every message is refused", True
        try:
            check(style, secrets, sent, self.clock())
        except (NotSigned, NoSecret) as problem:
            return str(problem), True
        return f"the signature is right ({style.verify}, {source.webhook_secret})", False

    async def _hook(self, hook: str) -> HookRow:
        row = await named(
            self.store, hook, prefix="webhook-", many="messages", get=hooks.get, beginning=hooks.beginning
        )
        if row is None:
            raise NotThere(f"there is no message `{hook}` that is kept; `baton webhook list --all` shows them")
        return row


def _sent(row: HookRow) -> Sent:
    return Sent(json.loads(row.head_json), row.body, {})


def _once_more(c: Database, arrival: Arrival, problem: str) -> None:
    if not inbox.accept(c, arrival):
        inbox.again(c, arrival.id, arrival.name, arrival.data_json)
    misfires.clear(c, arrival.id)
    hooks.note(c, arrival.id, problem)


def _dismissed(c: Database, hook: str, by: str) -> bool:
    misfires.settle(c, hook, by)
    return hooks.settle(c, hook, by)


def _line(row: HookRow, wrong: list[Misfire]) -> HookLine:
    event = row.name.partition("/")[2]
    reasons = tuple(_said(one) for one in wrong)
    if row.state == "failed":
        reasons = (*reasons, "it could not be routed; the worker's log says why")
    failed = bool(reasons) or not row.state
    if row.problem:
        reasons = (*reasons, row.problem)
    if row.state == "unmatched" and not reasons:
        reasons = ("nobody waits for it, and no trigger starts a case with it",)
    return HookLine(row.id, row.connection, event, row.received_at, failed, reasons)


def _said(one: Misfire) -> str:
    return f"{one.process} was not started by `{one.trigger}`: {one.reason}"
