"""Moving a running case to another version of its process: whether it can be, and how.

A pure function of the two plans and the case's state. What is done stays done; what is open goes on, with its
deadlines, its mailbox and the answers that it has; and two turns on trial, before and after, tell what would go out.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from engine.language.inputs import BadValues, Values
from engine.language.plan import Plan
from engine.language.values import display
from engine.runtime.places import Block, blocks, layout
from engine.runtime.rearming import rearm
from engine.runtime.relocation import Places, relocate
from engine.runtime.renaming import renamed, translated
from engine.runtime.state import State, StepRecord
from engine.runtime.trial import Trial, attempt

MIGRATE = "migrate"
"""The kind of arrival that asks a case to move. Its data: `digest` and `version` of the plan, `names` (old step -> new
step), and `gist`, what was expected; a case that would fare otherwise stays as it is."""

Kind = Literal["moves", "mapping", "cannot"]


@dataclass(frozen=True)
class Sends:
    """Something that would go out at once. `what` is a mail's template or subject, or the kind of the effect."""

    step: str
    what: str
    to: str = ""


@dataclass(frozen=True)
class Keeps:
    """A wait that goes on: its path before and after, and the times that it keeps."""

    path: str
    now_at: str
    due: datetime | None
    until: datetime | None
    next_at: datetime | None


@dataclass(frozen=True)
class Verdict:
    """What would become of a case. `mapping`: it moves with these `names` (old step -> new step), and not without.

    `why` says why it cannot move, `notes` what somebody should know, `sends` what would go out at once.
    """

    kind: Kind
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sends: tuple[Sends, ...] = ()
    keeps: tuple[Keeps, ...] = ()
    names: Mapping[str, str] | None = None

    def told(self) -> str:
        """In one line, for a timeline."""
        sends = [f"`{s.step}` would send {s.what}" for s in self.sends]
        return "; ".join((*self.why, *self.notes, *sends)) or "it moves, and nothing goes out"

    def gist(self) -> str:
        """What is the same for all cases that fare alike: if it changes, somebody should look again."""
        return repr((self.kind, self.why, self.notes, [(s.step, s.what) for s in self.sends]))


@dataclass(frozen=True)
class Migrated:
    """`state` is the case on the new plan; None where it cannot be."""

    verdict: Verdict
    state: State | None = None
    paths: Mapping[str, str] | None = None


def migrate(
    old: Plan, new: Plan, state: State, now: datetime, values: Values, names: Mapping[str, str] | None = None
) -> Migrated:
    """`names` are steps that have another id in the new plan: old -> new. `state` stays as it is."""
    names = names or {}
    moved = _Move(old, new, state, now, values, names).made()
    if moved.verdict.kind != "cannot":
        return moved
    guess = {**renamed(old, new), **names}
    if guess == dict(names) or _Move(old, new, state, now, values, guess).made().verdict.kind == "cannot":
        return moved
    return replace(moved, verdict=replace(moved.verdict, kind="mapping", names=guess))


