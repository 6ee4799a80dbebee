"""The real SMTP gateway, driven phase by phase so that every failure has one meaning."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPResponse,
    SMTPResponseException,
    SMTPTimeoutError,
)

from engine.gateways.mail import trust
from engine.gateways.mail.message import Mail
from engine.gateways.mail.phases import BeforeData, NoServer, Phase, answered, lost
from engine.gateways.outcome import Deferred, Refused

T = TypeVar("T")
Tls = Literal["none", "starttls", "tls"]
_STALE = ("server_lost", "server_421")  # what a server does to a connection that was idle for too long
_IDLE = 30.0  # seconds after which an unused connection is closed: servers do it after a minute or more
_UNDER_WAY = 1.25  # times the timeout: longer than that, no mail stays past its point of no return
_ENOUGH = 100  # mails over one connection: many servers end it after that


class Token(Protocol):
    """Where access tokens (OAuth 2) come from, in place of a password."""

    async def __call__(self) -> str:
        """One that is good for a while. Raises NoServer."""
        ...

    def refused(self, token: str) -> None:
        """The server did not take this one."""
        ...


@dataclass
class _Link:
    """One open connection. `used`: mails sent over it; `since`: when the last one was."""

    smtp: SMTP
    used: int = 0
    since: float = 0.0


class SmtpMailer:
    """Sends through one server over at most `connections` connections, kept open between mails.

    `timeout` is for one answer of the server, in seconds. `tls`: `starttls`
    upgrades a plain connection and insists on it, `tls` is encrypted from the
    first byte; certificates are checked, `ca` is a file of further ones to trust.
    Use it from one event loop; `aclose` when done.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        username: str = "",
        password: str = "",
        token: Token | None = None,
        tls: Tls = "none",
        ca: Path | None = None,
        timeout: float = 20.0,
        connections: int = 8,
    ) -> None:
        self._host, self._port, self._tls, self._timeout = host, port, tls, timeout
        self._username, self._password, self._token = username, password, token
        self._ca = ca
        self._trust: ssl.SSLContext | None = None
        self._idle: list[_Link] = []
        self._slots = asyncio.Semaphore(connections)

    async def send(self, mail: Mail, before_data: BeforeData) -> str:
        message = mail.to_bytes()
        async with self._slots:
            link = await self._accepted(mail)
            try:
                await before_data()
                answer = await self._in(Phase.BODY, self._handed_over(link.smtp, message))
            except BaseException:
                link.smtp.close()  # half-way through a conversation; nothing else may use it
                raise
            await self._rest(link)
        return f"{answer.code} {' '.join(answer.message.split())}"

    async def _handed_over(self, smtp: SMTP, message: bytes) -> SMTPResponse:
        """DATA has two answers, and each may take the whole timeout; both together may not, because the sender is
        believed dead before that."""
        async with asyncio.timeout(self._timeout * _UNDER_WAY):
            return await smtp.data(message)

    async def try_out(self) -> None:
        """Connect, sign in, and leave again, without a mail. Raises what `send` raises before there is one."""
        await _leave(await self._connect())

    async def aclose(self) -> None:
        """Take leave of the server."""
        while self._idle:
            await _leave(self._idle.pop())

    async def _rest(self, link: _Link) -> None:
        """Keep the connection for the next mail, for a while."""
        loop = asyncio.get_running_loop()
        link.used, link.since = link.used + 1, loop.time()
        if link.used >= _ENOUGH:
            await _leave(link)
            return
        self._idle.append(link)
        loop.call_later(_IDLE + 0.1, self._close_idle)

    def _close_idle(self) -> None:
        latest = asyncio.get_running_loop().time() - _IDLE
        for link in [one for one in self._idle if one.since < latest]:
            self._idle.remove(link)
            link.smtp.close()

    async def _accepted(self, mail: Mail) -> _Link:
        """A connection on which the server has accepted sender and recipients."""
        while self._idle:
            link = self._idle.pop()
            try:
                return await self._envelope(link, mail)
            except Deferred as problem:
                if problem.code not in _STALE:
                    raise
        return await self._envelope(await self._connect(), mail)

    async def _envelope(self, link: _Link, mail: Mail) -> _Link:
        smtp = link.smtp
        encoding, options = _utf8(smtp, mail)
        try:
            await self._in(Phase.SENDER, smtp.mail(mail.returns_to, encoding=encoding, options=options))
            for recipient in mail.recipients:
                await self._in(Phase.RECIPIENT, smtp.rcpt(recipient, encoding=encoding))
        except BaseException:
            smtp.close()
            raise
        return link

    async def _connect(self) -> _Link:
        if self._trust is None and self._tls != "none":
            self._trust = trust.context(self._ca)
        smtp = SMTP(
            hostname=self._host,
            port=self._port,
            timeout=self._timeout,
            use_tls=self._tls == "tls",
            start_tls=False,  # done below, where its failure has a name
            tls_context=self._trust,
            local_hostname=socket.gethostname(),  # the default asks the DNS, for seconds where there is none
        )
        await self._in(Phase.CONNECT, smtp.connect())
        try:
            await self._hello(smtp)
        except BaseException:
            smtp.close()
            raise
        return _Link(smtp)

    async def _hello(self, smtp: SMTP) -> None:
        await self._in(Phase.HELLO, smtp.ehlo())
        if self._tls == "starttls":
            if not smtp.supports_extension("starttls"):
                raise trust.unencrypted(self._host)
            await self._in(Phase.HELLO, smtp.starttls())
            await self._in(Phase.HELLO, smtp.ehlo())
        if self._token:
            await self._by_token(smtp, self._token)
        elif self._username:
            await self._in(Phase.HELLO, smtp.login(self._username, self._password))

    async def _by_token(self, smtp: SMTP, tokens: Token) -> None:
        token = await tokens()
        try:
            await self._in(Phase.HELLO, smtp.auth_xoauth2(self._username, token))
        except NoServer:
            tokens.refused(token)
            raise

    async def _in(self, phase: Phase, step: Awaitable[T]) -> T:
        try:
            return await step
        except SMTPResponseException as reply:
            raise answered(phase, reply.code, reply.message) from reply
        except (SMTPTimeoutError, TimeoutError) as silence:
            words = f"The mail server {self._host} said nothing for {self._timeout:g} seconds while {phase.value}."
            raise lost(phase, words, "server_timeout") from silence
        except (SMTPException, OSError) as broken:
            if not phase.about_the_mail and (problem := trust.distrust(self._host, broken)):
                raise problem from broken
            words = f"The connection to the mail server {self._host} broke while {phase.value}: {broken}"
            raise lost(phase, words) from broken


async def _leave(link: _Link) -> None:
    with contextlib.suppress(SMTPException, OSError):
        await link.smtp.quit(timeout=1)
    link.smtp.close()


def _utf8(smtp: SMTP, mail: Mail) -> tuple[str, tuple[str, ...]]:
    if not mail.needs_utf8:
        return "ascii", ()
    if not smtp.supports_extension("smtputf8"):
        smtp.close()
        raise Refused("address", f"The mail server cannot carry the letters before the @ in {mail.to!r}.")
    return "utf-8", ("SMTPUTF8",)
