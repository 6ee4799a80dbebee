"""In which order what waits in the outbox leaves, and who sends it: of all workers, one for each sender."""

from datetime import datetime

from sqlalchemy import Connection

from engine.language.restraint import CLASSES
from engine.store.moment import CLOCKS, moment
from engine.store.outbox import COLUMNS, Letter, first, row_of
from engine.store.rows import OutboxRow
from engine.store.sql import Sql
from engine.store.tables.outbox import IN_LANE, OPEN, TIMED

# The conditions of the partial indexes are those of the tables, word for word, or SQLite does not use them.

# Class by class: however much of a class waits for its time or is on hold, the others do not have to be found behind
# it. `min` is asked for where EXISTS would do: for EXISTS, PostgreSQL reads all that waits.
_KINDS = "kinds(name) AS (VALUES ('" + "'), ('".join((*CLASSES, "staff")) + "'))"
_ON_HOLD = "SELECT 1 FROM holds WHERE scope IN ('all', 'class ' || kinds.name, 'sender ' || :sender)"

# What has waited leaves before what comes now: whatever waits for the same person (unless it waits for somebody to
# decide), and what only waits for its turn at the same sender.
_IN_THE_WAY = Sql(
    f"""
    WITH {_KINDS}
    SELECT 'lane' WHERE EXISTS (
        SELECT 1 FROM kinds WHERE NOT EXISTS ({_ON_HOLD}) AND (
            SELECT min(not_before) FROM outbox WHERE {IN_LANE} AND sender = :sender AND class = kinds.name
            AND key <> :key) IS NOT NULL)
    UNION ALL
    SELECT 'behind' WHERE EXISTS (
        SELECT 1 FROM outbox WHERE {OPEN} AND recipient = :recipient AND class = :class_ AND key <> :key
        AND mail IS NOT NULL AND not_before IS NOT NULL)
    """  # noqa: S608  our own words
)
# From sender to sender by the index: with GROUP BY, all that waits would be read several times a second.
_DUE = Sql(
    f"""
    WITH RECURSIVE {_KINDS}, senders(name) AS (
        SELECT min(sender) FROM outbox WHERE {TIMED}
        UNION ALL
        SELECT (SELECT min(sender) FROM outbox WHERE {TIMED} AND sender > senders.name)
        FROM senders WHERE senders.name IS NOT NULL
    )
    SELECT senders.name, min((SELECT min(not_before) FROM outbox
        WHERE {TIMED} AND sender = senders.name AND class = kinds.name))
    FROM senders, kinds WHERE senders.name IS NOT NULL GROUP BY senders.name
    """  # noqa: S608  our own words
)
# In their order; one that waits for its time keeps back the later ones to the same person. Whether any has its time
# is asked by the index first: of all that waits for later, none is read.
_NEXT = Sql(
    f"""
    WITH {_KINDS}, firsts(seq) AS (
        SELECT (SELECT seq FROM outbox o WHERE {TIMED} AND sender = :sender AND class = kinds.name
            AND not_before <= :at AND mail IS NOT NULL
            AND (SELECT 1 FROM outbox e WHERE e.{OPEN} AND e.recipient = o.recipient AND e.class = o.class AND
                e.seq < o.seq AND (e.not_before > :at OR e.state = 'sending') AND e.mail IS NOT NULL LIMIT 1) IS NULL
            AND coalesce((SELECT health FROM cases p WHERE p.id = o.case_id), '') <> 'paused'
            ORDER BY seq LIMIT 1)
        FROM kinds WHERE NOT EXISTS ({_ON_HOLD}) AND (
            SELECT min(not_before) FROM outbox WHERE {TIMED} AND sender = :sender AND class = kinds.name) <= :at)
    SELECT seq, {COLUMNS} FROM outbox WHERE seq = (SELECT min(seq) FROM firsts)
    """  # noqa: S608  our own words
)
_LANE = Sql(
    """
    INSERT INTO lanes (sender, holder, until) VALUES (:sender, :holder, :until)
    ON CONFLICT (sender) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE lanes.until < :at OR lanes.holder = :holder OR lanes.until > :absurd
    """
)
_LEAVE_LANE = Sql("DELETE FROM lanes WHERE sender = :sender AND holder = :holder")
_PUT_OFF = Sql(
    """
    UPDATE outbox SET state = 'queued', code = :code, reason = :reason, not_before = :until, attempts = :attempts
    WHERE key = :key AND state IN ('held', 'queued', 'sending')
    """
)
_LEAVES = Sql("UPDATE outbox SET state = 'sending', code = '', reason = '' WHERE key = :key "
              "AND state IN ('held', 'queued') AND mail = :mail")  # fmt: skip
_DIED = Sql(
    f"""
    SELECT seq, {COLUMNS} FROM outbox o WHERE state = 'sending' AND mail IS NOT NULL
    AND EXISTS (SELECT 1 FROM effects e WHERE e.key = o.key AND e.claimed_at < :before)
    """  # noqa: S608  our own words
)


def in_the_way(c: Connection, letter: Letter) -> str:
    """What leaves before this message: `lane`, `behind` (an earlier one to the same person), or empty: nothing."""
    rows = _IN_THE_WAY.rows(c, sender=letter.sender, key=letter.key, recipient=letter.recipient, class_=letter.class_)
    return str(rows[0][0]) if rows else ""


def due(c: Connection) -> dict[str, datetime]:
    """When the next message of each sender has its time, whatever else may be in its way."""
    return {str(sender): moment(at) for sender, at in _DUE.rows(c)}


def lane(c: Connection, sender: str, holder: str, at: datetime, until: datetime) -> bool:
    """Only one at a time sends what waits for a sender, so that it stays in its order. False: somebody else does."""
    return _LANE.change(c, sender=sender, holder=holder, at=at, until=until, absurd=until + CLOCKS) == 1


def leave_lane(c: Connection, sender: str, holder: str) -> None:
    """Whoever comes next need not wait."""
    _LEAVE_LANE.change(c, sender=sender, holder=holder)


def next_of(c: Connection, sender: str, at: datetime) -> OutboxRow | None:
    """The message whose turn it is: due, on no hold, of no case that rests."""
    return first(_NEXT.rows(c, sender=sender, at=at))


def put_off(c: Connection, row: OutboxRow, code: str, reason: str, until: datetime, attempts: int) -> None:
    """It has to wait once more."""
    _PUT_OFF.change(c, key=row.key, code=code, reason=reason, until=until, attempts=attempts)


def leaves(c: Connection, row: OutboxRow) -> bool:
    """It passes the point of no return as it was read. False: somebody has changed or cancelled it."""
    return _LEAVES.change(c, key=row.key, mail=row.mail) == 1


def died(c: Connection, before: datetime) -> tuple[OutboxRow, ...]:
    """Messages that waited, and whose sender died while sending them: under way since before that time."""
    return tuple(row_of(row) for row in _DIED.rows(c, before=before))
