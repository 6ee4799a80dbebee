"""The systems outside: a CRM and a calendar that send signed webhooks, a product and a CRM that are called."""

import json
import secrets
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook

WORKSPACE = "nw-1041"


def new_secret() -> str:
    """A secret as Standard Webhooks has it."""
    return f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"


@dataclass(frozen=True)
class Sender:
    """A system that tells Baton what has happened there."""

    connection: str
    secret: str
    web: str  # Baton's address

    def send(self, event: str, data: Mapping[str, Any], message: str, secret: str = "") -> int:
        """Send one signed message; Baton's answer as its HTTP status. `secret` forges the signature."""
        body = json.dumps({"type": event, "data": data})
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret or self.secret).sign(message, now, body),
        }
        url = f"{self.web}/hooks/{self.connection}"
        return httpx.post(url, content=body, headers=headers, trust_env=False, timeout=15).status_code


@dataclass(frozen=True)
class Called:
    """A request as the system outside saw it."""

    method: str
    path: str
    body: Mapping[str, Any]
    token: str
    key: str


@dataclass(frozen=True)
class Systems:
    """All systems outside. Those that Baton calls are one server on a free port, that keeps every request."""

    url: str
    calls: Sequence[Called]
    token: str = field(default_factory=secrets.token_urlsafe)  # what they know Baton by
    crm: str = field(default_factory=new_secret)  # what the CRM signs with
    calendar: str = field(default_factory=new_secret)

    def environment(self) -> dict[str, str]:
        """What Baton has to know of them, under the names that the example's connections give it."""
        return {
            "CRM_WEBHOOK_SECRET": self.crm,
            "CALENDAR_WEBHOOK_SECRET": self.calendar,
            "CRM_URL": self.url,
            "CRM_TOKEN": self.token,
            "BATON_NETWORK_ALLOW": "127.0.0.1",  # they all live on this machine
            "PRODUCT_API_URL": self.url,
            "PRODUCT_API_TOKEN": self.token,
        }


@contextmanager
def systems() -> Iterator[Systems]:
    """Run them until the end of the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        _Handler.calls = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Systems(f"http://127.0.0.1:{server.server_port}", _Handler.calls)
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    calls: list[Called]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        token, key = self.headers["Authorization"] or "", self.headers["Idempotency-Key"] or ""
        self.calls.append(Called(self.command, self.path, body, token, key))
        answer = json.dumps({"id": WORKSPACE}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_PATCH = do_POST  # noqa: N815 - the server's own naming

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the server's own naming
        """The timeline tells it."""
