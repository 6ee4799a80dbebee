"""A mailroom for tests: an ingester over a store, and the mails that it reads."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.gateways.http import MemoryCaller
from engine.gateways.imap import MemoryServer, Opens, open_folder
from engine.language.connections import Mailbox
from engine.mailroom.accounts import Accounts
from engine.mailroom.ingest import Ingest, Pace
from engine.store import health, mails
from engine.store.mails import MailRow
from engine.store.store import Store
from tests.mail.dovecot import PASSWORD, USER, Dovecot

QUICK = Pace(look=0.2, held=3, first=0.05, longest=0.2, refused=0.2)
BOX = Mailbox(type="imap", address=USER, host="imap.example", password="REPLIES_PASSWORD", existing="take")


def mail(number: int | str, text: str = "Hello", message_id: str = "") -> bytes:
    head = f"From: ann@acme.test\r\nTo: {USER}\r\nSubject: mail {number}\r\n"
    return f"{head}{f'Message-ID: <{message_id}>' + chr(13) + chr(10) if message_id else ''}\r\n{text}\r\n".encode()


def box_of(server: Dovecot, **more: Any) -> Mailbox:
    """The mailbox of a running Dovecot, without encryption."""
    said = {"host": "127.0.0.1", "port": server.port, "tls": "none", **more}
    return BOX.model_copy(update=said)


def ingest(
    store: Store, server: MemoryServer | None = None, box: Mailbox = BOX, password: str | None = None, **more: Any
) -> Ingest:
    opens: Opens = server.open if server else open_folder
    secret = password or (server.password if server else PASSWORD)
    accounts = Accounts({"REPLIES_PASSWORD": secret}.get, MemoryCaller())
    made = Ingest(store, Path(), lambda: {"replies": box}, accounts, opens=opens, pace=QUICK)
    return replace(made, **more)


@asynccontextmanager
async def running(*ingesters: Ingest) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(one.run(stop)) for one in ingesters]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def until(true: Callable[[], Any], within: float = 15.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(within):
        while True:
            if true():
                return
            await asyncio.sleep(0.02)


def kept(store: Store) -> tuple[MailRow, ...]:
    return store.read_now(lambda c: mails.new(c, 100_000))


def state(store: Store) -> health.Health:
    return store.read_now(lambda c: health.get(c, "mailbox/replies"))
