"""Who was written to in a case, and in which mails: what an answer belongs to."""

from itertools import takewhile

from sqlalchemy import Connection

from engine.language.addresses import normal
from engine.store.outbox import COLUMNS, first
from engine.store.rows import OutboxRow
from engine.store.sql import Sql

_WRITTEN_TO = Sql(
    """
    SELECT DISTINCT recipient FROM outbox WHERE case_id = :case AND state IN ('sending', 'sent', 'unknown', 'bounced')
    """
)
_THREAD = Sql(
    """
    SELECT key, message_id FROM outbox WHERE case_id = :case_id AND recipient = :recipient
        AND (key = :key OR state IN ('sending', 'sent', 'unknown', 'bounced')) ORDER BY seq
    """
)
_BY_MESSAGE_ID = Sql(f"SELECT seq, {COLUMNS} FROM outbox WHERE message_id = :message_id")  # noqa: S608  our own


def thread(c: Connection, case: str, recipient: str, before: str) -> tuple[str, ...]:
    """The Message-IDs of what this reader got in this case, in order; of the message `before` and later ones none."""
    rows = _THREAD.rows(c, case_id=case, recipient=recipient, key=before)
    return tuple(message_id for key, message_id in takewhile(lambda row: row[0] != before, rows))


def by_message_id(c: Connection, message_id: str) -> OutboxRow | None:
    """The message that somebody answers or returns: its Message-ID without brackets."""
    return first(_BY_MESSAGE_ID.rows(c, message_id=message_id))


def written_to(c: Connection, case: str) -> frozenset[str]:
    """The addresses that mails of this case have gone to, in their normal form."""
    return frozenset(normal(to) for (to,) in _WRITTEN_TO.rows(c, case=case))