class _Move:
    """One attempt at moving a copy of the case."""

    def __init__(
        self, old: Plan, new: Plan, state: State, now: datetime, values: Values, names: Mapping[str, str]
    ) -> None:
        self.plans = old, new
        self.was = state
        self.state = State.load(state.dump())
        self.now = now
        self.values = values
        self.names = names
        self.old, self.new = layout(old), layout(new)
        self.to = relocate(self.old, self.new, names, self.state)
        self.why, self.notes = self.to.why, self.to.notes

    def made(self) -> Migrated:
        if not self.why:
            self._inputs()
            self._handlers()
            self._settle_waits()
            self._move_records()
            self._pass_over()
            self._stage()
        if self.why:
            return Migrated(Verdict("cannot", _each(self.why), _each(self.notes)))
        before, after = attempt(self.plans[0], self.was, self.now), attempt(self.plans[1], self.state, self.now)
        self._compare(before, after)
        kind: Kind = "cannot" if self.why else "moves"
        verdict = Verdict(kind, _each(self.why), _each(self.notes), self._sends(before, after), self._keeps())
        return Migrated(verdict, None if self.why else self.state, self.to.paths)

    # -- the case around the steps ------------------------------------------------

    def _inputs(self) -> None:
        """What is new gets its default; a value that the new version would not take holds the case up."""
        old, new = (plan.process.inputs for plan in self.plans)
        for name, spec in new.items():
            if name in old and (old[name] == spec or old[name].type == spec.type):
                continue
            raw = {name: display(self.state.inputs[name])} if name in old and name in self.state.inputs else {}
            try:
                self.state.inputs |= self.values.read({name: spec}, raw)
            except BadValues as problem:
                self.why.append(f"its input `{name}` is {'another type' if raw else 'new'}: {problem}")

    def _handlers(self) -> None:
        known = {handler.id for handler in self.plans[1].process.handlers}
        if self.state.interrupted and self.state.interrupted not in known:
            self.why.append(f"the handler `{self.state.interrupted}` has interrupted it, and is gone")
        self.state.heard = {name: heard for name, heard in self.state.heard.items() if name in known}

    def _stage(self) -> None:
        stages = self.plans[1].process.stages
        if self.state.stage and self.state.stage not in stages:
            self.notes.append(f"its stage `{self.state.stage}` is gone; it stays there until a step moves it")

    # -- the steps ------------------------------------------------------------------

    def _settle_waits(self) -> None:
        for path, record in self.state.steps.items():
            if record.closed or record.id not in self.old or path not in self.to.paths:
                continue
            before, after = self.old[record.id].step, self.new.get(self.to.ids[path])
            if after:
                self.notes += rearm(record, before, after.step)
                translated(record, before, after.step, self.names)

    def _move_records(self) -> None:
        paths, steps = self.to.paths, self.state.steps
        for path in self.to.dropped:
            steps[path].status, steps[path].at = "cancelled", self.now
        elsewhere = {path: paths.get(path, path) for path in steps}
        taken = set(paths.values())
        kept = {p: r for p, r in steps.items() if p in paths or p not in taken}
        self.state.steps = {elsewhere[path]: self._moved(path, record) for path, record in kept.items()}
        for pending in self.state.pending.values():
            pending["path"] = elsewhere.get(pending["path"], pending["path"])
        self._remember({old: new for old, new in paths.items() if old != new})

    def _moved(self, path: str, record: StepRecord) -> StepRecord:
        there = self.to.paths.get(path, path)
        if there != path:
            record.origin = record.origin or path
        record.id = self.to.ids.get(path, record.id)
        record.room = _carried(record.room, self.to.paths)
        if "todo" in record.memo:
            record.memo["todo"] = [self.to.paths.get(p, p) for p in record.memo["todo"]]
        if record.undo:
            record.undo["rooms"] = [_carried(room, self.to.paths) for room in record.undo["rooms"]]
            if "by" in record.undo:
                record.undo["by"] = self.to.paths.get(record.undo["by"], record.undo["by"])
        return record

    def _remember(self, moved: Mapping[str, str]) -> None:
        """What was addressed to a path before the move still finds its step."""
        known = {old: moved.get(there, there) for old, there in self.state.moved.items()}
        self.state.moved = {old: there for old, there in {**known, **moved}.items() if old != there}
        there = {**self.to.coming, **self.to.paths}
        self.state.mailbox = [replace(event, to=there.get(event.to, event.to)) for event in self.state.mailbox]
        self.state.rounds = {there.get(path, path): n for path, n in self.state.rounds.items()}
        for path in self.state.moved:
            name = path.rsplit("/", 1)[-1]
            if name in self.new and self.new[name].instances(path) is not None:
                self.why.append(
                    f"`{name}` was another step before, and its links still work; give the new one a new id"
                )

    def _pass_over(self) -> None:
        """Steps that now stand before where the case is are not run: they are recorded as skipped."""
        known = {self.names.get(name, name) for name in self.old}
        for block in blocks(self.new, self.state):
            for step in _missed(block, self.state):
                self._skip(block, step)
                if block.over:
                    continue
                if step in known:
                    self.why.append(f"`{step}` was still to come, stands before where it is now, and would be left out")
                else:
                    told = f"`{step}` is new and stands before where it is now; it is not run"
                    self.notes.append(told + _read(step, self.new))

    def _skip(self, block: Block, step: str) -> None:
        self.state.entries += 1  # nothing that finished before may look younger
        record = StepRecord(step, self.new[step].step.type, self.now, "skipped", at=self.now, room=block.room)
        record.seq = self.state.entries
        self.state.steps[block.prefix + step] = record

    # -- before and after -----------------------------------------------------------

    def _compare(self, before: Trial, after: Trial) -> None:
        there = {path: self.to.paths.get(path, path) for path in before.state.steps}
        troubles = {there[path]: message for path, message in before.troubles().items()}
        for path, message in after.troubles().items():
            if troubles.get(path) != message:
                self.why.append(f"it would be held up at `{path}`: {message}")
        still = after.open()
        for path in before.open():
            if path in before.walked and there[path] in still and there[path] not in after.walked:
                self.why.append(f"`{path}` is open, and the new version would not come to it")
            if path in self.was.steps and there[path] not in still and path not in self.to.dropped:
                self.notes.append(f"`{path}` would be closed at once")
        if after.state.outcome and not before.state.outcome:
            self.notes.append(f"the case would end at once: {after.state.outcome}")

    def _sends(self, before: Trial, after: Trial) -> tuple[Sends, ...]:
        """What goes out because of the move; what was due anyway is not its doing."""
        due = {(self.to.paths.get(e.path, e.path), e.purpose) for e in before.effects}
        return tuple(
            Sends(e.path, str(e.payload.get("template") or e.payload.get("subject") or e.kind), _to(e.payload))
            for e in after.effects
            if (e.path, e.purpose) not in due
        )

    def _keeps(self) -> tuple[Keeps, ...]:
        was = {there: path for path, there in self.to.paths.items()}
        return tuple(_kept(was.get(p, p), p, r) for p, r in self.state.steps.items() if not r.closed and r.armed)


