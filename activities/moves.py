"""Cases that are asked to go on with another version: decided on the state as it is when the case hears of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.language.inputs import Values
from engine.language.plan import Plan
from engine.language.values import decode
from engine.runtime.migration import MIGRATE, Migrated, migrate
from engine.runtime.state import State
from engine.runtime.turn import Remark
from engine.store import moves
from engine.store.rows import Arrival, MoveRow

PlanOf = Callable[[str], Awaitable[Plan]]
ValuesOf = Callable[[Plan], Values]


@dataclass
class Moving:
    """A case between two turns. `events` are the arrivals for the turn itself."""

    plan: Plan
    state: State
    now: datetime
    events: list[Arrival] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    decided: list[tuple[MoveRow, str]] = field(default_factory=list)  # with the digest, where the case moved

    def write(self, c: Connection) -> None:
        """Keep what was decided, with the turn that follows."""
        for row, digest in self.decided:
            moves.record(c, row, digest, self.state.moved if digest else None)


async def moved(
    plan: Plan, state: State, now: datetime, arrivals: Sequence[Arrival], plan_of: PlanOf, values_of: ValuesOf
) -> Moving:
    """Carry out the moves among these arrivals; everything else is left for the turn."""
    moving = Moving(plan, state, now)
    for arrival in arrivals:
        if arrival.kind != MIGRATE:
            moving.events.append(arrival)
        elif arrival.id not in moving.state.seen:
            moving.state.seen.append(arrival.id)
            asked = decode(arrival.data_json)
            _decide(moving, arrival, asked, await plan_of(asked["digest"]), values_of)
    return moving


def _decide(moving: Moving, arrival: Arrival, asked: Mapping[str, Any], new: Plan, values_of: ValuesOf) -> None:
    version = int(asked["version"])
    row = MoveRow(arrival.id, arrival.case, version, arrival.by, "moved", "", moving.now)
    if moving.plan.digest == new.digest:  # somebody asked twice
        moving.decided.append((row, new.digest))
        return
    found = migrate(moving.plan, new, moving.state, moving.now, values_of(new), asked["names"])
    why = _surprise(found, asked.get("gist", ""))
    if found.state is None or why:
        moving.decided.append((replace(row, outcome="stays", why=why), ""))
        moving.remarks.append(Remark("version", f"Not moved to version {version}: {why}", arrival.by))
        return
    moving.plan, moving.state = new, found.state
    moving.decided.append((row, new.digest))
    by = f" by {arrival.by}" if arrival.by else ""
    told = "".join(f"; {note}" for note in found.verdict.notes)
    moving.remarks.append(Remark("version", f"Moved to version {version}{by}{told}", arrival.by))


def _surprise(found: Migrated, expected: str) -> str:
    """Why the case stays where it is; empty when it moves as was expected."""
    verdict = found.verdict
    if verdict.kind != "moves":
        return "; ".join(verdict.why) or "it moves only with steps under other names"
    if expected and verdict.gist() != expected:
        return f"it has gone on since, and would fare otherwise: {verdict.told()}"
    return ""
