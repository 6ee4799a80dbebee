"""States of cases that are too large to travel through the engine's history: it carries a reference instead."""

from sqlalchemy import Connection

from engine.store.sql import Sql

KEPT = 3  # turns; a turn that is taken again begins with the state of the one before

_PUT = Sql(
    """
    INSERT INTO states (case_id, turn, state) VALUES (:case, :turn, :state)
    ON CONFLICT (case_id, turn) DO UPDATE SET state = excluded.state
    """
)
_FORGET = Sql("DELETE FROM states WHERE case_id = :case AND turn <= :turn")
_GET = Sql("SELECT state FROM states WHERE case_id = :case AND turn = :turn")


def put(c: Connection, case: str, turn: int, state: str) -> None:
    """Keep the state after a turn, and forget those that no turn can begin with any more."""
    _PUT.change(c, case=case, turn=turn, state=state)
    _FORGET.change(c, case=case, turn=turn - KEPT)


def get(c: Connection, case: str, turn: int) -> str:
    """The state after that turn. Raises LookupError where it is not kept."""
    rows = _GET.rows(c, case=case, turn=turn)
    if not rows:
        raise LookupError(f"the state of {case} after turn {turn} is not in this database")
    return str(rows[0][0])
