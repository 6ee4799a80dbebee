"""The outbox: every mail has one row here, whether it leaves at once or waits.

held (somebody may still change it: undo window, hold, approval) | queued (waits for its turn or its time) ->
sending -> sent | bounced | unknown; or suppressed, or cancelled. The ledger says whether it may be sent; this says
how it stands. They are written together.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from engine.language.addresses import normal
from engine.store.moment import moment
from engine.store.rows import OutboxRow
from engine.store.sql import Sql
from engine.store.tables import outbox

Waiting = Literal["held", "queued"]
Final = Literal["sent", "bounced", "suppressed", "unknown", "cancelled"]

WAITING = ("held", "queued")
STATES = ("held", "queued", "sending", "sent", "bounced", "suppressed", "unknown", "cancelled")

_COLUMNS = (
    "key, case_id, process, path, class, sender, recipient, subject, message_id, state, code, reason, not_before, "
    "created_at, finished_at, given_by, attempts, mail"
)

# A message that is asked for again under its key (after a pause, after a crash) keeps its place.
_PUT = Sql(
    f"""
    INSERT INTO outbox ({_COLUMNS})
    VALUES (:key, :case_id, :process, :path, :class_, :sender, :recipient, :subject, :message_id, :state, :code,
        :reason, :not_before, :created_at, :finished_at, :by, :attempts, :mail)
    ON CONFLICT (key) DO UPDATE SET
        state = excluded.state, code = excluded.code, reason = excluded.reason, not_before = excluded.not_before,
        recipient = excluded.recipient, subject = excluded.subject, message_id = excluded.message_id,
        finished_at = excluded.finished_at, attempts = excluded.attempts, mail = excluded.mail,
        given_by = CASE WHEN excluded.given_by = '' THEN outbox.given_by ELSE excluded.given_by END
    """  # noqa: S608  our own columns
)
_END = Sql(
    """
    UPDATE outbox SET state = :state, code = :code, reason = :reason, finished_at = :at, mail = NULL,
        not_before = NULL, given_by = CASE WHEN :by = '' THEN given_by ELSE :by END
    WHERE key = :key AND state IN ('held', 'queued', 'sending', 'unknown')
    """
)
_EDIT = Sql(
    """
    UPDATE outbox SET subject = :subject, mail = :mail, given_by = :by
    WHERE key = :key AND state IN ('held', 'queued') AND mail = :was
    """
)
_LOST = Sql(
    """
    UPDATE outbox SET state = 'unknown', reason = :reason, finished_at = :at, mail = NULL
    WHERE state = 'sending' AND key IN (SELECT key FROM effects WHERE state = 'unknown')
    """
)
# The condition of the partial indexes is repeated word for word, or SQLite does not use them.
_OPEN = "state IN ('held', 'queued', 'sending')"
_WAITS = f"{_OPEN} AND state <> 'sending'"
_IN_LANE = "state IN ('held', 'queued') AND code IN ('rate', 'hold', 'lane')"
_TIMED = "state IN ('held', 'queued') AND not_before IS NOT NULL"

# What has waited leaves before what comes now: whatever waits for the same person (unless it waits for somebody to
# decide), and what only waits for its turn at the same sender.
_IN_THE_WAY = Sql(
    f"""
    SELECT 'lane' WHERE EXISTS (
        SELECT 1 FROM outbox o WHERE {_IN_LANE} AND sender = :sender AND key <> :key
        AND (code = 'rate' OR not_before <= :at)
        AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.scope IN ('class ' || o.class, 'sender ' || o.sender)))
    UNION ALL
    SELECT 'behind' WHERE EXISTS (
        SELECT 1 FROM outbox WHERE {_OPEN} AND recipient = :recipient AND class = :class_ AND key <> :key
        AND mail IS NOT NULL AND not_before IS NOT NULL)
    """  # noqa: S608  our own words
)
# From sender to sender by the index: with GROUP BY, all that waits would be read several times a second.
_DUE = Sql(
    f"""
    WITH RECURSIVE senders(name) AS (
        SELECT min(sender) FROM outbox WHERE {_TIMED}
        UNION ALL
        SELECT (SELECT min(sender) FROM outbox WHERE {_TIMED} AND sender > senders.name)
        FROM senders WHERE senders.name IS NOT NULL
    )
    SELECT name, (SELECT min(not_before) FROM outbox WHERE {_TIMED} AND sender = name)
    FROM senders WHERE name IS NOT NULL
    """  # noqa: S608  our own words
)
# In their order; one that waits for its time keeps back the later ones to the same person. Whether any has its time
# is asked by the index first: of all that waits for later, none is read.
_NEXT = Sql(
    f"""
    SELECT seq, {_COLUMNS} FROM outbox o WHERE {_WAITS} AND sender = :sender AND not_before <= :at AND mail IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.{_OPEN} AND e.recipient = o.recipient AND e.class = o.class
        AND e.seq < o.seq AND (e.not_before > :at OR e.state = 'sending') AND e.mail IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.scope IN ('all', 'class ' || o.class, 'sender ' || o.sender))
    AND NOT EXISTS (SELECT 1 FROM cases p WHERE p.id = o.case_id AND p.health = 'paused')
    AND EXISTS (SELECT 1 FROM outbox WHERE {_TIMED} AND sender = :sender AND not_before <= :at)
    ORDER BY seq LIMIT 1
    """  # noqa: S608  our own words
)
_LANE = Sql(
    """
    INSERT INTO lanes (sender, holder, until) VALUES (:sender, :holder, :until)
    ON CONFLICT (sender) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE lanes.until < :at OR lanes.holder = :holder
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
    SELECT seq, {_COLUMNS} FROM outbox o WHERE state = 'sending' AND mail IS NOT NULL
    AND EXISTS (SELECT 1 FROM effects e WHERE e.key = o.key AND e.claimed_at < :before)
    """  # noqa: S608  our own words
)
_OF_CASE = Sql("SELECT key, code FROM outbox WHERE case_id = :case AND state IN ('held', 'queued')")
_NOW = Sql(
    """
    UPDATE outbox SET not_before = :at, given_by = :by
    WHERE key = :key AND state IN ('held', 'queued') AND not_before IS NOT NULL
    """
)
_ADOPT = Sql("UPDATE outbox SET key = :key WHERE key = :draft AND state IN ('held', 'queued')")
_OF = Sql(f"SELECT seq, {_COLUMNS} FROM outbox WHERE key = :key")  # noqa: S608  our own columns
_BOUNCED = Sql(
    """
    UPDATE outbox SET state = 'bounced', code = 'bounce', reason = :reason, finished_at = :at
    WHERE (message_id = :named OR key = :named) AND state IN ('sent', 'unknown', 'sending')
    """
)
_WRITTEN_TO = Sql(
    """
    SELECT DISTINCT recipient FROM outbox WHERE case_id = :case AND state IN ('sending', 'sent', 'unknown', 'bounced')
    """
)
_NAMED = Sql(f"SELECT seq, {_COLUMNS} FROM outbox WHERE message_id = :named OR key = :named")  # noqa: S608  our own


_THREAD = Sql(
    """
    SELECT key, message_id FROM outbox WHERE case_id = :case_id AND recipient = :recipient
        AND (key = :key OR state IN ('sending', 'sent', 'unknown', 'bounced')) ORDER BY seq
    """
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What the outbox knows of a message from the start. `class_` is `staff` for colleagues; `draft` is the key that
    it had while `by` had to agree to it."""

    key: str
    case: str
    process: str
    path: str
    class_: str
    sender: str
    recipient: str
    subject: str
    message_id: str
    draft: str = ""
    by: str = ""


