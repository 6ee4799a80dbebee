"""A mailbox of connections.yaml as the gateway wants it: its server, and who signs in."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from engine.gateways.imap import Login, Server, Trouble
from engine.language.resources import Mailbox

SignIn = Callable[[Mailbox], Awaitable[Login]]
"""Who signs in to a mailbox now. Raises Trouble."""

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
    """Signs in with what the environment holds. `secret` answers names of environment variables."""

    secret: Callable[[str], str | None]

    async def sign_in(self, mailbox: Mailbox) -> Login:
        return Login(mailbox.username or mailbox.address, self._secret(mailbox.password or ""))

    def _secret(self, name: str) -> str:
        value = self.secret(name)
        if not value:
            raise Trouble(f"the secret {name} is not set where Baton runs", refused=True)
        return value
