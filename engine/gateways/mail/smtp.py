"""The real SMTP gateway, driven phase by phase so that every failure has one meaning."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable
from typing import Literal, TypeVar

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPResponseException,
    SMTPTimeoutError,
)

from engine.gateways.mail.message import Mail
from engine.gateways.mail.phases import BeforeData, Phase, answered, lost
from engine.gateways.outcome import Deferred, Refused

T = TypeVar("T")
Tls = Literal["none", "starttls", "tls"]
_STALE = ("smtp_lost", "smtp_421")  # what a server does to a connection that was idle for too long


class SmtpMailer:
    """Sends through one server over at most `connections` connections, kept open between mails.

    `timeout` is for one answer of the server, in seconds. `tls`: `starttls`
    upgrades a plain connection and insists on it, `tls` is encrypted from the
    first byte. Use it from one event loop; `aclose` when done.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        username: str = "",
        password: str = "",
        tls: Tls = "none",
        timeout: float = 20.0,
        connections: int = 8,
    ) -> None:
        self._host, self._port, self._tls, self._timeout = host, port, tls, timeout
        self._username, self._password = username, password
        self._idle: list[SMTP] = []
        self._slots = asyncio.Semaphore(connections)

    async def send(self, mail: Mail, before_data: BeforeData) -> str:
        message = mail.to_bytes()
        async with self._slots:
            link = await self._accepted(mail)
            try:
                await before_data()
                answer = await self._in(Phase.BODY, link.data(message))
            except BaseException:
                link.close()  # half-way through a conversation; nothing else may use it
                raise
            self._idle.append(link)
        return f"{answer.code} {' '.join(answer.message.split())}"

    async def aclose(self) -> None:
        """Take leave of the server."""
        while self._idle:
            link = self._idle.pop()
            with contextlib.suppress(SMTPException, OSError):
                await link.quit(timeout=1)
            link.close()

    async def _accepted(self, mail: Mail) -> SMTP:
        """A connection on which the server has accepted sender and recipients."""
        while self._idle:
            link = self._idle.pop()
            try:
                return await self._envelope(link, mail)
            except Deferred as problem:
                if problem.code not in _STALE:
                    raise
        return await self._envelope(await self._connect(), mail)

    async def _envelope(self, link: SMTP, mail: Mail) -> SMTP:
        encoding, options = _utf8(link, mail)
        try:
            await self._in(Phase.SENDER, link.mail(mail.sender, encoding=encoding, options=options))
            for recipient in mail.recipients:
                await self._in(Phase.RECIPIENT, link.rcpt(recipient, encoding=encoding))
        except BaseException:
            link.close()
            raise
        return link

    async def _connect(self) -> SMTP:
        link = SMTP(
            hostname=self._host,
            port=self._port,
            timeout=self._timeout,
            use_tls=self._tls == "tls",
            start_tls=False,  # done below, where its failure has a name
            local_hostname=socket.gethostname(),  # the default asks the DNS, for seconds where there is none
        )
        await self._in(Phase.CONNECT, link.connect())
        try:
            await self._hello(link)
        except BaseException:
            link.close()
            raise
        return link

    async def _hello(self, link: SMTP) -> None:
        await self._in(Phase.HELLO, link.ehlo())
        if self._tls == "starttls":
            await self._in(Phase.HELLO, link.starttls())
            await self._in(Phase.HELLO, link.ehlo())
        if self._username:
            await self._in(Phase.HELLO, link.login(self._username, self._password))

    async def _in(self, phase: Phase, step: Awaitable[T]) -> T:
        try:
            return await step
        except SMTPResponseException as reply:
            raise answered(phase, reply.code, reply.message) from reply
        except (SMTPTimeoutError, TimeoutError) as silence:
            words = f"The mail server {self._host} said nothing for {self._timeout:g} seconds while {phase.value}."
            raise lost(phase, words, "smtp_timeout") from silence
        except (SMTPException, OSError) as broken:
            words = f"The connection to the mail server {self._host} broke while {phase.value}: {broken}"
            raise lost(phase, words) from broken


def _utf8(link: SMTP, mail: Mail) -> tuple[str, tuple[str, ...]]:
    if not mail.needs_utf8:
        return "ascii", ()
    if not link.supports_extension("smtputf8"):
        link.close()
        raise Refused("address", f"The mail server cannot carry the letters before the @ in {mail.to!r}.")
    return "utf-8", ("SMTPUTF8",)
