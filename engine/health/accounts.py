"""Whether the mail accounts of a workspace let us in. Nothing is sent, and no folder is changed."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from engine.gateways import probes
from engine.gateways.guard import Guard
from engine.gateways.hooks import Style, usable
from engine.gateways.http import HttpxCaller
from engine.gateways.imap import Trouble, open_folder
from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from engine.health.finding import Check, Finding
from engine.language.connections import Connections, Mailbox
from engine.mailroom.accounts import Accounts, server_of
from engine.mailroom.boxes import mailboxes_of
from engine.senders import Senders
from engine.settings import Settings


@dataclass(frozen=True)
class MailAccounts:
    """`written`: what connections.yaml says."""

    settings: Settings
    written: Connections

    def checks(self) -> Iterator[tuple[str, Check]]:
        """One for each sender, that of baton.yaml first, and for each mailbox."""
        for name in ("", *self.written.senders):
            yield f"sender {name or 'mail'}", partial(self._sender, name)
        for name, box in mailboxes_of(self.settings)().items():
            yield f"mailbox {name}", partial(self._mailbox, name, box)

    async def _sender(self, name: str) -> list[Finding]:
        title = f"sender {name or 'mail'}"
        known = self.written.senders.get(name)
        if known and not known.host:
            return [Finding(title, "ok", "its mails go through the server of baton.yaml")]
        if not name and self.settings.mail.smtp is None:
            said = "no mail server is set: `baton up` catches mails in place of sending them"
            return [Finding(title, "warn", said, "set mail.smtp.host in baton.yaml")]
        do = "host, port, tls, username and password of the account" + (
            f" `{name}` in connections.yaml" if name else ""
        )
        caller = HttpxCaller(Guard(self.settings.network_allow))
        senders = Senders(self.settings, lambda: self.written, caller)
        try:
            await senders.account(name).mailer().try_out()
        except (Refused, Deferred, Unconfirmed) as problem:
            return [Finding(title, "fail", problem.message, do)]
        finally:
            await caller.aclose()
        return [Finding(title, "ok", "the mail server lets us in")]

    async def _mailbox(self, name: str, box: Mailbox) -> list[Finding]:
        title, do = f"mailbox {name}", f"see mailboxes.{name} in connections.yaml"
        if box.type == "smtp":
            host, _, port = (box.listen or "").rpartition(":")
            there = await asyncio.to_thread(probes.listens, host.strip("[]").replace("0.0.0.0", "127.0.0.1"), int(port))  # noqa: S104
            said = f"{box.listen} takes mail" if there else f"nobody takes mail at {box.listen}"
            return [Finding(title, "ok" if there else "fail", said, "" if there else "baton up, or baton worker")]
        if box.type == "webhook":
            secret = self.settings.secret(box.secret or "")
            if not secret:
                return [self._no_secret(title, box.secret or "", do)]
            if why := usable(Style(), secret):
                said = f"{box.secret} {why}; every mail is refused"
                return [Finding(title, "fail", said, "take it as the mail provider shows it")]
            return [Finding(title, "ok", f"mail is posted to /mail/{name}")]
        caller = HttpxCaller(Guard(self.settings.network_allow))
        try:
            login = await Accounts(self.settings.secret, caller).sign_in(box)
            await asyncio.to_thread(lambda: open_folder(server_of(box, self.settings.workspace), login).close())
        except Trouble as problem:
            return [Finding(title, "fail", str(problem), do)]
        finally:
            await caller.aclose()
        return [Finding(title, "ok", f"{box.folder or 'INBOX'} can be read")]

    def _no_secret(self, title: str, secret: str, do: str) -> Finding:
        if self.settings.mail.smtp is None:  # for trying out: whatever is caught is answered by SMTP
            return Finding(title, "warn", f"{secret} is not set: while mails are caught, mail comes by SMTP only", do)
        return Finding(title, "fail", f"{secret} is not set, so nothing is taken in", do)
