"""A mailbox of connections.yaml as the gateway wants it: its server, and who signs in."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from engine.gateways.access import Tokens, grant_of
from engine.gateways.http import HttpCaller
from engine.gateways.imap import Login, Server, Trouble
from engine.gateways.outcome import Deferred, Refused
from engine.language.connections import Mailbox

MEGABYTE = 1024 * 1024


def server_of(mailbox: Mailbox, workspace: Path) -> Server:
    tls = mailbox.tls or "tls"
    port = mailbox.port or (993 if tls == "tls" else 143)
    ca = workspace / mailbox.ca if mailbox.ca else None
    return Server(mailbox.host or "", port, tls, mailbox.folder or "INBOX", ca)


def account_of(mailbox: Mailbox) -> str:
    """What must stay the same for the numbers of mails to mean the same."""
    words = (mailbox.host or "", mailbox.username or mailbox.address, mailbox.folder or "INBOX")
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Accounts:
    """Signs in with what the environment holds. `secret` answers names of environment variables; `caller` fetches
    access tokens, which are kept until they end."""

    secret: Callable[[str], str | None]
    caller: HttpCaller
    tokens: Tokens = field(default_factory=Tokens)

    async def sign_in(self, mailbox: Mailbox) -> Login:
        """Raises Trouble."""
        user = mailbox.username or mailbox.address
        if mailbox.auth != "oauth2":
            return Login(user, self._secret(mailbox.password or ""))
        try:
            return Login(user, await self.tokens.get(self.caller, grant_of(mailbox, self._secret)), oauth=True)
        except Refused as problem:
            raise Trouble(f"no access token: {problem}", refused=True) from problem
        except Deferred as problem:
            raise Trouble(f"no access token: {problem}") from problem

    def refused(self, mailbox: Mailbox, login: Login) -> None:
        """The server did not take this login: another access token is fetched for the next one."""
        if login.oauth:
            self.tokens.forget(grant_of(mailbox, self._secret), login.secret)

    def _secret(self, name: str) -> str:
        value = self.secret(name)
        if not value:
            raise Trouble(f"the secret {name} is not set where Baton runs", refused=True)
        return value
