"""Webhooks: signed, stored, routed; in this order."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from engine.desk.answers import Receipt, Refusal
from engine.desk.ground import Ground
from engine.language.inputs import typed_event
from engine.language.resources import Connection
from engine.language.values import encode
from engine.store import inbox
from engine.store.rows import Arrival


class Arrivals(Ground):
    async def receive_webhook(self, connection: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Take in one signed message of a connection (Standard Webhooks).

        Raises Refusal with the HTTP status: 404 for a connection that takes no
        events, 401 for a bad signature or time, 400 for what is no event, 503
        while the secret is not set. The same `webhook-id` counts once.
        """
        lowered = {name.lower(): value for name, value in headers.items()}
        source = await self._source(connection)
        self._verify(connection, source, lowered, body)
        arrival = self._arrival(connection, source, lowered["webhook-id"], _json(body))
        if not await self.store.write(lambda c: inbox.accept(c, arrival)):
            return Receipt(arrival.id, duplicate=True)
        # From here on the message is ours: whatever happens now, the dispatcher routes it later.
        await self.router.route(arrival)
        self.nudge()
        return Receipt(arrival.id, duplicate=False)

    async def _source(self, connection: str) -> Connection:
        for edition in await self.shelf.everything():
            found = edition.plan.resources.connections.get(connection)
            if found and found.webhook_secret:
                return found
        raise Refusal(404, f"no published process takes events of a connection called `{connection}`")

    def _verify(self, connection: str, source: Connection, headers: dict[str, str], body: bytes) -> None:
        secret = self.settings.secret(source.webhook_secret or "")
        if not secret:
            raise Refusal(503, f"the secret of `{connection}` is not set: put it in {source.webhook_secret}")
        try:
            webhook = Webhook(secret)
        except (EmptyWebhookSecretError, ValueError) as problem:
            raise Refusal(503, f"{source.webhook_secret} must hold a secret such as `whsec_...`") from problem
        try:
            webhook.verify(body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError) as problem:  # ValueError: headers that are no base64, no text
            raise Refusal(401, "the signature is wrong or out of time") from problem

    def _arrival(self, connection: str, source: Connection, message: str, sent: Any) -> Arrival:
        """The event's name is the body's `type`, its data the body's `data`, or else the body itself."""
        if not isinstance(sent, Mapping) or not isinstance(sent.get("type"), str):
            raise Refusal(400, "an event is a JSON object with a `type`")
        name, data = sent["type"], sent.get("data", sent)
        try:
            event = typed_event(data, source.events.get(name))
        except ValueError as problem:
            raise Refusal(400, str(problem)) from problem
        return Arrival(
            id=f"webhook-{sha256(f'{connection}/{message}'.encode()).hexdigest()[:24]}",
            source=f"webhook:{connection}",
            source_id=message,
            kind="webhook",
            name=f"{connection}/{name}",
            case="",
            to="",
            by=connection,
            data_json=encode(event),
            received_at=self.clock(),
        )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise Refusal(400, "the body is not JSON") from problem
