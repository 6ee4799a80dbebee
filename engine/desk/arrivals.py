"""Webhooks: signed, stored, routed; in this order. What comes to nothing is kept as it came, until somebody has seen
to it: a definition is corrected, and the message is taken in once more."""

from collections.abc import Mapping
from hashlib import sha256

from sqlalchemy import Connection as Database

from engine.desk.answers import Receipt, Refusal
from engine.desk.envelopes import Message, NoEvent, identity_of, kept_head, message_of, style_of
from engine.desk.ground import Ground
from engine.gateways.hooks import NoSecret, NotSigned, Sent, check
from engine.language.connections import Connection, Connections
from engine.language.roster import connections_of
from engine.language.values import encode
from engine.store import health, hooks, inbox
from engine.store.hooks import HookRow
from engine.store.rows import Arrival


class Arrivals(Ground):
    async def receive_webhook(
        self, connection: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, str] | None = None
    ) -> Receipt:
        """Take in one signed message of a connection.

        Raises Refusal with the HTTP status: 404 for a connection that takes no
        events, 401 for a bad signature or time, 400 for what is no event (it is
        kept for people to see), 503 while the secret is not set. The same message counts once.
        """
        sent = Sent({name.lower(): value for name, value in headers.items()}, body, query or {})
        source = self.hook_source(connection)
        await self._verify(connection, source, sent)
        row = self._row(connection, source, sent)
        try:
            message = message_of(source, sent)
        except NoEvent as problem:
            await self._keep_unread(row, str(problem))
            raise Refusal(400, str(problem)) from problem
        arrival = arrival_of(row, message)
        if not await self.store.write(lambda c: _accepted(c, arrival, row, _said(message))):
            return Receipt(arrival.id, duplicate=True)
        # From here on the message is ours: whatever happens now, the dispatcher routes it later.
        await self.router.route(arrival)
        self.nudge()
        return Receipt(arrival.id, duplicate=False)

    def hook_source(self, connection: str) -> Connection:
        """A connection that takes events, as connections.yaml has it now. Raises Refusal (404)."""
        known = connections_of(self.settings.workspace)() or Connections()
        found = known.connections.get(connection)
        if found and found.webhook_secret:
            return found
        raise Refusal(404, f"no connection called `{connection}` takes events")

    def hook_secrets(self, source: Connection) -> tuple[str, ...]:
        """The secrets that count: the present one, and the one before while it is named."""
        names = (source.webhook_secret, source.previous_webhook_secret)
        return tuple(secret for name in names if name and (secret := self.settings.secret(name)))

    async def _verify(self, connection: str, source: Connection, sent: Sent) -> None:
        try:
            check(style_of(source), self.hook_secrets(source), sent, self.clock())
        except NoSecret as problem:
            raise await self._refusal(
                connection, 503, f"`{connection}`: {source.webhook_secret} {problem}"
            ) from problem
        except NotSigned as problem:
            raise await self._refusal(connection, 401, str(problem)) from problem

    async def _refusal(self, connection: str, status: int, why: str) -> Refusal:
        """A refusal that the connection's health remembers until the next message that is taken."""
        now = self.clock()
        said = f"a message was refused: {why}"
        await self.store.write(lambda c: health.trouble(c, f"webhook/{connection}", said, now))
        return Refusal(status, why)

    def _row(self, connection: str, source: Connection, sent: Sent) -> HookRow:
        message = identity_of(source, sent)
        hook = f"webhook-{sha256(f'{connection}/{message}'.encode()).hexdigest()[:24]}"
        return HookRow(hook, connection, message, encode(kept_head(source, sent)), sent.body, self.clock())

    async def _keep_unread(self, row: HookRow, why: str) -> None:
        await self.store.write(lambda c: _unread(c, row, why))


def arrival_of(row: HookRow, message: Message) -> Arrival:
    """The message as the inbox has it."""
    return Arrival(
        id=row.id,
        source=f"webhook:{row.connection}",
        source_id=row.source_id,
        kind="webhook",
        name=f"{row.connection}/{message.event}",
        case="",
        to="",
        by=row.connection,
        data_json=encode(message.data),
        received_at=row.received_at,
    )


def _accepted(c: Database, arrival: Arrival, row: HookRow, problem: str) -> bool:
    if not inbox.accept(c, arrival):
        return False
    if not hooks.keep(c, row):  # it came before, and was not understood then
        hooks.note(c, row.id, "")
    if problem:
        hooks.note(c, row.id, problem)
    health.seen(c, f"webhook/{row.connection}", row.received_at)
    return True


def _unread(c: Database, row: HookRow, why: str) -> None:
    hooks.keep(c, row)
    hooks.note(c, row.id, why)
    health.seen(c, f"webhook/{row.connection}", row.received_at)


def _said(message: Message) -> str:
    return "; ".join(message.problems.values())
