"""What staff do to the steps of a running case: give an event by hand, retry, skip, mark as done, do now, send back."""

from collections.abc import Mapping
from typing import Any

from engine.desk.answers import BadInputs, DeskError, NotThere, Verb
from engine.desk.publishing import every_step
from engine.desk.telling import Telling, wait_at
from engine.language.inputs import BadValues
from engine.language.plan import Plan
from engine.language.problems import one_of
from engine.language.resources import Input
from engine.runtime.given import Given
from engine.runtime.journal import words
from engine.runtime.reopening import CannotReopen, finished
from engine.runtime.state import State
from engine.runtime.step import Step
from engine.runtime.view import WaitView
from engine.store import files, states


class Operators(Telling):
    async def give(self, case: str, step: str, event: str, inputs: Mapping[str, Any], by: str = "") -> None:
        """Give a waiting step an event by hand (`by_phone`), with its inputs as people typed them.

        `step` is the step's id or path, or the id of a handler that is told by hand, which is then `event`, too.
        Raises NotThere, NotOpen, BadInputs.
        """
        found = await self._running(case)
        wait = wait_at(found, step)
        offer = _offer(wait, event)
        specs = {name: Input.model_validate(spec) for name, spec in offer["inputs"].items()}
        try:
            data = self.values(await self.plan_of(found)).read_all(specs, inputs)
        except BadValues as problem:
            raise BadInputs(problem.problems) from problem
        await self._tell(found, "manual", event, wait.path, data, by)

    async def operate(
        self,
        case: str,
        step: str,
        verb: Verb,
        by: str = "",
        values: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> None:
        """Retry, skip or mark_done (with values for its result), or do_now. `step` is an id or a path.

        Values are read as the types of the step's result. Raises NotThere, NotOpen, BadInputs, and
        DeskError for what makes no sense there.
        """
        found = await (self._at_work(case) if verb in ("retry", "do_now") else self._running(case))
        wait = wait_at(found, step)
        if verb == "retry" and wait.status == "waiting":
            raise DeskError(_nothing_to_retry(case, wait))
        plan = await self.plan_of(found)
        given = await self._given(plan, wait, values or {}, complete=verb == "mark_done")
        await self._tell(found, "operator", verb, wait.path, {"values": given, "reason": reason.strip()}, by)

    async def reopen(self, case: str, step: str, by: str = "", reason: str = "") -> None:
        """Send a case back to a finished step: it and everything after it in its block is done anew.

        Raises NotThere, NotOpen, and DeskError where that cannot be, with the way out.
        """
        found = await self._running(case)
        state = State.load(await self.store.read(lambda c: states.current(c, case)))
        try:
            path = finished(state, step)
        except CannotReopen as problem:
            done = sorted({r.id for r in state.steps.values() if r.closed})
            known = f" (it has finished {one_of(done, 12)})" if done and not any(step in name for name in done) else ""
            raise DeskError(f"`{step}` cannot be sent back to: {problem}{known}") from problem
        await self._tell(found, "operator", "reopen", path, {"reason": reason.strip()}, by)

    async def reopenable(self, case: str) -> tuple[tuple[str, str], ...]:
        """Path and title of the finished steps that the case could be sent back to, in their order."""
        state = State.load(await self.store.read(lambda c: states.current(c, case)))
        return tuple((path, r.title or words(r.id)) for path, r in state.steps.items() if _may_reopen(state, path))

    async def _given(self, plan: Plan, wait: WaitView, raw: Mapping[str, Any], *, complete: bool) -> dict[str, Any]:
        """The values as the step's result has them. Raises BadInputs."""
        given = Given.of(plan, _step(plan, wait.step), self.values(plan))
        wanted = {str(raw[name]) for name in raw if given.is_file(name) and isinstance(raw[name], str)}
        known = await self.store.read(lambda c: {name: files.get(c, name) for name in wanted})
        stored = {n: {"file": r.id, "name": r.name, "sha256": r.sha256, "size": r.size} for n, r in known.items() if r}
        try:
            return given.read(
                {n: stored.get(v, v) if given.is_file(n) else v for n, v in raw.items()}, complete=complete
            )
        except BadValues as problem:
            raise BadInputs(problem.problems) from problem


def _nothing_to_retry(case: str, wait: WaitView) -> str:
    whom = f" for {wait.waiting_for}" if wait.waiting_for else ""
    now = f", or let its next time come: `baton do-now {case} {wait.step}`" if wait.next_at else ""
    return (
        f"`{wait.step}` waits{whom}; nothing of it has failed, so there is nothing to retry. "
        f"Go on without it: `baton skip {case} {wait.step}`{now}"
    )


def _may_reopen(state: State, path: str) -> bool:
    try:
        return state.steps[path].status != "skipped" and finished(state, path) == path
    except CannotReopen:
        return False


def _step(plan: Plan, name: str) -> Step | None:
    """The step of the plan; None for work beside a step and for tasks that were added."""
    blocks = (plan.process.steps, *(h.steps for h in plan.process.handlers))
    return next((s for steps in blocks for s in every_step(steps) if s.id == name), None)


def _offer(wait: WaitView, event: str) -> Mapping[str, Any]:
    for offer in wait.events:
        if offer.get("id") == event:
            return offer
    known = [str(offer["id"]) for offer in wait.events if "id" in offer]
    way_out = f"it takes {one_of(known)}" if known else "it takes no events by hand"
    raise NotThere(f"the step `{wait.step}` has no event `{event}`; {way_out}")
