"""What expressions see of the steps that have finished."""

from typing import Any

from engine.runtime.around import Around
from engine.runtime.state import State, StepRecord

Seen = dict[str, Any]


def seen(record: StepRecord) -> Seen:
    """A finished step as `steps.<id>`."""
    return {"status": record.status, "at": record.at, **record.result}


class Scope:
    """`steps`, kept up to date within a turn: the latest finished round of each step.

    Steps inside an item of a `for_each` are seen in that item only. `version` grows with every change
    that a condition could notice.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.version = 0
        self._rooms: dict[str, dict[str, Seen]] | None = None
        self._merged: dict[tuple[str, ...], dict[str, Seen]] = {}

    def of(self, around: Around) -> dict[str, Any]:
        """Everything that an expression may name."""
        state = self.state
        known = {"inputs": state.inputs, "vars": state.vars, "case": state.case}
        return {**known, "steps": self.steps(around), **around.names}

    def steps(self, around: Around) -> dict[str, Seen]:
        """Finished steps by id. What is handed out never changes: it may become part of a result."""
        if around.until:
            return self._as_of(around)
        if around.rooms not in self._merged:
            rooms = self._filled()
            found = [rooms.get(room, {}) for room in ("", *around.rooms)]
            self._merged[around.rooms] = {name: step for room in found for name, step in room.items()}
        return self._merged[around.rooms]

    def room(self, room: str) -> dict[str, Seen]:
        """The finished steps of one item of a `for_each`."""
        return dict(self._filled().get(room, {}))

    def below(self, prefix: str) -> dict[str, Seen]:
        """The finished steps of one block and those inside them; not those of items."""
        depth = len(prefix)
        found = [(p, r) for p, r in self.state.steps.items() if r.closed and p.startswith(prefix)]
        rooms = {r.room for p, r in found if "/" not in p[depth:]}
        return {r.id: seen(r) for _, r in sorted(found, key=lambda f: f[1].seq) if r.room in rooms}

    def closed(self, record: StepRecord) -> None:
        """A step has finished."""
        self.changed()
        if self._rooms is not None:
            self._rooms.setdefault(record.room, {})[record.id] = seen(record)
        self._merged = {k: steps for k, steps in self._merged.items() if record.room and record.room not in k}

    def forget(self) -> None:
        """Steps were put aside."""
        self._rooms, self._merged = None, {}
        self.changed()

    def changed(self) -> None:
        self.version += 1

    def _filled(self) -> dict[str, dict[str, Seen]]:
        if self._rooms is None:
            self._rooms = {}
            for record in sorted(self.state.steps.values(), key=lambda r: r.seq):
                if record.closed:
                    self._rooms.setdefault(record.room, {})[record.id] = seen(record)
        return self._rooms

    def _as_of(self, around: Around) -> dict[str, Seen]:
        """As it was when the step with the number `around.until` had finished."""
        rooms = ("", *around.rooms)
        records = sorted(self.state.steps.items(), key=lambda found: found[1].seq)
        kept = [r for p, r in records if r.closed and r.room in rooms and _known(around, p, r)]
        return {r.id: seen(r) for r in sorted(kept, key=lambda r: rooms.index(r.room))}


def _known(around: Around, path: str, record: StepRecord) -> bool:
    return record.seq <= around.until or path.startswith(around.own)
