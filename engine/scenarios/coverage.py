"""Which ways through a process the tests have taken, and which nobody has: each named in words, with its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.language.document import Document
from engine.language.plan import Plan
from engine.language.types import Choice
from engine.runtime.simulator import Simulation
from engine.runtime.state import StepRecord
from engine.runtime.step import Look, Nested
from engine.scenarios.finding import steps_in

BLOCKS = {
    "choice": "the way `{name}` of `{step}` is never taken",
    "branch": "the branch `{name}` of `{step}` never runs",
    "item": "`{step}` never has an item",
    "side": "`{step}` is never waited for so long that it is escalated",
    "handler": "the handler `{name}` never hears anything",
    "error": "`{step}` never fails",
    "timeout": "the time of `{step}` never runs out",
    "suppressed": "the reader of `{step}` may always be written to",
    "otherwise": "the limit of `{step}` is never reached",
    "undo": "`{step}` is never undone",
}
"""What is missing where a block is never entered; blocks of other kinds are entered with their step."""

ELSEWHERE = ("timed_out", "failed")
"""Outcomes that are ways of their own, whatever the step calls them."""


@dataclass(frozen=True)
class Way:
    """One way. `missing` says in words what no test has shown."""

    step: str
    key: str
    missing: str
    line: int


@dataclass
class Coverage:
    """The ways of one process, and those that were taken."""

    process: str
    file: str
    ways: tuple[Way, ...]
    taken: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, document: Document, plan: Plan) -> "Coverage":
        """The ways of a process, with their lines in the file that it was compiled from."""
        ways = _Ways(document, plan)
        return cls(plan.process.process, document.source.name, tuple(ways.everything()))

    def add(self, case: Simulation) -> None:
        """Count what this case went through, if it is one of the process."""
        if case.plan.process.process == self.process:
            self.taken |= {(step, key) for step, key in _taken(case)}

    def missing(self) -> tuple[Way, ...]:
        return tuple(way for way in self.ways if (way.step, way.key) not in self.taken)

    @property
    def percent(self) -> float:
        """Of all ways, rounded down: 100 means all of them."""
        if not self.ways:
            return 100.0
        return (len(self.ways) - len(self.missing())) * 1000 // len(self.ways) / 10


class _Ways:
    def __init__(self, document: Document, plan: Plan) -> None:
        self.document = document
        self.process = plan.process
        self.resources = plan.resources

    def everything(self) -> Iterator[Way]:
        handlers = [Nested(h.id, h.steps, kind="handler") for h in self.process.handlers]
        for step in steps_in((self.process.steps,)):
            yield from self._step(step)
        for handler in handlers:
            yield from self._block(handler.name, handler)
        for step in steps_in(h.steps for h in handlers):
            yield from self._step(step)

    def _step(self, step: Any) -> Iterator[Way]:
        if step.if_ is None:
            yield self._way(step, "reached", f"`{step.id}` is never reached")
        else:
            yield self._way(step, "if", f"`{step.id}` never runs: its `if` never holds")
            yield self._way(step, "if not", f"`{step.id}` is never skipped: its `if` always holds")
        yield from self._results(step)
        for task in getattr(step, "opened", tuple)():
            yield from self._results(task)
        for way in step.ways(self.resources):
            yield self._way(step, way, f"{_called(way)} of `{step.id}` is never {_met(way)}")
        yield from self._policies(step)
        for block in step.nested():
            yield from self._block(step.id, block)

    def _results(self, step: Any) -> Iterator[Way]:
        fields = step.result(Look(self.resources)).fields
        for name in ("outcome", "which"):
            kind = fields[name].type if name in fields else None
            values = kind.values if isinstance(kind, Choice) and len(kind.values) > 1 else ()
            for value in values:
                if _possible(step, value):
                    yield self._way(step, f"{name} {value}", f"`{step.id}` never ends with `{value}`")

    def _policies(self, step: Any) -> Iterator[Way]:
        """What happens when the time runs out or something fails, where it is said in a word."""
        limit, policy = getattr(step, "timeout", None), getattr(step, "on_timeout", None)
        if limit not in (None, "never") and isinstance(policy, str):
            yield self._way(step, "timeout", f"the time of `{step.id}` never runs out", "timeout")
        if step.on_error in ("continue", "stop"):
            yield self._way(step, "error", f"`{step.id}` never fails", "on_error")

    def _block(self, owner: str, block: Nested) -> Iterator[Way]:
        if block.kind not in BLOCKS or not block.steps:
            return
        name = block.name.removeprefix("handlers/")
        first = block.steps[0]
        line = self.document.place(first).line
        yield Way(first.id, "entered", BLOCKS[block.kind].format(step=owner, name=name), line)
        if block.if_ and block.kind == "branch":
            yield Way(owner, f"without {first.id}", f"the branch `{name}` of `{owner}` is never left out", line)

    def _way(self, step: Any, key: str, missing: str, *path: str) -> Way:
        return Way(step.id, key, missing, self.document.place(step, *path).line)


def _called(way: str) -> str:
    return "the limit" if way == "limit" else f"`{way}`"


def _met(way: str) -> str:
    return "reached" if way == "limit" else "chosen"


def _possible(step: Any, value: str) -> bool:
    """Whether an outcome is a way of the step's own, and not one of its blocks or limits."""
    if value in ELSEWHERE or any(value in (b.name, b.name.removeprefix("handlers/")) for b in step.nested()):
        return False
    return value != "cancelled" or bool(getattr(step, "cancel_if", None))


def _taken(case: Simulation) -> Iterator[tuple[str, str]]:
    yield from case.ways
    for path, record in case.state.steps.items():
        yield record.id, "entered"
        yield from ((record.id, key) for key in _shown(record))
        yield from _around(case, path, record)


def _shown(record: StepRecord) -> Iterable[str]:
    """What the record of a step says of the ways it took."""
    begun = bool(record.title)
    yield from ("reached", "if") if begun else ("if not",) if record.status == "skipped" else ()
    yield from (f"{name} {value}" for name in ("outcome", "which") if (value := record.result.get(name)))


def _around(case: Simulation, path: str, record: StepRecord) -> Iterator[tuple[str, str]]:
    """The branches that were left out of a step that is done."""
    if record.type != "parallel" or not record.closed:
        return
    step = next((s for s in steps_in(_blocks(case)) if s.id == record.id), None)
    for block in step.nested() if step else ():
        if block.if_ and f"{path}/{block.name}/{block.steps[0].id}" not in case.state.steps:
            yield record.id, f"without {block.steps[0].id}"


def _blocks(case: Simulation) -> tuple[tuple[Any, ...], ...]:
    process = case.plan.process
    return (process.steps, *(h.steps for h in process.handlers))
