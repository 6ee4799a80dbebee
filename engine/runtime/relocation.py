"""Where the steps of a running case are in another version: from each path to its new one, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.runtime.places import MANY, Link, Place
from engine.runtime.state import State, StepRecord

ENTERED = ("then", "branch", "loop")
"""Kinds of block that a case may be put into in the middle: what waits there is walked to in any case."""

Places = Mapping[str, Place]


@dataclass
class Relocation:
    """`paths` has the new path of every record, `ids` its new id; `dropped` are open blocks that are no more, and
    `coming` are the paths of steps without a record that something is kept for."""

    paths: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    coming: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def relocate(old: Places, new: Places, names: Mapping[str, str], state: State) -> Relocation:
    """`names` are steps that have another id now: old id -> new id."""
    found = _Finder(old, new, names, state)
    for path, record in state.steps.items():
        if path.rsplit("/", 1)[-1] == record.id and not found.listed(path):
            found.step(path, record)
    for path, record in state.steps.items():
        if path not in found.to.paths:
            found.belonging(path, record)
    found.settle()
    found.coming()
    return found.to


class _Finder:
    def __init__(self, old: Places, new: Places, names: Mapping[str, str], state: State) -> None:
        self.old = old
        self.new = new
        self.names = names
        self.state = state
        self.to = Relocation()

    def coming(self) -> None:
        """Where steps will be that the case comes to later, or again: events for them may be there already."""
        named = {*(event.to for event in self.state.mailbox), *self.state.rounds}
        for path in sorted(named - set(self.state.steps)):
            if there := self._whither(path):
                self.to.coming[path] = there

    def _whither(self, path: str) -> str:
        name = path.rsplit("/", 1)[-1]
        place, target = self.old.get(name), self.new.get(self.names.get(name, name))
        instances = place.instances(path) if place else None
        if place is None or target is None or instances is None:
            return ""
        there = _instances(place, instances, target, self.names)
        return "" if there is None else target.path(there)

    def listed(self, path: str) -> bool:
        """Whether the path is that of an entry of a list of tasks: it belongs to its step."""
        above, _, name = path.rpartition("/")
        owner = self.state.steps.get(above)
        return owner is not None and name in _entries(self.old.get(owner.id))

    def step(self, path: str, record: StepRecord) -> None:
        place, target = self.old.get(record.id), self.new.get(self.names.get(record.id, record.id))
        instances = place.instances(path) if place else None
        if place is None or instances is None:
            return  # of a version before the old one
        if target is None:
            self._gone(path, record, place)
            return
        if target.step.type != record.type:
            self._other_type(record, target)
        there = _instances(place, instances, target, self.names)
        if there is None:
            self._no_way(record, target)
            return
        if not record.closed and (closed := _not_entered(place, target, self.names)):
            self.to.why.append(f"`{record.id}` is open, and is inside `{closed}` now, which may not come to it")
        self.to.paths[path], self.to.ids[path] = target.path(there), target.step.id

    def _gone(self, path: str, record: StepRecord, place: Place) -> None:
        if record.closed:
            return
        if place.step.nested() and not record.armed:
            self.to.dropped.append(path)  # its steps are somewhere else, or say themselves that they are gone
        else:
            self.to.why.append(f"it is at `{record.id}`, which is gone")

    def _other_type(self, record: StepRecord, target: Place) -> None:
        now = f"`{target.step.id}` is a `{target.step.type}` now, and was a `{record.type}`"
        if record.closed:
            self.to.notes.append(f"{now}; it is done, and stays as it is")
        else:
            self.to.why.append(f"it is at `{record.id}`, and {now}")

    def _no_way(self, record: StepRecord, target: Place) -> None:
        owner = next(link.owner or link.block for link in reversed(target.links) if link.kind in MANY)
        done = "done already, and would be done again" if record.closed else "open, and has no place"
        self.to.why.append(f"`{record.id}` is {done} inside `{owner}`, where it is now")

    def belonging(self, path: str, record: StepRecord) -> None:
        """Side work, entries of lists and what is no step of the new version go where the step above them goes."""
        above = max((p for p in self.to.paths if path.startswith(f"{p}/")), key=len, default="")
        if not above:
            return
        self.to.paths[path] = self.to.paths[above] + path[len(above) :]
        owner, target = self.state.steps[above], self.new[self.to.ids[above]]
        self.to.ids[path] = record.id.replace(f"{owner.id}_", f"{target.step.id}_", 1)
        if self.listed(path):
            self.to.ids[path] = record.id
            if not record.closed and record.id not in _entries(target):
                self.to.why.append(f"its task `{record.id}` of `{owner.id}` is open, and is gone")

    def settle(self) -> None:
        """Of several records that meet at one path the open one goes there, or the one that finished last."""
        steps, taken = self.state.steps, dict[str, str]()
        for path in sorted(self.to.paths, key=lambda p: (steps[p].closed, -steps[p].seq)):
            wanted = self.to.paths[path]
            if taken.setdefault(wanted, path) != path:
                del self.to.paths[path], self.to.ids[path]


def _entries(place: Place | None) -> frozenset[str]:
    return frozenset(entry.id for entry in getattr(place.step, "opened", tuple)()) if place else frozenset()


def _instances(old: Place, instances: tuple[str, ...], new: Place, names: Mapping[str, str]) -> tuple[str, ...] | None:
    """Rounds and items of the old place at the new one; a loop that is new is in its first round. None where it
    cannot be said which item, or which event, it would be."""
    known = {_same(link, names): instance for link, instance in zip(old.links, instances, strict=True)}
    found = []
    for link in new.links:
        if link.kind not in MANY:
            found.append("")
        elif (same := _same(link, {})) in known:
            found.append(known[same])
        elif link.kind == "loop":
            found.append("1")
        else:
            return None
    return tuple(found)


def _same(link: Link, names: Mapping[str, str]) -> tuple[str, str]:
    return names.get(link.owner, link.owner), link.block if link.kind == "handler" else link.kind


def _not_entered(old: Place, new: Place, names: Mapping[str, str]) -> str:
    """A step whose block is new around the place, and is none that is walked through in any case."""
    known = {_same(link, names) for link in old.links}
    strange = (link for link in new.links if _same(link, {}) not in known)
    return next((link.owner or link.block for link in strange if link.kind not in ENTERED), "")