def _each(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))


def _carried(path: str, paths: Mapping[str, str]) -> str:
    """Where a path is that lies below one that moved: an item of a `for_each`."""
    above = max((p for p in paths if path.startswith(f"{p}/")), key=len, default="")
    return paths[above] + path[len(above) :] if above else path


def _to(payload: Mapping[str, object]) -> str:
    return str(payload.get("to") or "")


def _kept(was: str, path: str, record: StepRecord) -> Keeps:
    armed = record.armed
    moments = armed.moments if armed else []
    ends = [m.at for m in moments if m.kind in ("timeout", "until")]
    coming = armed.next() if armed else None
    return Keeps(was, path, armed.due if armed else None, min(ends, default=None), coming.at if coming else None)


def _read(step: str, new: Places) -> str:
    """Which steps will miss what a step would have given, as the end of a sentence."""
    wanted = re.compile(rf"\bsteps\.{step}\b")
    readers = {p.step.id: p.step for p in new.values() if wanted.search(p.step.model_dump_json(exclude_defaults=True))}
    nearest = [name for name, s in readers.items() if not any(i.id in readers for n in s.nested() for i in n.steps)]
    return f", and {' and '.join(f'`{name}`' for name in nearest)} reads what it gives" if nearest else ""


def _missed(block: Block, state: State) -> list[str]:
    """Steps of a block without a record that stand before the one where the case is; none of a block that is closed."""
    if _closed(block.prefix, state):
        return []
    reached = {step: _standing(block.prefix + step, state) for step in block.steps}
    is_open = [n for n, step in enumerate(block.steps) if reached[step] == "open"]
    is_closed = [n for n, step in enumerate(block.steps) if reached[step] == "closed"]
    here = len(reached) if block.over else is_open[0] if is_open else is_closed[-1] if is_closed else 0
    return [step for step in block.steps[:here] if not reached[step]]


def _closed(before: str, state: State) -> bool:
    """Whether a step around the block has finished."""
    parts = before.rstrip("/").split("/")
    above = ("/".join(parts[:n]) for n in range(1, len(parts)))
    return any(path in state.steps and state.steps[path].closed for path in above)


def _standing(path: str, state: State) -> str:
    """Whether a step, or something inside it, is open; or closed; or neither."""
    found = [r.closed for p, r in state.steps.items() if p == path or p.startswith(f"{path}/")]
    if path in state.steps:
        return "closed" if state.steps[path].closed else "open"
    return "" if not found else "closed" if all(found) else "open"
