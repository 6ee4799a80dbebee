"""How far each mailbox has been read, and which process reads it.

A place in a folder is its UIDVALIDITY (here: epoch) and a UID. Mails and the place up to which they were read are
written in one transaction, and only by whoever knows the place that is written down: so a reader that dies or is
overtaken takes no mail twice and skips none.

When a server numbers a folder anew, its mails are looked up by their bytes: the n-th copy that is met is the n-th
copy that is kept. Only mails with numbers that were given out before Baton saw the new numbering are looked up so;
a copy that arrives after that is a mail of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.store import mails
from engine.store.mails import Incoming, digest_of
from engine.store.moment import CLOCKS, moment
from engine.store.sql import Sql, add
from engine.store.tables import mailboxes


class Overtaken(Exception):  # noqa: N818  what happened, not a mistake
    """Somebody else has read on in this mailbox: nothing was written."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a folder was read: all UIDs up to `last` of this epoch. Up to `known` its mails may have been here under
    another epoch."""

    epoch: int = 0
    last: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """`account` is a digest of server, user and folder. `first_at`: since when Baton knows of the mailbox."""

    name: str
    account: str
    mark: Mark
    first_at: datetime


_FIND = Sql("SELECT name, account, epoch, last_uid, known_uid, first_at FROM mailboxes WHERE name = :name")
_ANEW = Sql(
    """
    UPDATE mailboxes SET account = :account, epoch = 0, last_uid = 0, known_uid = 0, first_at = :at
    WHERE name = :name AND account <> :account
    """
)
_HOLD = Sql(
    """
    UPDATE mailboxes SET held_by = :who, held_until = :until
    WHERE name = :name AND (held_by = :who OR held_by = :gone OR held_until < :at OR held_until > :absurd)
    """
)
_HOLDER = Sql("SELECT held_by FROM mailboxes WHERE name = :name")
_LET_GO = Sql("UPDATE mailboxes SET held_by = '', held_until = :at WHERE name = :name AND held_by = :who")
_READ_ON = Sql(
    """
    UPDATE mailboxes SET epoch = :epoch, last_uid = :last, known_uid = :known
    WHERE name = :name AND epoch = :old_epoch AND last_uid = :old_last
    """
)
_COPIES = Sql("SELECT source_id, epoch, uid FROM mails WHERE mailbox = :mailbox AND digest = :digest ORDER BY seq")
_MOVED = Sql("UPDATE mails SET epoch = :epoch, uid = :uid WHERE mailbox = :mailbox AND source_id = :source_id")


def known(c: Connection, name: str, account: str, at: datetime) -> MailboxRow:
    """The row of a mailbox, made at its first use, and made anew when the name now stands for another account."""
    row = {
        "name": name,
        "account": account,
        "epoch": 0,
        "last_uid": 0,
        "known_uid": 0,
        "first_at": at,
        "held_by": "",
        "held_until": at,
    }
    if not add(c, mailboxes, row, unique=["name"]):
        _ANEW.change(c, name=name, account=account, at=at)
    found = find(c, name)
    assert found is not None  # noqa: S101  it was written a line ago
    return found


def find(c: Connection, name: str) -> MailboxRow | None:
    rows = _FIND.rows(c, name=name)
    return _row(rows[0]) if rows else None


def holder(c: Connection, name: str) -> str:
    """Who reads this mailbox, or was the last to do so; empty: nobody."""
    rows = _HOLDER.rows(c, name=name)
    return str(rows[0][0]) if rows else ""


def hold(c: Connection, name: str, who: str, at: datetime, until: datetime, gone: str = "") -> bool:
    """Be the one who reads this mailbox, until then. False while somebody else is. `gone`: one who is known to have
    died, so that nobody need wait for the end of their time."""
    absurd = until + CLOCKS
    return _HOLD.change(c, name=name, who=who, gone=gone or who, at=at, until=until, absurd=absurd) == 1


def let_go(c: Connection, name: str, who: str, at: datetime) -> None:
    """Somebody else may read it now."""
    _LET_GO.change(c, name=name, who=who, at=at)


def take(c: Connection, name: str, before: Mark, after: Mark, found: Sequence[Incoming]) -> int:
    """Keep what was found between two places of a folder, and read on from the second: how many mails were new.

    `source_id` of the mails is left open: it is decided here. Raises Overtaken.
    """
    old = {"old_epoch": before.epoch, "old_last": before.last}
    new = {"epoch": after.epoch, "last": after.last, "known": after.known}
    if _READ_ON.change(c, name=name, **new, **old) == 0:
        raise Overtaken(name)
    return sum(_take(c, mail, after.known) for mail in found)


def _take(c: Connection, mail: Incoming, known_until: int) -> bool:
    digest = digest_of(mail.raw)
    copies = _COPIES.rows(c, mailbox=mail.mailbox, digest=digest)
    if any((epoch, uid) == (mail.epoch, mail.uid) for _, epoch, uid in copies):
        return False
    earlier = [source_id for source_id, epoch, _ in copies if epoch != mail.epoch]
    if mail.uid <= known_until and earlier:
        _MOVED.change(c, mailbox=mail.mailbox, source_id=earlier[0], epoch=mail.epoch, uid=mail.uid)
        return False
    # Not their number: rows may have been cleared away, and a number that is taken would lose a mail.
    following = 1 + max((int(source_id.rpartition("/")[2]) for source_id, _, _ in copies), default=-1)
    return mails.keep(c, replace(mail, source_id=f"{digest}/{following}"))


def _row(row: tuple[Any, ...]) -> MailboxRow:
    name, account, epoch, last, known_uid, first_at = row
    return MailboxRow(name, account, Mark(epoch, last, known_uid), moment(first_at))
