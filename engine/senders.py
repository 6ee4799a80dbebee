"""The mail accounts of a workspace as they are now: that of baton.yaml, and those of connections.yaml."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from engine.gateways.access import Grant, Tokens, grant_of
from engine.gateways.http import HttpCaller
from engine.gateways.mail.accounts import Account
from engine.gateways.mail.phases import NoServer
from engine.gateways.outcome import Deferred, Refused
from engine.language.connections import Connections, Sender
from engine.language.rate import Rate
from engine.settings import Settings
from engine.store import health
from engine.store.rates import Limits
from engine.store.store import Store

log = logging.getLogger("baton.senders")

SAID_AGAIN = 30.0  # seconds after which an account that is well says so again


@dataclass(frozen=True)
class Access:
    """Fetches the access token of an account; two for the same account are equal."""

    caller: HttpCaller | None
    tokens: Tokens
    grant: Grant

    async def __call__(self) -> str:
        if self.caller is None:
            raise NoServer("server_token", "access tokens cannot be fetched here")
        try:
            return await self.tokens.get(self.caller, self.grant)
        except (Refused, Deferred) as problem:
            raise NoServer("server_token", f"no access token: {problem}") from problem

    def refused(self, token: str) -> None:
        """The server does not take it: another one is fetched for the next mail."""
        self.tokens.forget(self.grant, token)


@dataclass(frozen=True)
class Senders:
    """`connections` answers with those of connections.yaml, or None while it cannot be read; `caller` fetches access
    tokens."""

    settings: Settings
    connections: Callable[[], Connections | None]
    caller: HttpCaller | None = None
    tokens: Tokens = field(default_factory=Tokens)

    def account(self, name: str) -> Account:
        """Where mails of this sender go. Raises NoServer where that is not known."""
        sender = self._sender(name) if name else None
        if sender is None or not sender.host or self.settings.mail.for_all:
            return self._own()
        tls = sender.tls or "starttls"
        port = sender.port or (465 if tls == "tls" else 587)
        ca = self.settings.workspace / sender.ca if sender.ca else None
        user = sender.username or sender.address
        if sender.auth == "oauth2":
            access = Access(self.caller, self.tokens, grant_of(sender, self._secret))
            return Account(sender.host, port, tls, user, ca=ca, token=access)
        if not sender.password:
            return Account(sender.host, port, tls, ca=ca)
        return Account(sender.host, port, tls, user, self._secret(sender.password), ca)

    def limits(self, name: str) -> Limits:
        """How fast this sender may send; what connections.yaml does not say is as baton.yaml says."""
        known = self.connections()
        sender = known.senders.get(name) if known else None
        mail = self.settings.mail
        if sender is None:
            return Limits(mail.rate, mail.rate_per_domain)
        one, domain = (Rate.parse(text) if text else None for text in (sender.rate, sender.rate_per_domain))
        return Limits(one or mail.rate, domain or mail.rate_per_domain)

    def _own(self) -> Account:
        smtp = self.settings.mail.smtp
        if smtp is None:
            raise NoServer("server_unknown", "baton.yaml names no mail server: set mail.smtp.host")
        return Account(smtp.host, smtp.port, smtp.tls, smtp.username, smtp.password, smtp.ca)

    def _sender(self, name: str) -> Sender:
        known = self.connections()
        if known is None or name not in known.senders:
            raise NoServer("server_unknown", f"connections.yaml has no sender `{name}` any more")
        return known.senders[name]

    def _secret(self, name: str) -> str:
        value = self.settings.secret(name)
        if not value:
            raise NoServer("server_secret", f"the secret {name} is not set where Baton runs")
        return value


@dataclass
class Wellbeing:
    """Writes down how the accounts are: what is new at once, that all is well only now and then."""

    store: Store
    _said: dict[str, tuple[str, float]] = field(default_factory=dict)
    _writing: set[asyncio.Task[None]] = field(default_factory=set)

    def heard(self, name: str, error: str) -> None:
        now = asyncio.get_running_loop().time()
        before, at = self._said.get(name, ("never", 0.0))
        if error == before and now - at < SAID_AGAIN:
            return
        self._said[name] = (error, now)
        task = asyncio.create_task(self._write(source_of(name), error))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def finish(self) -> None:
        if self._writing:
            await asyncio.wait(self._writing)

    async def _write(self, source: str, error: str) -> None:
        at = datetime.now(UTC)

        def work(c: Connection) -> None:
            health.trouble(c, source, error, at) if error else health.seen(c, source, at)

        try:
            await self.store.write(work)
        except SQLAlchemyError as problem:
            log.warning("cannot write down how %s is: %s", source, problem)


def source_of(name: str) -> str:
    """A sender as `engine.store.health` knows it; the one of baton.yaml has no name, and is `sender/mail`."""
    return f"sender/{name or 'mail'}"
