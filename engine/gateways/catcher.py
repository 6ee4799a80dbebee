"""The built-in mail catcher: a real SMTP server that delivers to a folder instead of the world."""

import asyncio
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from engine.gateways.caught import CaughtMail, OpenedMail, keep, listing, show

__all__ = ["Catcher", "CaughtMail", "OpenedMail", "listing", "show"]

LARGEST_MAIL = 25 * 1024 * 1024


class Catcher:
    """Listens on `host`:`port` (0 takes a free one, see `port` after `start`) and keeps mails in `folder`."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder, self.host, self.port = folder, host, port
        self._server: asyncio.Server | None = None
        self._numbering = asyncio.Lock()

    async def start(self) -> None:
        """Raises OSError where the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd
        """250 only when the mail is on the disk; an error of ours becomes a 4xx, so that the sender keeps it."""
        content = bytes(envelope.original_content or b"")
        try:
            async with self._numbering:
                number = await asyncio.to_thread(
                    keep, self.folder, envelope.mail_from or "", list(envelope.rcpt_tos), content
                )
        except OSError as problem:
            return f"451 not kept: {problem.strerror}"
        return f"250 kept as {number}"

    def _session(self) -> SMTP:
        return SMTP(self, hostname="catcher", ident="mail catcher", enable_SMTPUTF8=True, data_size_limit=LARGEST_MAIL)
