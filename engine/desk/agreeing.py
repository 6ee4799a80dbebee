"""Agreeing to a mail: only to one that was read, and nothing of it changes afterwards."""

from hashlib import sha256

from sqlalchemy import Connection

from engine.desk.answers import BadInputs
from engine.desk.ground import finish_id
from engine.runtime.approval import APPROVE
from engine.runtime.view import TaskView
from engine.store import agreement, inbox, outbox
from engine.store.rows import OutboxRow

MARK = 12  # characters: somebody types or pastes them


def mark_of(row: OutboxRow) -> str:
    """What names a mail as it is now, attachments and all: another one once it was changed."""
    return sha256(row.mail).hexdigest()[:MARK] if row.mail else ""


def as_read(c: Connection, task: TaskView, outcome: str, seen: str, who: str) -> None:
    """In the transaction that keeps the decision. Raises BadInputs with `outcome` for a mail that has become another
    one: since it had the mark `seen`, or, where nobody says what they have read, through somebody else's hands."""
    if not task.mail or outcome != APPROVE:
        return
    row = outbox.of(c, task.mail)
    if row is None or row.mail is None:  # it does not wait any more, and its case knows why
        return
    strange = seen != mark_of(row) if seen else row.by not in ("", who)
    if strange or not agreement.take(c, row):
        by = f" by {row.by}" if row.by else ""
        raise BadInputs({"outcome": f"The mail was changed{by}. Please read it again, and then decide."})


def is_decided(c: Connection, task: TaskView) -> bool:
    """Whether somebody has decided on it, even if its case has not heard of it yet."""
    return bool(inbox.load(c, [finish_id(task.id)]))
