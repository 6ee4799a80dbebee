"""Messages of other systems as they came, kept until they have started or released something."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.store.moment import moment
from engine.store.sql import Sql, add
from engine.store.tables import hooks


@dataclass(frozen=True, slots=True)
class HookRow:
    """A message. `problem`: why it was not understood, or not all of it. `state` is that of its row in the inbox: empty
    where it never got there."""

    id: str
    connection: str
    source_id: str
    head_json: str
    body: bytes
    received_at: datetime
    problem: str = ""
    settled_by: str = ""
    name: str = ""
    state: str = ""


_COLUMNS = (
    "h.id, h.connection, h.source_id, h.head_json, h.body, h.received_at, h.problem, h.settled_by, i.name, i.state"
)
_FROM = "FROM hooks h LEFT JOIN inbox i ON i.id = h.id"
_GET = Sql(f"SELECT {_COLUMNS} {_FROM} WHERE h.id = :id")
_BEGINNING = Sql("SELECT id FROM hooks WHERE id LIKE :start ORDER BY id LIMIT 3")
_ID = re.compile(r"webhook-[0-9a-f]{1,24}")
_LIST = Sql(f"SELECT {_COLUMNS} {_FROM} WHERE h.settled_by = '' ORDER BY h.received_at DESC LIMIT :limit")
_DROP = Sql("DELETE FROM hooks WHERE id = :id")
_NOTE = Sql("UPDATE hooks SET problem = :problem WHERE id = :id")
_SETTLE = Sql("UPDATE hooks SET settled_by = :by WHERE id = :id AND settled_by = ''")
_PRUNE = Sql("DELETE FROM hooks WHERE received_at < :before")


def keep(c: Connection, row: HookRow) -> bool:
    """Keep a message as it came. False if it is there already."""
    found = {
        "id": row.id,
        "connection": row.connection,
        "source_id": row.source_id,
        "head_json": row.head_json,
        "body": row.body,
        "received_at": row.received_at,
        "problem": row.problem,
        "settled_by": "",
    }
    return add(c, hooks, found, unique=["id"])


def drop(c: Connection, hook: str) -> None:
    """It has done what it was sent for: the inbox keeps what it said."""
    _DROP.change(c, id=hook)


def note(c: Connection, hook: str, problem: str) -> None:
    """What is wrong with it now; empty: nothing."""
    _NOTE.change(c, id=hook, problem=problem)


def settle(c: Connection, hook: str, by: str) -> bool:
    """Somebody has seen to it: it is not listed any more. False if somebody had, or there is none."""
    return _SETTLE.change(c, id=hook, by=by) == 1


def get(c: Connection, hook: str) -> HookRow | None:
    rows = _GET.rows(c, id=hook)
    return _row(rows[0]) if rows else None


def beginning(c: Connection, start: str) -> tuple[str, ...]:
    """The ids of up to three messages that begin so; none for what is not the beginning of an id."""
    return tuple(hook for (hook,) in _BEGINNING.rows(c, start=f"{start}%")) if _ID.fullmatch(start) else ()


def listing(c: Connection, limit: int = 200) -> tuple[HookRow, ...]:
    """Those that nobody has seen to, newest first."""
    return tuple(_row(row) for row in _LIST.rows(c, limit=limit))


def prune(c: Connection, before: datetime) -> int:
    """Forget those that came before that time: how many."""
    return _PRUNE.change(c, before=before)


def _row(row: tuple[Any, ...]) -> HookRow:
    hook, connection, source_id, head, body, at, problem, settled, name, state = row
    return HookRow(
        hook, connection, source_id, head, bytes(body), moment(at), problem, settled, name or "", state or ""
    )
