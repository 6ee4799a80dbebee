"""The outbox: every mail has one row here, whether it leaves at once or waits.

held (somebody may still change it: undo window, hold, approval) | queued (waits for its turn or its time) ->
sending -> sent | bounced | unknown; or suppressed, or cancelled. The ledger says whether it may be sent; this says
how it stands. They are written together.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, func, select

from engine.language.addresses import normal
from engine.store.moment import moment
from engine.store.rows import OutboxRow
from engine.store.sql import Sql
from engine.store.tables import outbox

Waiting = Literal["held", "queued"]
Final = Literal["sent", "bounced", "suppressed", "unknown", "cancelled"]

WAITING: tuple[str, ...] = get_args(Waiting)
STATES = (*WAITING, "sending", *get_args(Final))

COLUMNS = (
    "key, case_id, process, path, class, sender, recipient, subject, message_id, state, code, reason, not_before, "
    "created_at, finished_at, given_by, attempts, mail"
)

# A message that is asked for again under its key (after a pause, after a crash) keeps its place.
_PUT = Sql(
    f"""
    INSERT INTO outbox ({COLUMNS})
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
    WHERE state = 'sending' AND mail IS NULL AND key IN (SELECT key FROM effects WHERE state = 'unknown')
    """
)
_OF_CASE = Sql("SELECT key, code FROM outbox WHERE case_id = :case AND state IN ('held', 'queued')")
_NOW = Sql(
    """
    UPDATE outbox SET not_before = :at, given_by = :by
    WHERE key = :key AND state IN ('held', 'queued') AND not_before IS NOT NULL
    """
)
_ADOPT = Sql("UPDATE outbox SET key = :key WHERE key = :draft AND state IN ('held', 'queued')")
_OF = Sql(f"SELECT seq, {COLUMNS} FROM outbox WHERE key = :key")  # noqa: S608  our own columns
_NUMBERED = Sql(f"SELECT seq, {COLUMNS} FROM outbox WHERE seq = :seq")  # noqa: S608  our own columns
_BOUNCED = Sql(
    """
    UPDATE outbox SET state = 'bounced', code = 'bounce', reason = :reason, finished_at = :at
    WHERE (message_id = :named OR key = :named) AND state IN ('sent', 'unknown', 'sending')
    """
)
_RETURNED = Sql(f"SELECT seq, {COLUMNS} FROM outbox WHERE message_id = :named OR key = :named")  # noqa: S608


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


def end(c: Connection, letter: Letter, state: Final, at: datetime, reason: str = "") -> None:
    """How it ended. A message that was refused before it had a row gets one."""
    if not _END.change(c, key=letter.key, state=state, code="", reason=reason, at=at, by=""):
        _put(c, letter, state, at, reason=reason, finished_at=at)


def lost(c: Connection, at: datetime, reason: str) -> int:
    """Messages that left in a turn and whose sender died: the ledger does not know, and so it is shown. Of those that
    had waited, the postman tells the case, too."""
    return _LOST.change(c, at=at, reason=reason)


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
        return first(_NUMBERED.rows(c, seq=int(name)))
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
    return first(_RETURNED.rows(c, named=named))


def of(c: Connection, key: str) -> OutboxRow | None:
    """One message by its key."""
    return first(_OF.rows(c, key=key))


def listing(
    c: Connection,
    *,
    states: Collection[str] = (),
    to: str = "",
    case: str = "",
    class_: str = "",
    newest: int = 0,
) -> tuple[OutboxRow, ...]:
    """Messages in their order, without what they say (`of` has it): it may be megabytes for each. `newest` gives only
    so many of the last ones. `to` is an address."""
    query = select(*(column for column in outbox.c if column.name != "mail"))
    if states:
        query = query.where(outbox.c.state.in_(states))
    for column, wanted in (
        (outbox.c.recipient, to and normal(to)),
        (outbox.c.case_id, case),
        (outbox.c["class"], class_),
    ):
        query = query.where(column == wanted) if wanted else query
    query = query.order_by(outbox.c.seq.desc()).limit(newest) if newest else query.order_by(outbox.c.seq)
    rows = [OutboxRow(*[*row, None]) for row in c.execute(query)]
    return tuple(sorted(rows, key=lambda row: row.seq))


def counts(c: Connection, process: str, since: datetime) -> Mapping[str, int]:
    """How many messages of a process to people outside are in each state, of those from that time on."""
    mine = (outbox.c.process == process) & (outbox.c["class"] != "staff") & (outbox.c.created_at >= since)
    return dict(c.execute(select(outbox.c.state, func.count()).where(mine).group_by(outbox.c.state)).all())


def first(rows: Sequence[tuple[Any, ...]]) -> OutboxRow | None:
    """The first of the rows that a statement gave for `seq` and `COLUMNS`."""
    return row_of(rows[0]) if rows else None


def row_of(row: tuple[Any, ...]) -> OutboxRow:
    """A row of `seq` and `COLUMNS`, its times as times."""
    *head, not_before, created_at, finished_at, by, attempts, mail = row
    times = (moment(not_before), moment(created_at), moment(finished_at))
    return OutboxRow(*[*head, *times, by, attempts, mail])


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
