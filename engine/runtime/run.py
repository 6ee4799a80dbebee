"""The `Run` of one step at one path: how it reaches the state, the clock and the world."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.language.calendar import WorkCalendar
from engine.language.evaluator import EvaluationError, evaluate, render, test
from engine.language.expressions import parse_expression, parse_template
from engine.language.phrases import PhraseProblem
from engine.language.process import Handler
from engine.language.time import resolve_text
from engine.runtime.around import Around, Names
from engine.runtime.effects import Effect, Later
from engine.runtime.events import Accept, Event
from engine.runtime.flow import StepError, Suspended
from engine.runtime.handlers import Ears
from engine.runtime.mailbox import take
from engine.runtime.state import StepRecord
from engine.runtime.step import Result, Retry, Step
from engine.runtime.undoing import undo, undoable
from engine.runtime.walker import Walker


class StepRun:
    """See `engine.runtime.step.Run`."""

    def __init__(self, walker: Walker, step: Step, path: str, record: StepRecord, around: Around) -> None:
        self.walker = walker
        self.plan = walker.plan
        self.step = step
        self.path = path
        self.record = record
        self.around = around

    def now(self) -> datetime:
        return self.walker.now

    def scope(self) -> dict[str, Any]:
        return self.walker.scope.of(self.around)

    def value(self, written: Any) -> Any:
        if isinstance(written, str):
            return render(parse_template(written), self.scope(), self.now, self.calendar)
        if isinstance(written, Mapping):
            return {name: self.value(v) for name, v in written.items()}
        if isinstance(written, list | tuple):
            return [self.value(v) for v in written]
        return written

    def test(self, condition: str, names: Names | None = None) -> bool:
        scope = self.walker.scope.of(self.around.knowing(names))
        return test(parse_expression(condition), scope, self.now, self.calendar)

    def evaluate(self, expression: str, names: Names | None = None) -> Any:
        scope = self.walker.scope.of(self.around.knowing(names))
        return evaluate(parse_expression(expression), scope, self.now, self.calendar)

    def within(self, item: str, names: Names) -> "StepRun":
        around = self.around.knowing(names).inside(f"{self.path}/{item}")
        return StepRun(self.walker, self.step, self.path, self.record, around)

    def results(self, block: str) -> dict[str, Result]:
        room = f"{self.path}/{block}"
        return self.walker.scope.room(room) or self.walker.scope.below(f"{room}/")

    def undoable(self, group: str | None) -> list[str]:
        return undoable(self.walker, self.around, self.path, group)

    async def undo(self, path: str) -> None:
        await undo(self.walker, self.around, self.path, path)

    def leave(self, blocks: list[str]) -> None:
        self.record.left = blocks

    def once(self, name: str, decide: Callable[[], Any]) -> Any:
        memo = self.record.memo
        if name not in memo:
            memo[name] = decide()
        return memo[name]

    def instant(self, phrase: str, since: datetime | None = None, *, before: bool = False) -> datetime | None:
        value = self._value_before if before else self.value
        return resolve_text(phrase, value, since or self.now(), self.calendar)

    def _value_before(self, written: str) -> Any:
        scope = {**self.scope(), **(self.walker.before or {})}
        return render(parse_template(written), scope, self.now, self.calendar)

    @property
    def edited(self) -> bool:
        return self.walker.before is not None

    def reconsidered(self, phrase: str, since: datetime, known: datetime | None) -> datetime | None:
        if not self.edited or "${" not in phrase:
            return known
        try:
            was = self.instant(phrase, since, before=True)
        except (EvaluationError, PhraseProblem):
            was = None
        at = self.instant(phrase, since)
        return known if at == was else at

    @property
    def calendar(self) -> WorkCalendar:
        return self.walker.calendar(self.step)

    async def do(self, purpose: str, kind: str, payload: Mapping[str, Any]) -> Result:
        record = self.record
        if purpose in record.effects:
            return record.effects[purpose]
        if failure := record.failures.get(purpose):
            raise StepError(failure["code"], failure["message"])
        key = self._key(purpose)
        if key in self.walker.state.pending:
            raise Suspended
        return await self._perform(key, purpose, kind, payload)

    def _key(self, purpose: str) -> str:
        again, path = self.record.again.get(purpose), self.record.page(self.path)
        return f"{self.walker.state.case['id']}/{path}:{purpose}" + (f"#{again}" if again else "")

    async def _perform(self, key: str, purpose: str, kind: str, payload: Mapping[str, Any]) -> Result:
        state = self.walker.state
        effect = Effect(key, state.case["id"], self.path, purpose, kind, payload, self.step.retry or Retry())
        try:
            answer = await self.walker.perform(self.plan, effect)
        except StepError as problem:
            self.record.failures[purpose] = {"code": problem.code, "message": problem.message}
            raise
        if isinstance(answer, Later):
            state.pending[key] = self._pending(effect, answer)
            if answer.said:
                self.walker.journal.write(self.path, "outbox", answer.said)
            raise Suspended
        self.walker.answered(self.path, purpose, kind, answer)
        return answer

    def _pending(self, effect: Effect, later: Later) -> dict[str, Any]:
        retry = effect.retry
        return {
            "path": self.path,
            "purpose": effect.purpose,
            "kind": effect.kind,
            "payload": dict(effect.payload),
            "attempted": later.attempted,
            "max_attempts": retry.max_attempts,
            "first_delay": self._seconds(retry.first_delay),
            "max_delay": self._seconds(retry.max_delay),
            **({"posted": True} if later.posted else {}),
        }

    def _seconds(self, phrase: str) -> float:
        until = self.instant(phrase)
        return (until - self.now()).total_seconds() if until else 0.0

    async def walk(self, name: str, steps: tuple[Step, ...], names: Names | None = None) -> None:
        await self.walker.walk(f"{self.path}/{name}/", steps, self.around.knowing(names))

    async def beside(
        self, name: str, steps: tuple[Step, ...], caught: bool | None = None, over: Callable[[], bool] | None = None
    ) -> bool:
        around = replace(self._around(caught), over=(*self.around.over, *((over,) if over else ())))
        return await self.walker.side(f"{self.path}/{name}/" if name else f"{self.path}/", steps, around)

    async def listen(self, handlers: tuple[Handler, ...], caught: bool | None = None) -> tuple[bool, str]:
        memo = self.record.memo
        around = self._around(caught)
        ears = Ears(self.walker, f"{self.path}/", memo.setdefault("heard", {}), around, self._interrupted)
        return await ears.listen(handlers, memo.get("interrupted", ""))

    def _around(self, caught: bool | None) -> Around:
        return self.around if caught is None else replace(self.around, caught=caught)

    def _interrupted(self, handler: str) -> None:
        self.record.memo["interrupted"] = handler
        self.walker.cancel_below(self.path)

    def watch(self, condition: str) -> bool:
        self.walker.watch()
        return self.test(condition)

    def assign(self, values: Mapping[str, Any]) -> None:
        self.walker.assign(values)

    def take(self, accepts: Iterable[Accept], below: str = "") -> tuple[Accept, Event] | None:
        return take(self.walker.state, self.path + below, accepts)

    def open_beside(self, name: str, kind: str, title: str) -> StepRecord:
        """The record of side work: made at the first call, the same one afterwards."""
        steps = self.walker.state.steps
        path = f"{self.path}/{name}"
        if path not in steps:
            known = self.walker.state.rounds.get(path, 0)
            steps[path] = StepRecord(
                f"{self.record.id}_{name}", kind, self.now(), status="waiting", title=title, round=known
            )
        return steps[path]

    def beside_record(self, name: str) -> StepRecord | None:
        return self.walker.state.steps.get(f"{self.path}/{name}")

    def close_beside(self, name: str, result: Result) -> None:
        path = f"{self.path}/{name}"
        self.walker.close(path, self.walker.state.steps[path], result)

    def settle(self) -> None:
        """Close all side work: the wait is over."""
        self.walker.cancel_below(self.path)

    def wake(self, at: datetime) -> None:
        self.walker.wake(self.path, at)

    def took(self, way: str) -> None:
        self.walker.journal.took(self.record.id, way)

    def log(self, kind: str, text: str, before: Names | None = None, after: Names | None = None) -> None:
        self.walker.journal.write(self.path, kind, text, "", before, after)
