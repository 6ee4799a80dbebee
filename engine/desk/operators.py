"""What staff do to a running case: give an event by hand, retry, skip, do now, stop."""

import secrets
from collections.abc import Mapping
from typing import Any

from engine.desk.answers import BadInputs, NotOpen, NotThere, Verb
from engine.desk.ground import Ground
from engine.language.inputs import BadValues
from engine.language.plan import Plan
from engine.language.problems import one_of, suggest
from engine.language.process import Handler
from engine.language.resources import Input
from engine.language.values import encode
from engine.runtime.view import WaitView
from engine.store.rows import Arrival, CaseDetail


class Operators(Ground):
    async def give(self, case: str, step: str, event: str, inputs: Mapping[str, Any], by: str = "") -> None:
        """Give a waiting step an event by hand (`by_phone`), with its inputs as people typed them.

        `step` is the step's id or path, or the id of a handler that is told by hand, which is then `event`, too.
        Raises NotThere, NotOpen, BadInputs.
        """
        found = await self._open_case(case)
        plan = await self.plan_of(found)
        if handler := _handler(plan, step):
            path, specs = f"handlers/{handler.id}", dict(handler.when.inputs)
        else:
            wait = _wait(found, step)
            offer = _offer(wait, event)
            path, specs = wait.path, {name: Input.model_validate(spec) for name, spec in offer["inputs"].items()}
        try:
            data = self.values(plan).read_all(specs, inputs)
        except BadValues as problem:
            raise BadInputs(problem.problems) from problem
        await self._tell(found, "manual", event, path, data, by)

    async def operate(
        self, case: str, step: str, verb: Verb, by: str = "", values: Mapping[str, Any] | None = None
    ) -> None:
        """Retry, skip (with values), do_now or stop. `step` is an id or a path; for stop it may be empty.

        Raises NotThere, NotOpen.
        """
        found = await self._open_case(case)
        path = "" if verb == "stop" and not step else _wait(found, step).path
        await self._tell(found, "operator", verb, path, {"values": dict(values or {})}, by)

    async def _open_case(self, case: str) -> CaseDetail:
        found = await self.case(case)
        if found.summary.status == "ended":
            raise NotOpen(f"the case `{case}` has ended: {found.summary.outcome.replace('_', ' ')}")
        return found

    async def _tell(self, case: CaseDetail, kind: str, name: str, path: str, data: Mapping[str, Any], by: str) -> None:
        unique = f"{kind}-{secrets.token_hex(8)}"
        await self.deliver(
            Arrival(unique, kind, unique, kind, name, case.summary.id, path, by, encode(data), self.clock())
        )


def _handler(plan: Plan, name: str) -> Handler | None:
    """The handler of this name, where people tell it by hand."""
    return next((h for h in plan.process.handlers if h.id == name and h.when.type == "manual"), None)


def _wait(case: CaseDetail, step: str) -> WaitView:
    """What the case waits for at a step; among several, one with an incident first, then the latest."""
    found = [w for w in case.waits if step in (w.path, w.step)]
    if found:
        return max(found, key=lambda w: (w.status == "incident", w.since))
    names = sorted({w.step for w in case.waits})
    near = suggest(step, names)
    now = f"did you mean `{near}`?" if near else f"it is at {one_of(names)}" if names else "nothing is open just now"
    raise NotThere(f"the case `{case.summary.id}` is not at a step `{step}`; {now}")


def _offer(wait: WaitView, event: str) -> Mapping[str, Any]:
    for offer in wait.events:
        if offer.get("id") == event:
            return offer
    known = [str(offer["id"]) for offer in wait.events if "id" in offer]
    way_out = f"it takes {one_of(known)}" if known else "it takes no events by hand"
    raise NotThere(f"the step `{wait.step}` has no event `{event}`; {way_out}")
