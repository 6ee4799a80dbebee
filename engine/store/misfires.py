"""Triggers that should have started a case and could not: what came did not give what the process needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.store.moment import moment
from engine.store.sql import Sql, put
from engine.store.tables import misfires


@dataclass(frozen=True, slots=True)
class Misfire:
    """What came (`arrival`: its id in the inbox) did not start the process by this trigger; the reason in words."""

    arrival: str
    process: str
    trigger: str
    reason: str
    at: datetime


_COLUMNS = "inbox_id, process, trigger_id, reason, at"
_OPEN = Sql(
    f"SELECT {_COLUMNS} FROM misfires WHERE settled_by = '' ORDER BY at DESC LIMIT :limit"  # noqa: S608  our own columns
)
_OF = Sql(f"SELECT {_COLUMNS} FROM misfires WHERE inbox_id = :id ORDER BY process, trigger_id")  # noqa: S608
_CLEAR = Sql("DELETE FROM misfires WHERE inbox_id = :id")
_SETTLE = Sql("UPDATE misfires SET settled_by = :by WHERE inbox_id = :id AND settled_by = ''")
_COUNTS = Sql("SELECT process, trigger_id, count(*) FROM misfires WHERE settled_by = '' GROUP BY process, trigger_id")


def put_all(c: Connection, rows: Iterable[Misfire]) -> None:
    """Write them down, in the transaction that routes what came."""
    put(
        c,
        misfires,
        [
            {
                "inbox_id": row.arrival,
                "process": row.process,
                "trigger_id": row.trigger,
                "reason": row.reason,
                "at": row.at,
                "settled_by": "",
            }
            for row in rows
        ],
    )


def unsettled(c: Connection, limit: int = 1_000) -> tuple[Misfire, ...]:
    """Those that nobody has seen to, newest first."""
    return tuple(_row(row) for row in _OPEN.rows(c, limit=limit))


def of(c: Connection, arrival: str) -> tuple[Misfire, ...]:
    """Those of one arrival."""
    return tuple(_row(row) for row in _OF.rows(c, id=arrival))


def clear(c: Connection, arrival: str) -> None:
    """It is routed anew."""
    _CLEAR.change(c, id=arrival)


def settle(c: Connection, arrival: str, by: str) -> bool:
    """Somebody has seen to it. False if somebody had, or there were none."""
    return _SETTLE.change(c, id=arrival, by=by) > 0


def counts(c: Connection) -> dict[tuple[str, str], int]:
    """How many nobody has seen to, by process and trigger."""
    return {(process, trigger): int(number) for process, trigger, number in _COUNTS.rows(c)}


def _row(row: tuple[Any, ...]) -> Misfire:
    arrival, process, trigger, reason, at = row
    return Misfire(arrival, process, trigger, reason, moment(at))
