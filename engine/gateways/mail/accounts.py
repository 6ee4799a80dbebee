"""Several mail accounts, each with connections of its own."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.gateways.mail.message import Mail
from engine.gateways.mail.phases import BeforeData, Mailer, NoServer
from engine.gateways.mail.smtp import SmtpMailer, Tls, Token

ASK_AGAIN = 2.0
"""Seconds for which a server that could not be reached is not asked again: one mail after the other would find out."""


@dataclass(frozen=True)
class Account:
    """A server, and who signs in to it: nobody without a `username`; with a `token` in place of the password."""

    host: str
    port: int
    tls: Tls = "starttls"
    username: str = ""
    password: str = ""
    ca: Path | None = None
    token: Token | None = None

    def mailer(self) -> SmtpMailer:
        return SmtpMailer(
            self.host,
            self.port,
            username=self.username,
            password=self.password,
            token=self.token,
            tls=self.tls,
            ca=self.ca,
        )


AccountOf = Callable[[str], Account]
"""The account of that name as it is now. Raises NoServer where there is none, or its password is missing."""

Heard = Callable[[str, str], None]
"""Told how it went with an account: its name, and what is wrong (empty: nothing)."""


def deaf(name: str, error: str) -> None:
    """Nobody wants to know."""


class SmtpAccounts:
    """Sends each mail by the account that it names. An account that has changed gets new connections, and the old
    ones are closed when their mails are through."""

    def __init__(self, account_of: AccountOf, heard: Heard = deaf) -> None:
        self._account_of = account_of
        self._heard = heard
        self._mailers: dict[str, tuple[Account, SmtpMailer]] = {}
        self._down: dict[str, tuple[float, NoServer]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, mail: Mail, before_data: BeforeData) -> str:
        name, loop = mail.account, asyncio.get_running_loop()
        until, trouble = self._down.get(name, (0.0, None))
        if trouble and loop.time() < until:
            raise NoServer(trouble.code, trouble.message)
        try:
            said = await self._mailer(name).send(mail, before_data)
        except NoServer as problem:
            self._down[name] = (loop.time() + ASK_AGAIN, problem)
            self._heard(name, problem.message)
            raise
        self._down.pop(name, None)
        self._heard(name, "")
        return said

    async def aclose(self) -> None:
        for _, mailer in self._mailers.values():
            await mailer.aclose()
        if self._closing:
            await asyncio.wait(self._closing)

    def _mailer(self, name: str) -> Mailer:
        account = self._account_of(name)
        known = self._mailers.get(name)
        if known and known[0] == account:
            return known[1]
        if known:
            self._close(known[1])
        mailer = account.mailer()
        self._mailers[name] = (account, mailer)
        return mailer

    def _close(self, mailer: SmtpMailer) -> None:
        """Its idle connections now; those in use close themselves when they have been idle for a while."""
        task = asyncio.create_task(mailer.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
