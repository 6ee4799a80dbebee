"""A mail that somebody has to agree to: as it was read when they agree, and as it stays afterwards.

Whoever agrees and whoever changes it both take its row first and then look at what the other one has written, so of
two at the same moment the second one knows of the first.
"""

from sqlalchemy import Connection

from engine.store.rows import OutboxRow
from engine.store.sql import Sql

_TAKE = Sql("UPDATE outbox SET reason = reason WHERE key = :key AND state = 'held' AND mail = :mail")


def take(c: Connection, row: OutboxRow) -> bool:
    """Nobody else changes it until this is committed. False: it was changed since it was read, or has left."""
    return _TAKE.change(c, key=row.key, mail=row.mail) == 1