def sending(c: Connection, letter: Letter, at: datetime) -> None:
    """It passes the point of no return: in the transaction in which the ledger says so."""
    _put(c, letter, "sending", at)


def wait(
    c: Connection,
    letter: Letter,
    state: Waiting,
    code: str,
    reason: str,
    not_before: datetime | None,
    at: datetime,
    mail: bytes,
    attempts: int = 0,
) -> None:
    """It does not leave now. `mail` is everything that is needed to send it later."""
    _put(c, letter, state, at, code=code, reason=reason, not_before=not_before, mail=mail, attempts=attempts)


def suppress(c: Connection, letter: Letter, code: str, reason: str, at: datetime) -> None:
    """It will never leave."""
    _put(c, letter, "suppressed", at, code=code, reason=reason, finished_at=at)


def end(c: Connection, letter: Letter, state: Final, at: datetime, code: str = "", reason: str = "") -> None:
    """How it ended. A message that was refused before it had a row gets one."""
    if not _END.change(c, key=letter.key, state=state, code=code, reason=reason, at=at, by=""):
        _put(c, letter, state, at, code=code, reason=reason, finished_at=at)


def lost(c: Connection, at: datetime, reason: str) -> int:
    """Messages whose sender died while sending: the ledger does not know, and so it is shown."""
    return _LOST.change(c, at=at, reason=reason)


