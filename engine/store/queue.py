"""Cases that wait for another one of the same key to end; each begins in its turn."""

from datetime import datetime

from sqlalchemy import Connection

from engine.runtime.state import State
from engine.store import cases, inbox
from engine.store.rows import Arrival, NewCase
from engine.store.sql import Sql

QUEUED = "queued"

_ADD = Sql("INSERT INTO queue (case_id, process, business_key) VALUES (:case, :process, :key)")
_MARK = Sql("UPDATE cases SET health = 'queued', why = :why WHERE id = :case")
_FIRST = Sql("SELECT case_id FROM queue WHERE process = :process AND business_key = :key ORDER BY seq LIMIT 1")
_LEAVE = Sql("DELETE FROM queue WHERE case_id = :case")
_BEGIN = Sql("UPDATE cases SET health = 'ok', why = '', state = :state, updated_at = :at WHERE id = :case")
_KEY = Sql("SELECT process, business_key FROM cases WHERE id = :case")
_BEHIND = Sql("UPDATE cases SET why = :why WHERE id IN (SELECT case_id FROM queue WHERE process = :process "
              "AND business_key = :key)")  # fmt: skip
_STOP = Sql(
    """
    UPDATE cases SET status = 'ended', health = 'ok', why = '', outcome = 'stopped', updated_at = :at, ended_at = :at
    WHERE id = :case
    """
)


def enter(c: Connection, new: NewCase, running: str) -> None:
    """Open a case that does not begin yet: `running` has its key."""
    cases.open_case(c, new)
    _ADD.change(c, case=new.id, process=new.process, key=new.business_key)
    _MARK.change(c, case=new.id, why=_why(running))


def begin(c: Connection, case: str, now: datetime, by: str = "") -> bool:
    """Let a case begin. False if it does not wait in a queue. Its times count from now."""
    new = cases.opened(c, case)
    if new is None or not _LEAVE.change(c, case=case):
        return False
    state = State.load(new.state)
    state.case["started_at"] = now
    if by:
        cases.note(c, case, "operator", f"Started by {by}, while another one of its key runs", now)
        state.entries += 1
    _BEGIN.change(c, case=case, state=state.dump(), at=now)
    start = Arrival(f"queue-{case}", "queue", case, "start", new.process, case, "", by, "{}", now)
    if inbox.accept(c, start):
        inbox.routed(c, start.id)
        inbox.deliver_to(c, start.id, case, "start")
    return True


def end_of(c: Connection, case: str, now: datetime) -> bool:
    """A case has ended: the first one that waits for its key begins, if no other runs. Whether one began.

    In the transaction of the end. That it was called before changes nothing: the one that began runs.
    """
    rows = _KEY.rows(c, case=case)
    if not rows or not rows[0][1]:
        return False
    process, key = rows[0]
    if cases.running(c, process, key):
        return False
    waiting = _FIRST.rows(c, process=process, key=key)
    if not waiting:
        return False
    first = str(waiting[0][0])
    begin(c, first, now)
    _BEHIND.change(c, process=process, key=key, why=_why(first))
    return True


def stop(c: Connection, case: str, text: str, now: datetime) -> bool:
    """End a case that has not begun. False if it does not wait in a queue."""
    if not _LEAVE.change(c, case=case):
        return False
    _STOP.change(c, case=case, at=now)
    cases.note(c, case, "ended", text, now)
    return True


def _why(running: str) -> str:
    return f"waiting for {running} to end"
