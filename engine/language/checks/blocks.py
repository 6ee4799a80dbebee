"""The blocks inside a step: what each of them can read, and what is known once the step is done."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.language import given
from engine.language.checks.flow import MAIN, ends_in_stop
from engine.language.checks.names import Given, Known, Steps, either, where
from engine.language.checks.standing import Standing, parsed
from engine.language.checks.subject import Block, Look, Subject
from engine.language.checks.values import Values
from engine.language.checks.variables import Marks, Variables, Way
from engine.language.document import UnknownStep
from engine.language.expressions import Expr
from engine.language.types import TEXT, Record, record

ERROR = record(code=TEXT, message=TEXT, step=TEXT)


class Others(Mapping[str, Record]):
    """What other processes give: the types of their outputs by the process, and of their events by the event."""

    events: Mapping[str, Record]


class Blocks(ABC):
    """`known` is what `steps` has where the walk stands, `vars` the same for variables."""

    subject: Subject
    values: Values
    others: Others
    known: dict[str, Known]
    vars: Variables

    @abstractmethod
    def _block(self, steps: Sequence[Any], standing: Standing) -> None: ...
    @abstractmethod
    def _event(self, told: Any) -> Record: ...
    @abstractmethod
    def scope(self, standing: Standing) -> Record: ...

    def _inside(self, step: Any, standing: Standing) -> None:
        """Walk the blocks: first those that are the step, then what may happen beside it, then its other ends."""
        blocks = step.nested()
        main = [block for block in blocks if block.kind in MAIN]
        rest = [block for block in blocks if block.kind not in (*MAIN, "undo")]
        before = self.vars.marks
        self._main(step, main, standing)
        rounds = any(block.kind in ("loop", "item") for block in main)
        if rounds:
            self._conditions(step, standing)
        done, certain = self.vars.marks, self._marked(main)
        finished = _finished(step)
        self._under(certain, f"step `{step.id}` may end before it is done", finished)
        if not rounds:
            self._conditions(step, standing)
        sides = [b for b in rest if b.kind in ("side", "handler")]
        ends = [self._end(step, b, before, certain, standing) for b in rest if b not in sides]
        early = f"step `{step.id}` may end before it is set"
        others = [*(marks for marks in ends if marks is not None), *([before] if _at_once(step) else [])]
        if others:
            self.vars.join(before, [(done, early, finished), *((marks, early, None) for marks in others)], early)
        for block in sides:
            self._side(step, block, before, standing)
        if not _early(step):
            self.known |= certain

    def _marked(self, blocks: Iterable[Block]) -> dict[str, Known]:
        return {name: self.known[name] for block in blocks for name in ids(block.steps) if name in self.known}

    def _conditions(self, step: Any, standing: Standing) -> None:
        """Fields that see what is inside: `until`, `cancel_if`, `key`."""
        for leaf in self.subject.document.leaves.get(id(step), ()):
            if getattr(leaf.kind, "inner", False):
                names = step.names(self._look(step, standing), leaf.key)
                self.values.check(leaf, self.scope(standing.knowing(**names)))

    def _asked(self, step: Any, path: tuple[str | int, ...], standing: Standing) -> None:
        """The condition of a way or a branch."""
        leaf = self.subject.document.leaf(step, *path, "if")
        if leaf is not None:
            self.values.check(leaf, self.scope(standing))

    def _look(self, step: Any, standing: Standing) -> Look:
        """What the step may look up; the results of the steps inside, once they were walked."""
        scope = self.scope(standing)
        inside = Steps({name: self.known[name] for name in self._ids(step) if name in self.known})
        return Look(
            self.subject.resources, self.others, lambda w: self.values.type_of(w, scope), self.others.events, inside
        )

    # -- the step itself ----------------------------------------------------------

    def _main(self, step: Any, blocks: list[Block], standing: Standing) -> None:
        kind = blocks[0].kind if blocks else "then"
        if kind == "choice":
            self._choices(step, blocks, standing)
        elif kind == "branch":
            self._branches(step, blocks, standing)
        else:
            for block in blocks:
                self._once(step, block, standing)

    def _once(self, step: Any, block: Block, standing: Standing) -> None:
        """A sequence, the rounds of a loop, or an item of many."""
        if block.kind == "loop":
            self.declare(block.steps, f"it comes later in `{step.id}`, so it is missing in the first round")
        before = self.vars.marks
        self._block(block.steps, standing.knowing(**step.names(self._look(step, standing), block.name)))
        if block.kind == "item":
            self.vars.unsure(before, f"the list of step `{step.id}` may be empty", None)

    def _choices(self, step: Any, blocks: list[Block], standing: Standing) -> None:
        """One of several: each sees that the conditions before it did not hold."""
        before, ways, alone = self.vars.marks, list[Way](), _only_way(blocks)
        conditions = [parsed(block.if_) for block in blocks]
        for n, block in enumerate(blocks):
            inside = standing
            for earlier in conditions[:n]:
                inside = inside.unless(earlier)
            self.vars.marks = before
            self._asked(step, ("cases", n), inside)
            self._block(block.steps, inside.where(conditions[n]))
            why, when = _way(step, block), _when(step, block, first=n == 0)
            if block is not alone:
                self._under(ids(block.steps), why, when)
            if not ends_in_stop(block.steps):
                ways.append((self.vars.marks, why, when))
        if not _complete(blocks):
            ways.append((before, "", None))
        self.vars.join(before, ways, f"it is not set in every way of step `{step.id}`")

    def _branches(self, step: Any, blocks: list[Block], standing: Standing) -> None:
        """Side by side: each sees the others' steps as perhaps not done, but those that it `needs` as done."""
        before, finished, ways = self.vars.marks, dict[str, dict[str, Known]](), dict[str, Marks]()
        for block in blocks:
            self.declare(block.steps, f"it runs at the same time, in the branch `{block.name}`")
        for block in in_turn(step, blocks):
            beside = self._marked([block])
            needed = [n for n in needs(step, block.name) if n in finished]
            others = {name: self.known[name] for n in needed for name in finished[n]}
            self.known |= {name: mark for n in needed for name, mark in finished[n].items()}
            self.vars.marks = before
            self.vars.union(before, (ways[n] for n in needed))
            self._asked(step, ("branches", blocks.index(block)), standing)
            self._block(block.steps, standing.where(parsed(block.if_)))
            if not block.sure:
                when = where(block.if_) if block.if_ and step.wait_for == "all" else None
                self._under(ids(block.steps), _why_not(step, block), when)
                self.vars.unsure(before, _why_not(step, block), when)
            finished[block.name], ways[block.name] = self._marked([block]), self.vars.marks
            self.known |= others | beside
        for marks in finished.values():
            self.known |= marks
        self.vars.union(before, ways.values())

    # -- beside it, and its other ends ----------------------------------------------

    def _end(
        self, step: Any, block: Block, before: Marks, certain: Mapping[str, Known], standing: Standing
    ) -> Marks | None:
        """A block in which the step may end instead; None where nothing comes after it."""
        doubtful = self.vars.marks
        names = {"error": ERROR} if block.kind == "error" else {}
        if block.kind == "otherwise":
            known, self.known = self.known, {**self.known, **certain}
            self._block(block.steps, standing)
            self.known = {**self.known, **{name: known[name] for name in certain}}
        else:
            self.vars.marks = before
            self._block(block.steps, standing.knowing(**names))
        self._under(ids(block.steps), _why(step, block), None)
        ended, self.vars.marks = self.vars.marks, doubtful
        return None if ends_in_stop(block.steps) else ended

    def _side(self, step: Any, block: Block, before: Marks, standing: Standing) -> None:
        after, self.vars.marks = self.vars.marks, before
        names = {}
        if block.kind == "handler":
            handler = next(h for h in step.handlers if block.name.endswith(f"/{h.id}"))
            names = {"event": self._event(handler.when)} if handler.when is not None else {}
        self._block(block.steps, standing.knowing(**names))
        why = _why(step, block)
        self._under(ids(block.steps), why, None)
        self.vars.unsure(before, why, None)
        beside, self.vars.marks = self.vars.marks, after
        self.vars.marks = {n: beside[n] if m.maybe and m is before.get(n) else m for n, m in after.items()}

    # -- names ------------------------------------------------------------------------

    def declare(self, steps: Sequence[Any], why: str) -> None:
        """Steps that exist, but have not run yet where the walk stands."""
        look = Look(
            self.subject.resources, self.others, lambda w: self.values.type_of(w, given.OPEN), self.others.events
        )
        for step in steps:
            result = given.OPEN if isinstance(step, UnknownStep) else step.result(look)
            self.known[step.id] = Known(result, why)
            for block in () if isinstance(step, UnknownStep) else step.nested():
                if block.kind != "item":
                    self.declare(block.steps, why)

    def _under(self, names: Iterable[str], why: str, conditions: Given | None) -> None:
        for name in names:
            if name in self.known:
                self.known[name] = self.known[name].under(why, conditions)

    def _compensation(self, step: Any, result: Record, standing: Standing) -> None:
        """How the step is taken back: it sees the step as done."""
        before = self.vars.marks
        for block in step.nested():
            if block.kind == "undo":
                self.known[step.id] = Known(result)
                self._block(block.steps, standing)
                self._under(ids(block.steps), _why(step, block), None)
                self.vars.unsure(before, _why(step, block), None)

    def _leave(self, step: Any) -> None:
        """The steps of an item cannot be read outside of it."""
        for block in step.nested():
            for name in ids(block.steps) if block.kind == "item" else ():
                self.known.pop(name, None)
                self.values.hidden[name] = step.id

    def _ids(self, step: Any) -> set[str]:
        return {name for block in step.nested() for name in ids(block.steps)}


