"""What can be taken back, and taking it back."""

from collections.abc import Iterator
from dataclasses import replace

from engine.language.plan import Plan
from engine.runtime.around import Around
from engine.runtime.step import Step
from engine.runtime.walker import Walker


def undoable(walker: Walker, around: Around, by: str, group: str | None) -> list[str]:
    """Paths of the finished steps with a `compensate`, newest first; they are taken out for the step at `by`."""
    steps = walker.state.steps
    seen = ("", *around.rooms)
    within = [path for path, record in steps.items() if record.id == group and record.room in seen]
    found = {
        path: record
        for path, record in steps.items()
        if record.undo and record.status == "done" and "by" not in record.undo
        if group is None or any(path == above or path.startswith(f"{above}/") for above in within)
    }
    for record in found.values():
        record.undo["by"] = by
    return sorted(found, key=lambda path: found[path].seq, reverse=True)


async def undo(walker: Walker, around: Around, by: str, path: str) -> None:
    """Walk the `compensate` of the step at a path, in the scope that it left behind.

    Nothing is left to do where the step was sent back meanwhile: it is done anew, and what it did is taken back then.
    """
    record = walker.state.steps.get(path)
    if record is None or record.undo.get("by") != by:
        return
    step = steps_by_id(walker.plan).get(record.id)
    names, rooms = record.undo["names"], tuple(record.undo["rooms"])
    then = replace(around, names=names, rooms=rooms, until=record.seq, own=f"{path}/undo/")
    await walker.walk(f"{path}/undo/", step.compensate if step else (), then)


def steps_by_id(plan: Plan) -> dict[str, Step]:
    """Every step of a process, also those inside others."""
    blocks = (plan.process.steps, *(handler.steps for handler in plan.process.handlers))
    return {step.id: step for block in blocks for step in _every(block)}


def _every(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        for nested in step.nested():
            yield from _every(nested.steps)
