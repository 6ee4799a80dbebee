"""`undo`: takes back what was done, by the `compensate` of the finished steps."""

from engine.language import wording
from engine.language.types import NUMBER, Record, record
from engine.runtime.step import Look, Result, Run, Step


class UndoStep(Step):
    """Runs the `compensate` of every step that is done, the newest first, each once in the life of the case: also
    those in handlers and in the steps of `on_error`, and of every round of a `repeat` and every item of a `for_each`.
    They see what was known after their step. `steps.x.count` says how many were taken back."""

    group: str | None = None  # only what is inside this step (a group, a repeat ...); everything, if not said

    def result(self, look: Look) -> Record:
        return record(**self.common(), count=NUMBER)

    def sentence(self) -> str:
        what = f"in {wording.named(self.group)}" if self.group else "so far"
        return f"Takes back what was done {what}, the newest first."

    async def run(self, run: Run) -> Result:
        todo = run.once("todo", lambda: run.undoable(self.group))
        for path in todo:
            await run.undo(path)
        return {"count": len(todo)}
