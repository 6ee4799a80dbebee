"""The state of every case after its last turn: what a forecast, a migration or a preview of a change begins with.

The engine's history carries the states of the loop itself, but for those that are too large for it: they are read
from here too, so some turns of them are kept.
"""

from sqlalchemy import Connection

from engine.store.sql import Sql

KEPT = 3  # turns of a large state; a turn that is taken again begins with the state of the one before

_PUT = Sql(
    """
    INSERT INTO states (case_id, turn, state) VALUES (:case, :turn, :state)
    ON CONFLICT (case_id, turn) DO UPDATE SET state = excluded.state
    """
)
_FORGET = Sql("DELETE FROM states WHERE case_id = :case AND turn <= :turn")
_GET = Sql("SELECT state FROM states WHERE case_id = :case AND turn = :turn")
_CURRENT = Sql("SELECT state FROM states WHERE case_id = :case ORDER BY turn DESC LIMIT 1")
_FIRST = Sql("SELECT state FROM cases WHERE id = :case")


def put(c: Connection, case: str, turn: int, state: str, kept: int = 1) -> None:
    """Keep the state after a turn, and forget all but the last `kept`."""
    _PUT.change(c, case=case, turn=turn, state=state)
    _FORGET.change(c, case=case, turn=turn - kept)


def get(c: Connection, case: str, turn: int) -> str:
    """The state after that turn. Raises LookupError where it is not kept."""
    rows = _GET.rows(c, case=case, turn=turn)
    if not rows:
        raise LookupError(f"the state of {case} after turn {turn} is not in this database")
    return str(rows[0][0])


def current(c: Connection, case: str) -> str:
    """The state after the last turn; before the first one, what the case begins with. Raises LookupError."""
    rows = _CURRENT.rows(c, case=case) or _FIRST.rows(c, case=case)
    if not rows:
        raise LookupError(f"there is no case {case} in this database")
    return str(rows[0][0])
