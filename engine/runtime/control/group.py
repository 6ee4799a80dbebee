"""`group`: steps that belong together, with a time limit, an error policy and handlers of their own."""

from typing import Annotated, Any

from engine.language import wording
from engine.language.fields import Block, InnerConditionField, StepsField, TimeoutField
from engine.language.process import Handler
from engine.language.types import Choice, Record, record
from engine.runtime import promises
from engine.runtime.flow import CaseStopped, StepError, Suspended
from engine.runtime.step import Look, Nested, Promise, Result, Run, Step

DONE, TIMED_OUT, CANCELLED, FAILED = "done", "timed_out", "cancelled", "failed"


class GroupStep(Step):
    """A block that ends as one: when its steps and its handlers are done, when its time runs out, when `cancel_if`
    holds, when a handler interrupts it, or when a step in it fails and `on_error` says so. What is still open in it
    is cancelled then. `steps.x.outcome` says what ended it: `done`, `timed_out`, `cancelled`, `failed`, or the id of
    the handler."""

    steps: StepsField  # what happens in it, in order
    timeout: TimeoutField | None = None  # how long all of it may take
    on_timeout: Annotated[Any, Block(("continue", "stop", "fail"))] = None
    """What happens then: go on with status `timed_out`, stop the case, open an incident, or these steps; required
    with a timeout."""
    cancel_if: InnerConditionField | None = None  # everything in it is cancelled as soon as this holds
    handlers: tuple[Handler, ...] = ()  # what is listened to while it is open; `interrupt: true` ends the group

    def nested(self) -> tuple[Nested, ...]:
        sure = not (self.timeout or self.cancel_if or self.catches() or any(h.interrupt for h in self.handlers))
        blocks = (*super().nested(), Nested("steps", self.steps, sure))
        blocks += tuple(Nested(f"handlers/{h.id}", h.steps, kind="handler") for h in self.handlers)
        if isinstance(self.on_timeout, tuple):
            blocks += (Nested("timeout", self.on_timeout, kind="timeout"),)
        return blocks

    def result(self, look: Look) -> Record:
        outcomes = (DONE, TIMED_OUT, CANCELLED, FAILED, *(h.id for h in self.handlers if h.interrupt))
        return record(**self.common(), outcome=Choice(values=outcomes))

    def certain(self) -> tuple[str, ...]:
        return ("status", "outcome")

    def failed(self, error: Result) -> Result:
        return {"outcome": FAILED, "error": error}

    def may_wait_forever(self) -> bool:
        """It waits for nobody itself."""
        return False

    def catches(self) -> bool:
        """Whether what fails inside ends the group."""
        return self.on_error not in (None, "incident")

    def sentence(self) -> str:
        return "Does these steps, which belong together."

    def notes(self) -> tuple[str, ...]:
        return (f"All of it ends as soon as {wording.condition(self.cancel_if)}.",) if self.cancel_if else ()

    def promises(self) -> tuple[Promise, ...]:
        return promises.given_up(self.timeout, self.on_timeout) if self.timeout != "never" else ()

    def endings(self) -> tuple[str, ...]:
        return (*super().endings(), *((f"{self.id}_timed_out",) if self.on_timeout == "stop" else ()))

    async def run(self, run: Run) -> Result:
        memo = run.record.memo
        if "ended" not in memo:
            memo["ended"] = await self._body(run)
            if memo["ended"] != DONE:
                run.log("ended", f"{run.record.title}: {memo['ended'].replace('_', ' ')}, what was open is cancelled")
                run.settle()
        return await self._after(run, memo["ended"])

    async def _body(self, run: Run) -> str:
        """Go on inside; what ended it, once something has."""
        end = run.once("until", lambda: run.instant(self.timeout) if self.timeout else None)
        if self.timeout and end is not None:
            end = run.record.memo["until"] = run.reconsidered(self.timeout, run.record.since, end)
        if self._cancelled(run):
            return CANCELLED
        quiet, handler = await run.listen(self.handlers, self._takes())
        if handler:
            return handler
        up = end is not None and end <= run.now()
        done = "interrupted" not in run.record.memo and await self._go_on(run, up)
        if done and quiet:
            return DONE
        if self._cancelled(run):
            return CANCELLED
        if up:
            run.took("timeout")
            return self._timed_out()
        if end is not None:
            run.wake(end)
        raise Suspended

    async def _go_on(self, run: Run, up: bool) -> bool:
        """The steps inside. When the time is up, what happened at that very moment still counts, and nothing begins;
        where that is an incident, the work goes on meanwhile."""
        late = up and self.on_timeout != "fail"
        return await run.beside("steps", self.steps, self._takes(), lambda: late or self._cancelled(run))

    def _takes(self) -> bool | None:
        """Whether a failure inside comes here; None where the group does not say it."""
        return None if self.on_error is None else self.catches()

    def _cancelled(self, run: Run) -> bool:
        return self.cancel_if is not None and run.watch(self.cancel_if)

    def _timed_out(self) -> str:
        if self.on_timeout == "fail":
            raise StepError("timed_out", "it was not finished in time")
        return TIMED_OUT

    async def _after(self, run: Run, ended: str) -> Result:
        if ended != TIMED_OUT:
            return {"status": DONE if ended == DONE else CANCELLED, "outcome": ended}
        if self.on_timeout == "stop":
            raise CaseStopped(f"{self.id}_timed_out")
        if isinstance(self.on_timeout, tuple):
            await run.walk("timeout", self.on_timeout)
        return {"status": TIMED_OUT, "outcome": TIMED_OUT}