def in_the_way(c: Connection, letter: Letter, at: datetime) -> str:
    """What leaves before this message: `lane`, `behind` (an earlier one to the same person), or empty: nothing."""
    rows = _IN_THE_WAY.rows(
        c, sender=letter.sender, key=letter.key, recipient=letter.recipient, class_=letter.class_, at=at
    )
    return str(rows[0][0]) if rows else ""


def due(c: Connection) -> dict[str, datetime]:
    """When the next message of each sender has its time, whatever else may be in its way."""
    return {str(sender): moment(at) for sender, at in _DUE.rows(c)}


def lane(c: Connection, sender: str, holder: str, at: datetime, until: datetime) -> bool:
    """Only one at a time sends what waits for a sender, so that it stays in its order. False: somebody else does."""
    return _LANE.change(c, sender=sender, holder=holder, at=at, until=until) == 1


def leave_lane(c: Connection, sender: str, holder: str) -> None:
    """Whoever comes next need not wait."""
    _LEAVE_LANE.change(c, sender=sender, holder=holder)


def next_of(c: Connection, sender: str, at: datetime) -> OutboxRow | None:
    """The message whose turn it is: due, on no hold, of no case that rests."""
    rows = _NEXT.rows(c, sender=sender, at=at)
    return _row(rows[0]) if rows else None


def put_off(c: Connection, row: OutboxRow, code: str, reason: str, until: datetime, attempts: int) -> None:
    """It has to wait once more."""
    _PUT_OFF.change(c, key=row.key, code=code, reason=reason, until=until, attempts=attempts)


def leaves(c: Connection, row: OutboxRow) -> bool:
    """It passes the point of no return as it was read. False: somebody has changed or cancelled it."""
    return _LEAVES.change(c, key=row.key, mail=row.mail) == 1


def died(c: Connection, before: datetime) -> tuple[OutboxRow, ...]:
    """Messages that waited, and whose sender died while sending them: under way since before that time."""
    return tuple(_row(row) for row in _DIED.rows(c, before=before))


def finish(
    c: Connection, row: OutboxRow, state: Final, at: datetime, code: str = "", reason: str = "", by: str = ""
) -> None:
    """How a message ended that has a row."""
    _END.change(c, key=row.key, state=state, code=code, reason=reason, at=at, by=by)


def edit(c: Connection, row: OutboxRow, subject: str, mail: bytes, by: str) -> bool:
    """It says something else now. False: it has left, or was changed since it was read."""
    return _EDIT.change(c, key=row.key, subject=subject, mail=mail, was=row.mail, by=by) == 1


def named(c: Connection, name: str) -> OutboxRow | None:
    """One message by its number or its key."""
    if name.isascii() and name.isdigit() and len(name) < 18:
        row = c.execute(select(outbox).where(outbox.c.seq == int(name))).first()
        return OutboxRow(*row) if row else None
    return of(c, name)


def of_case(c: Connection, case: str) -> tuple[tuple[str, str], ...]:
    """What waits for a case: (key, code)."""
    return tuple((str(key), str(code)) for key, code in _OF_CASE.rows(c, case=case))