def ids(steps: Sequence[Any]) -> Iterator[str]:
    """The steps of a block and those inside them; not those of an item, which nobody outside can read."""
    for step in steps:
        yield step.id
        for block in () if isinstance(step, UnknownStep) else step.nested():
            if block.kind != "item":
                yield from ids(block.steps)


def goes_on(policy: Any) -> bool:
    """Whether the process goes on after a failure or the end of the time."""
    return policy == "continue" or (isinstance(policy, tuple) and not ends_in_stop(policy))


def stopped(step: Any, standing: Standing) -> Standing:
    """Where the process goes on after a choice whose first ways end the case: their conditions did not hold."""
    if step.if_ is None:
        for block in (b for b in step.nested() if b.kind == "choice"):
            if not ends_in_stop(block.steps):
                break
            standing = standing.unless(parsed(block.if_))
    return standing


def needs(step: Any, branch: str) -> tuple[str, ...]:
    """The branches that a branch waits for."""
    return next((tuple(getattr(b, "needs", ())) for b in getattr(step, "branches", ()) if b.id == branch), ())


def in_turn(step: Any, blocks: list[Block]) -> list[Block]:
    """The branches, each after those that it needs; where they go round in a circle, as they are written."""
    placed: list[Block] = []
    left = list(blocks)
    while left:
        names = {block.name for block in left}
        free = [b for b in left if not set(needs(step, b.name)) & names] or left
        placed += free
        left = [b for b in left if b not in free]
    return placed


