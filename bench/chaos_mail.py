"""The mail server of the chaos run: lives outside of the worker, takes its time, and counts what it received."""

import asyncio
import random
from collections import Counter
from email.parser import BytesHeaderParser
from email.policy import default as modern

from aiosmtpd.smtp import SMTP, Envelope, Session

SLOWEST = 0.03  # seconds before and after a mail is taken: a worker may die on either side of it


class MailServer:
    """`received` counts mails by their Message-ID, without the angle brackets."""

    def __init__(self, chance: random.Random) -> None:
        self.received: Counter[str] = Counter()
        self.port = 0
        self._chance = chance
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(self._session, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd
        headers = BytesHeaderParser(policy=modern).parsebytes(bytes(envelope.original_content or b""))
        await self._pause()
        self.received[str(headers["Message-ID"]).strip("<>")] += 1
        await self._pause()
        return "250 received"

    async def _pause(self) -> None:
        await asyncio.sleep(self._chance.uniform(0, SLOWEST))

    def _session(self) -> SMTP:
        return SMTP(self, hostname="chaos", enable_SMTPUTF8=True)
