"""Mail that found no place by itself: it waits here until somebody gives it one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.language.values import decode, encode
from engine.store.moment import moment
from engine.store.sql import Sql, put
from engine.store.tables import triage as _table


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a mail waits. `case` and `path` are where it seems to belong, as far as that is known."""

    reason: str
    why: str = ""
    case: str = ""
    path: str = ""
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class TriageRow:
    """A mail in triage. `state` is that of its row in the inbox; `outcome` is empty while it waits."""

    mail: str
    mailbox: str
    received_at: datetime
    sender: str
    subject: str
    reason: str
    why: str
    case: str
    path: str
    automatic: bool
    state: str
    outcome: str
    note: str
    by: str
    closed_at: datetime | None

    @property
    def waits(self) -> bool:
        return not self.outcome and self.state in _HELD_IN


_LOST = {"late": "ended", "failed": "failed"}  # by states of the inbox
_HELD_IN = ("triage", "unmatched", *_LOST)
_ID = re.compile(r"mail-[0-9a-f]{1,24}")

# Written out as the partial index has it. A mail for which a case began to listen later is `routed`, and gone from
# here; one whose case ended before it could be told is `late`, and comes here without a row of its own. Given by
# somebody to a case that ended at that moment, it waits again.
_WAITS = "(COALESCE(t.outcome, '') = '' OR (t.outcome = 'attached' AND i.state IN ('late', 'failed')))"
_HELD = "i.source = 'mail' AND i.state IN ('triage', 'unmatched', 'late', 'failed')"
_COLUMNS = """
    m.id, m.mailbox, m.received_at, i.given_by, i.data_json, t.reason, t.why, t.case_id, t.path, t.automatic, i.state,
    t.outcome, t.note, t.given_by, t.closed_at, i.case_id
"""
_FROM = "FROM inbox i JOIN mails m ON m.id = i.source_id LEFT JOIN triage t ON t.mail_id = m.id"
_WAITING = Sql(
    f"""
    SELECT {_COLUMNS} {_FROM} WHERE {_HELD} AND {_WAITS} ORDER BY i.seq DESC LIMIT :limit
    """
)
_ONE = Sql(f"SELECT {_COLUMNS} {_FROM} WHERE i.source = 'mail' AND i.source_id = :id")
_MOVE = Sql(
    """
    UPDATE inbox SET name = :name, case_id = :case, addressed_to = :to, data_json = :data_json, state = :state
    WHERE source = 'mail' AND source_id = :id
    """
)
_FILES = Sql("UPDATE files SET case_id = :case WHERE id = :id AND case_id = ''")
_EVENT = Sql("SELECT data_json FROM inbox WHERE source = 'mail' AND source_id = :id")
_BEGINNING = Sql("SELECT id FROM mails WHERE id LIKE :start ORDER BY id LIMIT 3")
_CLOSE = Sql(
    """
    INSERT INTO triage (mail_id, reason, why, case_id, path, automatic, since, outcome, note, given_by, closed_at)
    VALUES (:id, :reason, '', :case_id, '', 0, :at, :outcome, :note, :given_by, :at)
    ON CONFLICT (mail_id) DO UPDATE SET
        outcome = excluded.outcome, note = excluded.note, given_by = excluded.given_by, closed_at = excluded.closed_at
    WHERE triage.outcome IN ('', 'attached')
    """
)


def waits(c: Connection, mail: str, waiting: Waiting, at: datetime) -> None:
    """A mail waits from now on. Again: the reason is a new one."""
    row = {
        "mail_id": mail,
        "reason": waiting.reason,
        "why": waiting.why,
        "case_id": waiting.case,
        "path": waiting.path,
        "automatic": int(waiting.automatic),
        "since": at,
        "outcome": "",
        "note": "",
        "given_by": "",
        "closed_at": None,
    }
    put(c, _table, [row])


def listing(c: Connection, limit: int = 500) -> tuple[TriageRow, ...]:
    """The mails that wait, the newest first."""
    return tuple(_row(row) for row in _WAITING.rows(c, limit=limit))


def get(c: Connection, mail: str) -> TriageRow | None:
    """One mail that was read, whether or not it waits."""
    rows = _ONE.rows(c, id=mail)
    return _row(rows[0]) if rows else None


def beginning(c: Connection, start: str) -> tuple[str, ...]:
    """The ids of up to three mails that begin so; none for what is not the beginning of an id."""
    if not _ID.fullmatch(start):
        return ()
    return tuple(mail for (mail,) in _BEGINNING.rows(c, start=f"{start}%"))


def close(c: Connection, row: TriageRow, outcome: str, note: str, by: str, at: datetime) -> bool:
    """Somebody has decided. False: it waits no longer, and nothing was changed. To be called while nobody can route
    it; see `matching.one_at_a_time`."""
    now = get(c, row.mail)
    if now is None or not now.waits:
        return False
    changed = _CLOSE.change(
        c, id=row.mail, reason=row.reason, case_id=row.case, outcome=outcome, note=note, given_by=by, at=at
    )
    return changed == 1


def event_of(c: Connection, mail: str) -> dict[str, Any]:
    """What the mail says, as cases see it. Raises LookupError."""
    rows = _EVENT.rows(c, id=mail)
    if not rows:
        raise LookupError(mail)
    return dict(decode(rows[0][0]))


def move(
    c: Connection, mail: str, *, state: str, event: Mapping[str, Any], name: str, case: str = "", to: str = ""
) -> None:
    """Where the mail's row in the inbox leads to from now on."""
    _MOVE.change(c, id=mail, name=name, case=case, to=to, data_json=encode(event), state=state)


def give_files(c: Connection, event: Mapping[str, Any], case: str) -> None:
    """The mail's files, as far as they are nobody's, are the case's."""
    for file in event.get("attachments", ()):
        _FILES.change(c, id=file["file"], case=case)


def _row(row: tuple[Any, ...]) -> TriageRow:
    mail, mailbox, received, sender, data, reason, why, case, path, automatic, state, outcome, note, by, closed, own = (
        row
    )
    subject = str(decode(data).get("subject", ""))
    return TriageRow(
        mail=mail,
        mailbox=mailbox,
        received_at=moment(received),
        sender=sender,
        subject=subject,
        reason=_LOST.get(state) or reason or "unmatched",
        why=why or "",
        case=case or own,
        path=path or "",
        automatic=bool(automatic),
        state=state,
        outcome="" if outcome == "attached" and state in _LOST else outcome or "",
        note=note or "",
        by=by or "",
        closed_at=moment(closed),
    )
