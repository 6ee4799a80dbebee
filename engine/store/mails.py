"""Mail as it came in: kept whole before anybody looks into it, and before any server is told that we have it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.store.moment import moment
from engine.store.sql import Sql, add
from engine.store.tables import mails


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail that somebody hands over. `source_id` is what makes it one mail in its mailbox: whatever comes with the
    same one again is the same mail. `cut`: why `raw` holds only the head; `size` is that of the whole mail, in bytes.
    """

    mailbox: str
    source_id: str
    raw: bytes
    received_at: datetime
    envelope_from: str = ""
    envelope_to: tuple[str, ...] = ()
    size: int = 0
    cut: str = ""
    epoch: int = 0
    uid: int = 0


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail that is kept. `state`: new, read or unreadable. `seq` counts up in the order in which they came."""

    seq: int
    id: str
    mailbox: str
    source_id: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    raw: bytes
    size: int
    cut: str
    received_at: datetime
    state: str


_COLUMNS = "seq, id, mailbox, source_id, envelope_from, envelope_to, raw, size, cut, received_at, state"
_NEW = Sql(f"SELECT {_COLUMNS} FROM mails WHERE state = 'new' ORDER BY seq LIMIT :limit")  # noqa: S608  our own columns
_DELIVERED = Sql(
    """
    SELECT source_id, envelope_from, envelope_to, received_at FROM mails
    WHERE mailbox = :mailbox AND digest = :digest ORDER BY seq
    """
)
_GET = Sql(f"SELECT {_COLUMNS} FROM mails WHERE id = :id")  # noqa: S608  our own columns
_SETTLE = Sql("UPDATE mails SET state = :state WHERE id = :id AND state = 'new'")


def digest_of(raw: bytes) -> str:
    """What copies of one mail have in common."""
    return hashlib.sha256(raw).hexdigest()


def keep(c: Connection, mail: Incoming) -> bool:
    """Keep a mail, as `new`. False if it is there already: nothing was changed."""
    row = {
        "id": mail_id(mail),
        "mailbox": mail.mailbox,
        "source_id": mail.source_id,
        "digest": digest_of(mail.raw),
        "epoch": mail.epoch,
        "uid": mail.uid,
        "envelope_from": mail.envelope_from,
        "envelope_to": " ".join(mail.envelope_to),
        "raw": mail.raw,
        "size": mail.size or len(mail.raw),
        "cut": mail.cut,
        "received_at": mail.received_at,
        "state": "new",
    }
    return add(c, mails, row, unique=["mailbox", "source_id"])


def deliver(c: Connection, mail: Incoming, within: timedelta) -> bool:
    """Keep a mail that a server hands over, as `new`. False if it is a repeat: the same bytes with the same envelope
    within that time, as from a server that did not hear us say that we have it. `source_id` is decided here."""
    digest = digest_of(mail.raw)
    copies = _DELIVERED.rows(c, mailbox=mail.mailbox, digest=digest)
    envelope = (mail.envelope_from, " ".join(mail.envelope_to))
    for _, sender, recipients, received_at in copies:
        if (sender, recipients) == envelope and mail.received_at - moment(received_at) < within:
            return False
    following = 1 + max((int(source_id.rpartition("/")[2]) for source_id, *_ in copies), default=-1)
    return keep(c, replace(mail, source_id=f"{digest}/{following}"))


def new(c: Connection, limit: int = 50) -> tuple[MailRow, ...]:
    """Those that nobody has read yet, in the order in which they came."""
    return tuple(_row(row) for row in _NEW.rows(c, limit=limit))


def get(c: Connection, mail_id: str) -> MailRow | None:
    """One mail; None where there is none of this id."""
    rows = _GET.rows(c, id=mail_id)
    return _row(rows[0]) if rows else None


def settle(c: Connection, mail_id: str, state: str) -> bool:
    """A new mail is now `read` or `unreadable`. False: it was settled before, and nothing was changed."""
    return _SETTLE.change(c, id=mail_id, state=state) == 1


def mail_id(mail: Incoming) -> str:
    """What a mail is known by: the same for the same mail, and nothing that says whose it is."""
    return "mail-" + hashlib.sha256(f"{mail.mailbox}\n{mail.source_id}".encode()).hexdigest()[:24]


def _row(row: tuple[Any, ...]) -> MailRow:
    seq, mail_id, mailbox, source_id, sender, recipients, raw, size, cut, received_at, state = row
    people = tuple(recipients.split())
    return MailRow(seq, mail_id, mailbox, source_id, sender, people, bytes(raw), size, cut, moment(received_at), state)
