"""The firm's web pages on a port of their own."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import uvicorn
from standardwebhooks.webhooks import Webhook

from tests.durable.firm import Firm
from web.app import create_app


@asynccontextmanager
async def pages(house: Firm) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the firm's running web server."""
    config = uvicorn.Config(create_app(house.desk), log_config=None, access_log=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as browser:
            yield browser
        server.should_exit = True
        await serving


def signed(house: Firm, secret: str, event: str, data: dict[str, Any], message: str) -> dict[str, Any]:
    """A webhook as its sender signs it: the arguments of a post."""
    at = datetime.now(UTC)
    body = json.dumps({"type": event, "data": data})
    signature = Webhook(house.house.settings.environment[secret]).sign(message, at, body)
    stamp = str(int(at.timestamp()))
    return {
        "content": body,
        "headers": {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": signature},
    }
