"""The built-in mail catcher: a real SMTP server that delivers to a folder instead of the world."""

import asyncio
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from engine.gateways.caught import CaughtMail, Delivery, OpenedMail, keep, listing, next_number, show

__all__ = ["Catcher", "CaughtMail", "OpenedMail", "listing", "show"]

LARGEST_MAIL = 25 * 1024 * 1024


class Catcher:
    """Listens on `host`:`port` (0 takes a free one, see `port` after `start`) and keeps mails in `folder`."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder, self.host, self.port = folder, host, port
        self._server: asyncio.Server | None = None
        self._waiting: list[tuple[Delivery, asyncio.Future[str]]] = []
        self._writing: set[asyncio.Task[None]] = set()
        self._disk = asyncio.Lock()
        self._number = 1

    async def start(self) -> None:
        """Raises OSError where the port is taken."""
        self._number = next_number(self.folder)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        await asyncio.gather(*self._writing)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd
        """250 only when the mail is on the disk; an error of ours becomes a 4xx, so that the sender keeps it."""
        content = bytes(envelope.original_content or b"")
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((Delivery(envelope.mail_from or "", tuple(envelope.rcpt_tos), content), kept))
        # A task of its own: a client that hangs up now must not take the mails of others with it.
        writing = asyncio.create_task(self._keep_waiting())
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)
        try:
            return f"250 kept as {await asyncio.shield(kept)}"
        except OSError as problem:
            return f"451 not kept: {problem.strerror}"

    async def _keep_waiting(self) -> None:
        """Write everything that has come while the disk was busy, as one batch."""
        async with self._disk:
            batch, self._waiting = self._waiting, []
            if not batch:
                return
            try:
                numbers = await asyncio.to_thread(keep, self.folder, [delivery for delivery, _ in batch], self._number)
            except OSError as problem:
                for _, kept in batch:
                    kept.set_exception(problem)
                return
            self._number = int(numbers[-1]) + 1
            for (_, kept), number in zip(batch, numbers, strict=True):
                kept.set_result(number)

    def _session(self) -> SMTP:
        return SMTP(self, hostname="catcher", ident="mail catcher", enable_SMTPUTF8=True, data_size_limit=LARGEST_MAIL)
