"""Two that run at the same time and write the same: the slower one wins, and nobody knows which that is (E062)."""

from collections.abc import Iterator
from itertools import dropwhile
from typing import Any

from engine.language.checks.subject import Subject, every
from engine.language.nodes import Place

AT_ONCE = ("set", "decision", "choose")
"""Types of step that never wait, so that nothing can come between them and the beginning."""

Written = tuple[str, Place]
"""What is written, in words (the stage; the variable `x`), and where."""


def check(subject: Subject) -> None:
    step: Any
    for step in subject.steps:
        if hasattr(step, "branches"):
            _branches(subject, step)
        if hasattr(step, "items") and step.max_parallel != 1:
            _items(subject, step)
    for block in (subject.process, *subject.steps):
        for handler in (h for h in getattr(block, "handlers", ()) if not h.interrupt):
            _beside(subject, block, handler)


def _branches(subject: Subject, step: Any) -> None:
    first: dict[str, tuple[str, int]] = {}
    for branch in step.branches:
        for what, place in _written(subject, branch.steps):
            name, line = first.setdefault(what, (branch.id, place.line))
            if name != branch.id and not _after(step, branch.id, name):
                note = f"the branch `{name}` sets it too (line {line}); both run at the same time"
                message = f"the branch `{branch.id}` sets {what}, and so does another branch"
                hint = f"put `stage:` at step `{step.id}`, before the branches"
                other = f"give them different names, or set it after step `{step.id}`"
                subject.report("E062", message, place, note, hint if what == "the stage" else other)


def _items(subject: Subject, step: Any) -> None:
    for what, place in _written(subject, step.steps):
        note = "its items are worked on at the same time"
        message = f"every item of step `{step.id}` sets {what}"
        hint = "read it from the results of the step, or add `max_parallel: 1`"
        subject.report("E062", message, place, note, hint)


def _beside(subject: Subject, block: Any, handler: Any) -> None:
    """A handler that sets what the steps it runs beside set, too; first values, set before anything waits, are fine."""
    later = dropwhile(lambda step: all(inner.type in AT_ONCE for inner in every((step,))), block.steps)
    own = {what: place.line for what, place in _written(subject, later) if what != "the stage"}
    for what, place in _written(subject, handler.steps):
        if what in own:
            note = f"a step beside it sets it too (line {own[what]}); which of them comes last, nobody knows before"
            hint = "give them different names, or write `# baton: allow W063 because ...` in the line above"
            subject.warn("W063", f"the handler `{handler.id}` sets {what}, and so do the steps", place, note, hint)


def _after(step: Any, late: str, early: str) -> bool:
    """Whether one branch begins only when the other is done, or the other way round."""
    wanted = {branch.id: set(getattr(branch, "needs", ())) for branch in step.branches}
    return early in _all(wanted, late) or late in _all(wanted, early)


def _all(wanted: dict[str, set[str]], name: str) -> set[str]:
    found: set[str] = set()
    new = wanted.get(name, set())
    while new:
        found |= new
        new = {n for f in new for n in wanted.get(f, ())} - found
    return found


def _written(subject: Subject, steps: Any) -> Iterator[Written]:
    """The first place of everything that is written in a block."""
    seen: set[str] = set()
    for step in every(steps):
        found: list[tuple[str, tuple[str, ...]]] = [("the stage", ("stage",))] if getattr(step, "stage", None) else []
        if step.type == "set" and isinstance(step.values, dict):
            found += [(f"the variable `{name}`", ("values", name)) for name in step.values]
        for what, path in found:
            if what not in seen:
                seen.add(what)
                yield what, subject.document.place(step, *path)