def _early(step: Any) -> bool:
    """Whether a step with blocks may be over, and the process go on, before they are done."""
    return goes_on(getattr(step, "on_timeout", None)) or goes_on(step.on_error) or _at_once(step)


def _at_once(step: Any) -> bool:
    """Whether it may be over at any moment, without steps of its own for that end."""
    interrupted = any(h.interrupt for h in getattr(step, "handlers", ()))
    policies = (getattr(step, "on_timeout", None), step.on_error)
    return "continue" in policies or interrupted or bool(getattr(step, "cancel_if", None))


def _finished(step: Any) -> Given:
    """What says that a step with blocks has come to their end."""
    names = ("status", "outcome") if step.type == "group" else ("status",)
    return either(*(f'steps.{step.id}.{name} == "done"' for name in names))


def _complete(blocks: list[Block]) -> bool:
    """Whether one of the ways is always taken."""
    return any(block.if_ is None for block in blocks)


def _only_way(blocks: list[Block]) -> Block | None:
    """The way that was taken for certain when the process goes on, because all others end the case."""
    left = [block for block in blocks if not ends_in_stop(block.steps)]
    return left[0] if len(left) == 1 and _complete(blocks) else None


def _way(step: Any, block: Block) -> str:
    chosen = f"runs only if `{block.if_}`" if block.if_ else "runs only when no case holds"
    return f"the way `{block.name}` of step `{step.id}` {chosen}"


def _when(step: Any, block: Block, first: bool) -> Given:
    """What says that this way was taken: `which`, or the condition itself where it was asked first."""
    asked = [f'steps.{step.id}.which == "{block.name}"']
    alone: Expr | None = parsed(block.if_) if first else None
    if alone is not None and len(where(block.if_)) == 1 and block.if_:
        asked.append(block.if_)
    return either(*asked)


def _why_not(step: Any, block: Block) -> str:
    if block.if_:
        return f"the branch `{block.name}` runs only if `{block.if_}`"
    return f"step `{step.id}` does not wait for all of its branches"


def _why(step: Any, block: Block) -> str:
    return {
        "timeout": f"it runs only when the time of step `{step.id}` runs out",
        "suppressed": f"it runs only when the reader of step `{step.id}` may not be written to",
        "error": f"it runs only when step `{step.id}` fails",
        "otherwise": f"it runs only when `until` of step `{step.id}` never held",
        "undo": f"it runs only when step `{step.id}` is taken back",
        "side": f"it runs only when step `{step.id}` is escalated",
    }.get(block.kind, f"it runs only when the handler of step `{step.id}` does")