def cancel(c: Connection, key: str, reason: str, at: datetime) -> None:
    """It is not wanted any more. What is asked for again under this key begins anew."""
    _END.change(c, key=key, state="cancelled", code="", reason=reason, at=at, by="")


def due_now(c: Connection, key: str, by: str, at: datetime) -> None:
    """Somebody does not want to wait for its time: it is asked now whether it may leave. What has to be agreed to has
    no time, and waits."""
    _NOW.change(c, key=key, by=by, at=at)


def bounced(c: Connection, named: str, why: str, at: datetime) -> OutboxRow | None:
    """A mail came back: `named` is its Message-ID without brackets, or its key. The row as it is now; None for one
    that was never sent here."""
    _BOUNCED.change(c, named=named, reason=why, at=at)
    rows = _NAMED.rows(c, named=named)
    return _row(rows[0]) if rows else None


def of(c: Connection, key: str) -> OutboxRow | None:
    """One message by its key."""
    rows = _OF.rows(c, key=key)
    return _row(rows[0]) if rows else None


def thread(c: Connection, case: str, recipient: str, before: str) -> tuple[str, ...]:
    """The Message-IDs of what this reader got in this case, in order; of the message `before` and later ones none."""
    rows = _THREAD.rows(c, case_id=case, recipient=recipient, key=before)
    return tuple(message_id for key, message_id in takewhile(lambda row: row[0] != before, rows))


def by_message_id(c: Connection, message_id: str) -> OutboxRow | None:
    """The message that somebody answers or returns: its Message-ID without brackets."""
    row = c.execute(select(outbox).where(outbox.c.message_id == message_id)).first()
    return OutboxRow(*row) if row else None


def written_to(c: Connection, case: str) -> frozenset[str]:
    """The addresses that mails of this case have gone to, in their normal form."""
    return frozenset(normal(to) for (to,) in _WRITTEN_TO.rows(c, case=case))


def listing(
    c: Connection,
    *,
    states: Collection[str] = (),
    to: str = "",
    case: str = "",
    class_: str = "",
    newest: int = 0,
) -> tuple[OutboxRow, ...]:
    """Messages in their order; `newest` gives only so many of the last ones. `to` is an address."""
    query = select(outbox)
    if states:
        query = query.where(outbox.c.state.in_(states))
    for column, wanted in (
        (outbox.c.recipient, to and normal(to)),
        (outbox.c.case_id, case),
        (outbox.c["class"], class_),
    ):
        query = query.where(column == wanted) if wanted else query
    query = query.order_by(outbox.c.seq.desc()).limit(newest) if newest else query.order_by(outbox.c.seq)
    rows = [OutboxRow(*row) for row in c.execute(query)]
    return tuple(sorted(rows, key=lambda row: row.seq))


def counts(c: Connection, process: str, since: datetime) -> Mapping[str, int]:
    """How many messages of a process to people outside are in each state, of those from that time on."""
    mine = (outbox.c.process == process) & (outbox.c["class"] != "staff") & (outbox.c.created_at >= since)
    return dict(c.execute(select(outbox.c.state, func.count()).where(mine).group_by(outbox.c.state)).all())


def _put(c: Connection, letter: Letter, state: str, at: datetime, **more: Any) -> None:
    if letter.draft:
        _ADOPT.change(c, key=letter.key, draft=letter.draft)
    values = {"code": "", "reason": "", "not_before": None, "finished_at": None, "attempts": 0, "mail": None, **more}
    _PUT.change(
        c,
        key=letter.key,
        case_id=letter.case,
        process=letter.process,
        path=letter.path,
        class_=letter.class_,
        sender=letter.sender,
        recipient=letter.recipient,
        subject=letter.subject,
        message_id=letter.message_id,
        by=letter.by,
        state=state,
        created_at=at,
        **values,
    )


def _row(row: tuple[Any, ...]) -> OutboxRow:
    *head, not_before, created_at, finished_at, by, attempts, mail = row
    times = (moment(not_before), moment(created_at), moment(finished_at))
    return OutboxRow(*[*head, *times, by, attempts, mail])
