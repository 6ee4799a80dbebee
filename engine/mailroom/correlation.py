"""Which case a mail belongs to: by the address that it was written to, or by the mail that it answers."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.gateways.tokens import reply_token, reply_token_of, token_hash
from engine.store import links, threads

MOST_LOOKED_UP = 50
"""Message-IDs of one mail that are looked for; a thread of years names hundreds."""


@dataclass(frozen=True)
class Thread:
    """What a mail answers: a mail of ours. `page` is the path of its step with the round, `reader` whom it went to."""

    case: str
    page: str
    reader: str
    message_id: str = ""
    expired: bool = False


@dataclass(frozen=True)
class Correlation:
    """Finds threads. `key` derives the tokens, `mailboxes` are the addresses whose plus-addresses hold them."""

    key: bytes
    mailboxes: tuple[str, ...]

    def by_address(self, c: Connection, addresses: Iterable[str], at: datetime) -> Thread | None:
        """The thread whose token one of these addresses holds."""
        for address in addresses:
            for mailbox in self.mailboxes:
                token = reply_token_of(address, mailbox)
                if token and (found := self._of_token(c, token, at)):
                    return found
        return None

    def by_answered(self, c: Connection, message_ids: Iterable[str]) -> Thread | None:
        """The thread of the nearest of these mails that is ours."""
        for message_id in tuple(message_ids)[:MOST_LOOKED_UP]:
            if row := threads.by_message_id(c, message_id):
                return Thread(row.case, row.path, row.recipient, message_id)
        return None

    def _of_token(self, c: Connection, token: str, at: datetime) -> Thread | None:
        row = links.find(c, token_hash(token))
        if row is None or row.kind != "reply":
            return None
        ours = reply_token(self.key, row.case, row.path, row.recipient)
        if not hmac.compare_digest(ours, token):
            return None
        return Thread(row.case, row.path, row.recipient, expired=row.expires_at <= at)
