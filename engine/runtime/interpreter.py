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
from engine.language.process import Handler
from engine.language.resources import Calendar
from engine.runtime.effects import Perform
from engine.runtime.events import Accept
from engine.runtime.flow import CaseStopped, StepError, Suspended
from engine.runtime.journal import Journal, words
from engine.runtime.mailbox import take
from engine.runtime.run import StepRun
from engine.runtime.state import State, StepRecord
from engine.runtime.step import Step

log = logging.getLogger("baton.interpreter")

Names = Mapping[str, Any]

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
        self.deadline: datetime | None = None
        self.children: list[dict[str, Any]] = []
        self._steps_seen: Names | None = None

    async def advance(self) -> None:
        """Walk handlers and steps; record the case's end when it comes to one."""
        try:
            quiet = await self._handlers()
            if self.state.interrupted:
                return
            await self.walk("", self.plan.process.steps, {})
            if quiet:
                self._complete()
        except Suspended:
            return
        except CaseStopped as stopped:
            self.end(stopped.outcome)

    async def walk(self, prefix: str, steps: tuple[Step, ...], names: Names) -> None:
        for step in steps:
            await self._step(step, prefix + step.id, names)

    async def _step(self, step: Step, path: str, names: Names) -> None:
        record = self.state.steps.get(path)
        if record is not None and record.closed:
            return
        if record is None:
            record = self.state.steps[path] = StepRecord(id=step.id, type=step.type, since=self.now)
        run = StepRun(self, step, path, record, names)
        try:
            await self._carry_out(step, run, record)
        except EvaluationError as problem:
            await self._failed(step, run, record, StepError(problem.code, str(problem)))
        except (ExpressionProblem, PhraseProblem) as problem:
            await self._failed(step, run, record, StepError("time", str(problem)))
        except StepError as problem:
            await self._failed(step, run, record, problem)
        except BUGS as problem:
            # The edge: a mistake of ours, or of a step type's author, holds up one step and not the case.
            log.exception("step %s of %s", path, self.state.case["id"])
            await self._failed(step, run, record, StepError("bug", f"a mistake in Baton: {problem!r}"))

    async def _carry_out(self, step: Step, run: StepRun, record: StepRecord) -> None:
        result = await step.run(run) if self._begin(step, run, record) else {"status": "skipped"}
        self.close(run.path, record, result)

    def _begin(self, step: Step, run: StepRun, record: StepRecord) -> bool:
        """Decide once whether the step runs; False when its `if` is false."""
        if record.memo.get("begun"):
            return True
        condition = step.if_
        if condition is not None and not run.once("if", lambda: run.test(condition)):
            return False
        if step.start is not None:
            self._not_before(run, record, step.start)
        record.title = str(run.value(step.title)) if step.title else words(step.id)
        record.memo = {"begun": True}
        if step.stage:
            self.state.stage = step.stage
        return True

    def _not_before(self, run: StepRun, record: StepRecord, phrase: str) -> None:
        start = record.memo.setdefault("start", run.instant(phrase))
        if start is not None and start > self.now:
            self.wake(start)
            raise Suspended

    def close(self, path: str, record: StepRecord, result: Mapping[str, Any]) -> None:
        """Finish a step: side work below it is cancelled, its result becomes visible."""
        for below, open_record in self.state.open_below(path):
            if open_record is not record:
                self.cancel(below, open_record)
        record.result = {k: v for k, v in result.items() if k != "status"}
        record.status = result.get("status", "done")
        record.at = self.now
        record.armed, record.memo, record.incident = None, {}, {}
        if record.task:
            record.task["status"] = "done" if record.status == "done" else "cancelled"
        self.forget_pending(path)
        self._steps_seen = None
        self.journal.closed(path, record)

    def cancel(self, path: str, record: StepRecord) -> None:
        record.status, record.at, record.armed, record.incident = "cancelled", self.now, None, {}
        if record.task:
            record.task["status"] = "cancelled"
        self.forget_pending(path)
        self._steps_seen = None

    def forget_pending(self, path: str) -> None:
        """What is still being tried at this path is called off."""
        for key in [k for k, p in self.state.pending.items() if p["path"] == path]:
            del self.state.pending[key]

    async def _failed(self, step: Step, run: StepRun, record: StepRecord, problem: StepError) -> None:
        error = {"code": problem.code, "message": problem.message, "step": step.id}
        if step.on_error == "incident":
            self._incident(run.path, record, problem)
            raise Suspended
        if step.on_error == "stop":
            raise CaseStopped("failed")
        if isinstance(step.on_error, tuple):
            await self.walk(f"{run.path}/error/", step.on_error, {**run.names, "error": error})
        self.close(run.path, record, {"status": "failed", "error": error})

    def _incident(self, path: str, record: StepRecord, problem: StepError) -> None:
        known = record.incident
        if (known.get("code"), known.get("message")) == (problem.code, problem.message):
            return
        record.incident = {"code": problem.code, "message": problem.message, "since": self.now}
        self.journal.write(path, "incident", f"{record.title or record.id}: {problem.message}")

    async def _handlers(self) -> bool:
        """Take the events that handlers listen to and walk what they started; True when all of that is done."""
        done = True
        for handler in self.plan.process.handlers:
            if self.state.interrupted in ("", handler.id):
                done = await self._handler(handler) and done
        return done

    async def _handler(self, handler: Handler) -> bool:
        path = f"handlers/{handler.id}"
        heard = self.state.heard.setdefault(handler.id, [])
        while not (handler.interrupt and heard) and (taken := take(self.state, path, self._accepts(handler))):
            heard.append({"data": dict(taken[1].data), "by": taken[1].by})
            self.journal.write(path, "handler", f"{words(handler.id)}: received")
            if handler.interrupt:
                self._interrupt(handler.id)
        done = True
        for n, event in enumerate(heard, 1):
            done = await self.side(f"{path}/{n}/", handler.steps, {"event": event["data"]}) and done
        if handler.interrupt and heard and done:
            raise CaseStopped(handler.id)
        return done

    def _accepts(self, handler: Handler) -> list[Accept]:
        """What the handler takes now; nothing while its `match` cannot be evaluated."""
        when = handler.when
        name = when.form if when.type == "form" else f"{when.connection}/{when.event}"
        try:
            wanted = {n: self.rendered(written) for n, written in when.match.items()}
        except EvaluationError:
            return []
        return [Accept(handler.id, when.type, name or "", wanted)]

    def rendered(self, written: Any) -> Any:
        return render(parse_template(str(written)), self.scope({}), lambda: self.now)

    def _interrupt(self, handler: str) -> None:
        self.state.interrupted = handler
        for path, record in self.state.steps.items():
            if not record.closed:
                self.cancel(path, record)

    async def side(self, prefix: str, steps: tuple[Step, ...], names: Names) -> bool:
        """Walk a block beside the main line; False while it waits."""
        try:
            await self.walk(prefix, steps, names)
        except Suspended:
            return False
        return True

    def scope(self, names: Names) -> dict[str, Any]:
        """What expressions see: the latest finished round of every step, and the block's own names."""
        if self._steps_seen is None:
            self._steps_seen = {r.id: seen(r) for r in self.state.steps.values() if r.closed}
        state = self.state
        return {"inputs": state.inputs, "steps": self._steps_seen, "vars": state.vars, "case": state.case, **names}

    def _complete(self) -> None:
        self.state.outputs = {name: self._output(written) for name, written in self.plan.process.outputs.items()}
        self.end("completed")

    def _output(self, written: Any) -> Any:
        """An output's value; None where the step that gives it was skipped."""
        try:
            return self.rendered(written)
        except EvaluationError:
            return None

    def end(self, outcome: str) -> None:
        self.state.outcome = outcome
        for path, record in list(self.state.steps.items()):
            if not record.closed:
                self.cancel(path, record)
        self.state.pending.clear()
        self.deadline = None
        self.journal.write("", "ended", f"Ended: {outcome.replace('_', ' ')}")

    def answered(self, path: str, purpose: str, kind: str, answer: dict[str, Any]) -> None:
        """File the result of an effect."""
        self.state.steps[path].effects[purpose] = answer
        if kind == "subprocess":
            self.children.append(answer)
        if said := answer.get("said"):
            self.journal.write(path, kind, str(said))

    def calendar(self, step: Step) -> WorkCalendar:
        """The step's calendar, else the process's, else every hour of every day in UTC."""
        name = step.calendar or self.plan.process.calendar
        return _work_calendar(self.plan.resources.calendars[name]) if name else EVERYDAY

    def wake(self, at: datetime) -> None:
        self.deadline = at if self.deadline is None else min(self.deadline, at)


@lru_cache(maxsize=256)
def _work_calendar(calendar: Calendar) -> WorkCalendar:
    return WorkCalendar.of(calendar)


def seen(record: StepRecord) -> dict[str, Any]:
    """A finished step as `steps.<id>`."""
    return {"status": record.status, "at": record.at, **record.result}
