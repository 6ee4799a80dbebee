"""The outside events that a case may still take: in its handlers, at the steps that wait, and at those not reached."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.language.evaluator import EvaluationError, render
from engine.language.expressions import parse_template
from engine.language.plan import Plan
from engine.language.process import Handler, comes_from_outside, heard_as
from engine.runtime.around import Around
from engine.runtime.scope import Scope
from engine.runtime.state import State, StepRecord
from engine.runtime.step import Listen, Step
from engine.runtime.view import Subscription


def subscriptions(plan: Plan, state: State, now: datetime) -> tuple[Subscription, ...]:
    """Everything that the case listens to. `match` is None where it cannot be evaluated yet."""
    if state.outcome:
        return ()
    return tuple(_Listening(plan, state, now).everything())


class _Listening:
    def __init__(self, plan: Plan, state: State, now: datetime) -> None:
        self.plan = plan
        self.state = state
        self.now = now
        self.scope = Scope(state)
        self.records: dict[str, list[tuple[str, StepRecord]]] = {}
        for path, record in state.steps.items():
            self.records.setdefault(record.id, []).append((path, record))

    def everything(self) -> Iterator[Subscription]:
        process = self.plan.process
        for step in self._steps((process.steps, *(handler.steps for handler in process.handlers))):
            yield from self._step(step)
        for handler in process.handlers:
            yield from self._handler(handler, "", Around())

    def _steps(self, blocks: tuple[tuple[Step, ...], ...]) -> Iterator[Step]:
        for step in (step for block in blocks for step in block):
            yield step
            yield from self._steps(tuple(nested.steps for nested in step.nested()))

    def _step(self, step: Step) -> Iterator[Subscription]:
        found = self.records.get(step.id, [])
        still = [(path, record) for path, record in found if not record.closed]
        for listen in step.listens():
            for _, record in still:
                yield Subscription(listen.name, step.id, self._accepted(record, listen))
            if not found:  # what comes early is kept for it
                yield Subscription(listen.name, step.id, self._match(listen.match, Around()))
        for handler in getattr(step, "handlers", ()):
            for path, record in still:
                yield from self._handler(handler, f"{path}/", Around(rooms=(record.room,) if record.room else ()))

    def _handler(self, handler: Handler, prefix: str, around: Around) -> Iterator[Subscription]:
        when = handler.when
        if comes_from_outside(when):
            match = self._match(when.match, around)
            yield Subscription(heard_as(when, handler.id), f"{prefix}handlers/{handler.id}", match)

    def _accepted(self, record: StepRecord, listen: Listen) -> Mapping[str, Any] | None:
        """What the wait itself compares, once it has worked that out."""
        for accept in record.memo.get("accepts", ()):
            if accept["name"] == listen.name and set(accept["match"]) == set(listen.match):
                match: Mapping[str, Any] = accept["match"]
                return match
        return self._match(listen.match, Around(rooms=(record.room,) if record.room else ()))

    def _match(self, written: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        scope = self.scope.of(around)
        try:
            return {name: render(parse_template(str(v)), scope, lambda: self.now) for name, v in written.items()}
        except EvaluationError:
            return None
