"""`parallel`: branches side by side."""

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from engine.language import wording
from engine.language.fields import ConditionField, IdField, StepsField
from engine.language.model import Model
from engine.runtime.flow import Suspended
from engine.runtime.step import Nested, Result, Run, Step


class Branch(Model):
    """One of several lines of steps that run side by side."""

    id: IdField
    if_: ConditionField | None = Field(None, alias="if")  # left out when this does not hold; asked when it may begin
    needs: Annotated[tuple[str, ...], "branches"] = ()  # branches that must be done, or left out, before it begins
    steps: StepsField  # what happens in it, in order


class ParallelStep(Step):
    """It is done when enough branches are; a branch that is left out by its `if` does not count."""

    branches: tuple[Branch, ...] = Field(min_length=1)  # what runs side by side
    wait_for: Literal["all", "any"] | int = "all"  # how many must be done
    others: Literal["cancel", "leave"] = "cancel"
    """What happens to the branches that run then: they are cancelled, or go on beside what follows; the case, or the
    block around, is done only when they are."""
    max_parallel: int | None = Field(None, ge=1)  # how many branches run at the same time; all, if not said

    def nested(self) -> tuple[Nested, ...]:
        everything = self.wait_for == "all"
        branches = (Nested(b.id, b.steps, everything and b.if_ is None, "branch", b.if_) for b in self.branches)
        return (*super().nested(), *branches)

    def sentence(self) -> str:
        many = len(self.branches)
        done = {"all": "all of them are", "any": "one of them is"}.get(str(self.wait_for), f"{self.wait_for} are")
        if many == 1:
            return "Runs a branch of its own."
        return f"Does {wording.number(many)} things side by side, and goes on when {done} done."

    def notes(self) -> tuple[str, ...]:
        waits = (
            f"{wording.named(b.id)} begins after {wording.listed(map(wording.named, b.needs))}." for b in self.needy()
        )
        others = "The others go on beside what follows." if self.others == "leave" else "The others are cancelled then."
        return (*waits, *(() if self.wait_for == "all" else (others,)))

    def needy(self) -> tuple[Branch, ...]:
        """The branches that wait for others."""
        return tuple(b for b in self.branches if b.needs)

    async def run(self, run: Run) -> Result:
        begun: list[str] = run.once("started", list)
        done: list[str] = run.once("done", list)
        out: list[str] = run.once("out", list)
        walked: set[str] = set()
        while branch := next((b for b in self.branches if b.id not in walked and self._may(b, begun, done, out)), None):
            if branch.id not in begun and not run.once(f"if.{branch.id}", partial(_wanted, run, branch)):
                out.append(branch.id)
                continue
            walked.add(branch.id)
            await self._go_on(run, branch, begun, done)
            if self._enough(done) and self.others == "cancel":
                break
        if self._enough(done):
            return self._end(run, [b for b in begun if b not in done])
        if len(done) + len(out) < len(self.branches):
            raise Suspended
        return {}

    def _may(self, branch: Branch, begun: list[str], done: list[str], out: list[str]) -> bool:
        """Whether the branch goes on, or begins, now."""
        if branch.id in done or branch.id in out:
            return False
        free = self.max_parallel is None or len(begun) - len(done) < self.max_parallel
        return branch.id in begun or (free and all(name in done or name in out for name in branch.needs))

    async def _go_on(self, run: Run, branch: Branch, begun: list[str], done: list[str]) -> None:
        if branch.id not in begun:
            begun.append(branch.id)
        if await run.beside(branch.id, branch.steps):
            done.append(branch.id)

    def _enough(self, done: list[str]) -> bool:
        return self.wait_for != "all" and len(done) >= (1 if self.wait_for == "any" else self.wait_for)

    def _end(self, run: Run, running: list[str]) -> Result:
        """Enough is done: what becomes of the branches that run."""
        if running and self.others == "leave":
            run.log("left", f"{run.record.title}: enough is done; goes on beside: {', '.join(running)}")
            run.leave(running)
        elif running:
            run.log("cancelled", f"{run.record.title}: enough is done, cancelled: {', '.join(running)}")
        return {}


def _wanted(run: Run, branch: Branch) -> bool:
    return branch.if_ is None or run.test(branch.if_)
