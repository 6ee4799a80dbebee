"""Cases that go on with another version of their process."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from engine.store.rows import Candidate, MoveRow
from engine.store.sql import Sql, put
from engine.store.tables import cases, moved_paths, moves

_VERSION = Sql("UPDATE cases SET version = :version, digest = :digest WHERE id = :case")
_NOW_AT = Sql("SELECT now_at FROM moved_paths WHERE case_id = :case AND path = :path")


def record(c: Connection, move: MoveRow, digest: str = "", paths: Mapping[str, str] | None = None) -> None:
    """What came of a move. With a `digest` the case runs that plan now; `paths`: where steps are that were elsewhere,
    all that there ever were."""
    row = {"id": move.id, "case_id": move.case, "version": move.version, "given_by": move.by}
    put(c, moves, [row | {"outcome": move.outcome, "why": move.why, "decided_at": move.at}])
    if digest:
        _VERSION.change(c, case=move.case, version=move.version, digest=digest)
    put(c, moved_paths, [{"case_id": move.case, "path": p, "now_at": there} for p, there in (paths or {}).items()])


def outcome(c: Connection, arrival: str) -> MoveRow | None:
    """What came of the move that this arrival asked for; None while nobody has decided."""
    row = c.execute(select(moves).where(moves.c.id == arrival)).one_or_none()
    return MoveRow(*row) if row else None


def now_at(c: Connection, case: str, path: str) -> str:
    """Where the step is that had this path when its link went out."""
    rows = _NOW_AT.rows(c, case=case, path=path)
    return str(rows[0][0]) if rows else path


def candidates(c: Connection, process: str, digest: str) -> tuple[Candidate, ...]:
    """The open cases of a process that run another plan, oldest first."""
    query = select(cases.c.id, cases.c.title, cases.c.version, cases.c.digest)
    query = query.where(cases.c.process == process, cases.c.status == "open", cases.c.digest != digest)
    return tuple(Candidate(*row) for row in c.execute(query.order_by(cases.c.started_at, cases.c.id)))
