"""The interpreter: walks the plan from its first step as far as the case can go.

Nothing is resumed. Every turn walks anew and everything that was decided,
done or waited for before is answered from the state; so a case can be put
down and picked up after any turn, on any machine.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.language.calendar import WorkCalendar
from engine.language.evaluator import EVERYDAY, EvaluationError, render
from engine.language.expressions import ExpressionProblem, parse_template
from engine.language.phrases import PhraseProblem
from engine.language.plan import Plan
from engine.language.resources import Calendar
from engine.runtime.added import added_tasks
from engine.runtime.around import Around
from engine.runtime.effects import Perform
from engine.runtime.flow import CaseStopped, StepError, Suspended
from engine.runtime.handlers import Ears
from engine.runtime.journal import Journal, words
from engine.runtime.moments import begins
from engine.runtime.run import StepRun
from engine.runtime.scope import Scope
from engine.runtime.state import State, StepRecord
from engine.runtime.step import Step
from engine.runtime.tasks import call_off, ending

log = logging.getLogger("baton.interpreter")

BUGS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a mistake in the code of a step looks like. Trouble of the world (database, network) is none: it fails the
turn, which is taken again."""


class Interpreter:
    """One turn of one case. `deadline` is the earliest time at which another turn has work."""

    def __init__(self, plan: Plan, state: State, now: datetime, perform: Perform) -> None:
        self.plan = plan
        self.state = state
        self.now = now
        self.perform = perform
        self.journal = Journal(state, now)
        self.scope = Scope(state)
        self._wakes: list[tuple[datetime, str]] = []
        self.announced = False
        self.resumed = False
        self.before: Mapping[str, Any] | None = None  # inputs and variables, as they were before they were edited
        self._watching = False

    async def advance(self) -> None:
        """Walk handlers and steps; record the case's end when it comes to one.

        Where somebody watches a condition, everything is walked until nothing changes any more: what
        the condition asks for may have happened behind the one who asked.
        """
        known = -1
        while known != self.scope.version and not self.state.outcome:
            known, self._wakes, self._watching = self.scope.version, [], False
            await self._pass()
            if not self._watching:
                return

    async def _pass(self) -> None:
        try:
            quiet = await self._handlers()
            quiet = added_tasks(self) and quiet
            if self.state.interrupted:
                return
            await self.walk("", self.plan.process.steps, Around())
            if quiet:
                self._complete()
        except Suspended:
            return
        except CaseStopped as stopped:
            self.end(stopped.outcome)

    async def walk(self, prefix: str, steps: tuple[Step, ...], around: Around) -> None:
        """Walk the steps of a block, one after the other; Suspended where it has to wait.

        What a step has left behind goes on beside the steps after it, and the block is done when that is, too.
        """
        left: list[Step] = []
        waits = not await self._line(prefix, steps, around, left)
        for step in left:
            waits = not await self._go_on_with(step, prefix + step.id, around) or waits
        if waits:
            raise Suspended

    async def _line(self, prefix: str, steps: tuple[Step, ...], around: Around, left: list[Step]) -> bool:
        """The steps one after the other, as far as it goes; False where it has to wait. `left` gets those that left
        something behind."""
        try:
            for step in steps:
                path = prefix + step.id
                await self._step(step, path, around)
                if self.state.steps[path].left:
                    left.append(step)
        except Suspended:
            return False
        return True

    async def _go_on_with(self, step: Step, path: str, around: Around) -> bool:
        """What the step has left behind; False while that waits."""
        record, blocks = self.state.steps[path], {block.name: block.steps for block in step.nested()}
        record.left = [b for b in record.left if not await self.side(f"{path}/{b}/", blocks.get(b, ()), around)]
        return not record.left

    async def _step(self, step: Step, path: str, around: Around) -> None:
        record = self.state.steps.get(path)
        if record is not None and record.closed:
            return
        if record is None:
            if any(over() for over in around.over):
                raise Suspended
            known = self.state.rounds.get(path, 0)
            record = StepRecord(id=step.id, type=step.type, since=self.now, room=around.room, round=known)
            self.state.steps[path] = record
        run = StepRun(self, step, path, record, around)
        try:
            await self._carry_out(step, run, record)
        except EvaluationError as problem:
            await self._failed(step, run, StepError(problem.code, str(problem)))
        except (ExpressionProblem, PhraseProblem) as problem:
            await self._failed(step, run, StepError("time", str(problem)))
        except StepError as problem:
            await self._failed(step, run, problem)
        except BUGS as problem:
            # The edge: a mistake of ours, or of a step type's author, holds up one step and not the case.
            log.exception("step %s of %s", path, self.state.case["id"])
            await self._failed(step, run, StepError("bug", f"a mistake in Baton: {problem!r}"))

    async def _carry_out(self, step: Step, run: StepRun, record: StepRecord) -> None:
        if "error" in record.memo:
            await self._after_error(step, run)
            return
        result = await step.run(run) if self._begin(step, run, record) else {"status": "skipped"}
        self.close(run.path, record, result)

    def _begin(self, step: Step, run: StepRun, record: StepRecord) -> bool:
        """Decide once whether the step runs; False when its `if` is false."""
        if record.memo.get("begun"):
            return True
        condition = step.if_
        if condition is not None and not run.once("if", lambda: run.test(condition)):
            return False
        record.title = str(run.value(step.title)) if step.title else words(step.id)
        if step.start is not None:
            self._not_before(run, record, step.start)
        record.memo = {"begun": True}
        if step.compensate:
            record.undo = {"names": dict(run.around.names), "rooms": list(run.around.rooms)}
        if step.stage:
            self.state.stage = step.stage
        return True

    def _not_before(self, run: StepRun, record: StepRecord, phrase: str) -> None:
        if "start" in record.memo:
            record.memo["start"] = run.reconsidered(phrase, record.since, record.memo["start"])
        else:
            record.memo["start"] = begins(run, phrase)
        start = record.memo["start"]
        if start is not None and start > self.now:
            self.wake(run.path, start)
            raise Suspended

    def close(self, path: str, record: StepRecord, result: Mapping[str, Any]) -> None:
        """Finish a step: side work below it is cancelled, its result becomes visible."""
        self.cancel_below(path, tuple(f"{path}/{block}/" for block in record.left))
        self._stop_undoing(record)
        record.result = {k: v for k, v in result.items() if k != "status"}
        record.status = result.get("status", "done")
        record.at = self.now
        record.late = bool(record.armed and record.armed.due and record.armed.due < self.now)
        record.armed, record.memo, record.incident = None, {}, {}
        if record.task:
            record.task["status"] = ending(record)
        self.forget_pending(path)
        self.journal.closed(path, record)
        self._finished(record)

    def _stop_undoing(self, record: StepRecord) -> None:
        """What an `undo` runs is not below it in the tree of paths, but ends with it."""
        for path in record.memo.get("todo", ()) if record.type == "undo" else ():
            self.cancel_below(f"{path}/undo")

    def cancel(self, path: str, record: StepRecord) -> None:
        self._stop_undoing(record)
        record.status, record.at, record.armed, record.incident = "cancelled", self.now, None, {}
        if record.task:
            record.task["status"] = "cancelled"
        self.forget_pending(path)
        self._finished(record)

    def _finished(self, record: StepRecord) -> None:
        record.seq = self.state.entries
        self.scope.closed(record)

    def cancel_below(self, path: str, but: tuple[str, ...] = ()) -> None:
        """Cancel everything open inside the step at a path, but what is below these prefixes."""
        for below, record in self.state.open_below(path):
            if below != path and not below.startswith(but):
                self.cancel(below, record)

    def forget_pending(self, path: str) -> None:
        """What is still being tried at this path is called off."""
        for key in [k for k, p in self.state.pending.items() if p["path"] == path]:
            del self.state.pending[key]

    async def _failed(self, step: Step, run: StepRun, problem: StepError) -> None:
        """What `on_error` says; a step that does not say it leaves it to the group around, or opens an incident."""
        record, policy = run.record, step.on_error
        error = {"code": problem.code, "message": problem.message, "step": problem.step or step.id}
        if policy == "incident" or (policy is None and not run.around.caught):
            self._incident(run.path, record, problem)
            raise Suspended
        self.journal.took(step.id, "error")
        if policy == "stop":
            raise CaseStopped("failed")
        if policy is None:
            self.close(run.path, record, {**step.failed(error), "status": "failed"})
            raise StepError(problem.code, problem.message, error["step"])
        self.cancel_below(run.path)
        self.forget_pending(run.path)
        record.status, record.armed, record.incident, record.memo["error"] = "open", None, {}, error
        call_off(record)
        await self._after_error(step, run)

    async def _after_error(self, step: Step, run: StepRun) -> None:
        """The steps of `on_error`; that it came to them is remembered, whatever changes while they wait."""
        error = run.record.memo["error"]
        if isinstance(step.on_error, tuple):
            await self.walk(f"{run.path}/error/", step.on_error, run.around.knowing({"error": error}))
        self.close(run.path, run.record, {**step.failed(error), "status": "failed"})

    def _incident(self, path: str, record: StepRecord, problem: StepError) -> None:
        known = record.incident
        if (known.get("code"), known.get("message")) == (problem.code, problem.message):
            return
        record.incident = {"code": problem.code, "message": problem.message, "since": self.now}
        self.journal.write(path, "incident", f"{record.title or record.id}: {problem.message}")

    async def _handlers(self) -> bool:
        """What the case listens to; True when everything that it started is done."""
        ears = Ears(self, "", self.state.heard, Around(), self._interrupt)
        quiet, ended = await ears.listen(self.plan.process.handlers, self.state.interrupted)
        if ended:
            raise CaseStopped(ended)
        return quiet

    def rendered(self, written: Any, around: Around) -> Any:
        return render(parse_template(str(written)), self.scope.of(around), lambda: self.now)

    def _interrupt(self, handler: str) -> None:
        self.state.interrupted = handler
        for path, record in self.state.steps.items():
            if not record.closed:
                self.cancel(path, record)

    async def side(self, prefix: str, steps: tuple[Step, ...], around: Around) -> bool:
        """Walk a block beside the main line; False while it waits."""
        try:
            await self.walk(prefix, steps, around)
        except Suspended:
            return False
        return True

    def assign(self, values: Mapping[str, Any]) -> None:
        """Set variables of the case. The old mapping stays as it is: it may have become part of a result."""
        self.state.vars = {**self.state.vars, **values}
        self.scope.changed()

    def edited(self, inputs: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
        """Put other values in the place of inputs and variables."""
        state = self.state
        before = {"inputs": state.inputs, "vars": state.vars}
        self.before = before if self.before is None else self.before
        if state.paused:  # its times are worked out again when it goes on
            state.paused.setdefault("before", before)
        state.inputs = {**state.inputs, **inputs}
        self.assign(variables)

    def watch(self) -> None:
        """Somebody asked a condition that may come true later."""
        self._watching = True

    def _complete(self) -> None:
        self.state.outputs = {name: self._output(written) for name, written in self.plan.process.outputs.items()}
        self.end("completed")

    def _output(self, written: Any) -> Any:
        """An output's value; None where the step that gives it was skipped."""
        try:
            return self.rendered(written, Around())
        except EvaluationError:
            return None

    def end(self, outcome: str) -> None:
        self.state.outcome = outcome
        for path, record in list(self.state.steps.items()):
            if not record.closed:
                self.cancel(path, record)
        self.state.pending.clear()
        self.journal.write("", "ended", f"Ended: {outcome.replace('_', ' ')}")

    def answered(self, path: str, purpose: str, kind: str, answer: dict[str, Any]) -> None:
        """File the result of an effect."""
        self.state.steps[path].effects[purpose] = answer
        self.announced = self.announced or kind in ("subprocess", "event")
        if said := answer.get("said"):
            self.journal.write(path, kind, str(said))

    def calendar(self, step: Step) -> WorkCalendar:
        """The step's calendar, else the process's, else every hour of every day in UTC."""
        name = step.calendar or self.plan.process.calendar
        return _work_calendar(self.plan.resources.calendars[name]) if name else EVERYDAY

    def wake(self, path: str, at: datetime) -> None:
        """The step at this path has work at this time, if it still is open then."""
        self._wakes.append((at, path))

    @property
    def deadline(self) -> datetime | None:
        """The earliest time at which a step that is still open has work."""
        steps = self.state.steps
        return min((at for at, path in self._wakes if path in steps and not steps[path].closed), default=None)


@lru_cache(maxsize=256)
def _work_calendar(calendar: Calendar) -> WorkCalendar:
    return WorkCalendar.of(calendar)
