"""What somebody outside is sent, as they see and change it themselves on the page behind every way out."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.desk.ground import Ground
from engine.gateways.tokens import UNSUBSCRIBE, token_hash, unsubscribe_token
from engine.store import contacts, links
from engine.store.contacts import Code, Suppression
from engine.store.rows import LinkRow

OFFERED = ("marketing", "process")
OWN: tuple[Code, ...] = ("unsubscribed", "complained")
"""What stands against an address because its owner wanted it: they may take it back themselves."""

SAYS = {
    "marketing": "they unsubscribed from offers and news",
    "process": "they unsubscribed from mails about their matters",
}


@dataclass(frozen=True)
class Choice:
    """One kind of mail. `stopped`: why it is not sent, as a code; empty: it is. `ours`: we stopped it, not they."""

    class_: str
    stopped: str = ""
    since: datetime | None = None
    ours: bool = False


@dataclass(frozen=True)
class Subscriber:
    """Who holds the link, and what they are sent. `class_` is that of the mail with the link. Without an address:
    somebody who was forgotten, and is written to no more."""

    address: str
    class_: str
    choices: tuple[Choice, ...]


class Subscriptions(Ground):
    async def subscriber(self, token: str) -> Subscriber | None:
        """Who unsubscribes with this token; None for one that is not ours, or too old."""
        row = await self._link(token)
        if row is None:
            return None
        against = await self.store.read(lambda c: contacts.suppressions_of(c, row.recipient)) if row.recipient else ()
        return Subscriber(row.recipient, row.path, tuple(_choice(name, against) for name in self._shown(row, against)))

    async def unsubscribe(self, token: str, class_: str = "") -> bool:
        """Send no more mails of the class, or of the one that the link stands in. False for a wrong token.

        Whoever wants nothing about matters under way wants no offers either.
        """
        row = await self._link(token)
        wanted = class_ or (row.path if row else "")
        if row is None or wanted not in OFFERED:
            return False
        if row.recipient:
            now = self.clock()
            await self.store.write(lambda c: _stop(c, row.recipient, wanted, now))
        return True

    async def resubscribe(self, token: str, class_: str) -> bool:
        """Take it back; what we stopped ourselves stays. False for a wrong token."""
        row = await self._link(token)
        if row is None or class_ not in OFFERED:
            return False
        await self.store.write(lambda c: contacts.release(c, row.recipient, class_, OWN))
        return True

    async def _link(self, token: str) -> LinkRow | None:
        row = await self.store.read(lambda c: links.find(c, token_hash(token)))
        if row is None or row.kind != UNSUBSCRIBE or row.expires_at <= self.clock():
            return None
        forged = row.recipient and unsubscribe_token(self.settings.key(), row.recipient, row.path) != token
        return None if forged else row

    def _shown(self, row: LinkRow, against: tuple[Suppression, ...]) -> tuple[str, ...]:
        """Mails about matters under way can be switched off where the workspace offers that, or once did."""
        offered = {"marketing", self.settings.mail.unsubscribe, row.path} | {s.class_ for s in against}
        return tuple(name for name in OFFERED if name in offered)


def _stop(c: Connection, address: str, class_: str, now: datetime) -> None:
    for name in OFFERED[: OFFERED.index(class_) + 1]:
        contacts.suppress(c, address, name, SAYS[name], "", now, "unsubscribed")


def _choice(class_: str, against: tuple[Suppression, ...]) -> Choice:
    found = [s for s in against if s.class_ in (contacts.ALL, class_)]
    ours = next((s for s in found if s.code not in OWN), None)
    first = ours or next(iter(found), None)
    return Choice(class_, first.code, first.since, ours is not None) if first else Choice(class_)
