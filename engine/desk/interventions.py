"""What staff do to a running case as a whole: stop it, let it rest, change its data, add and reassign tasks."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from engine.desk.answers import BadInputs, DeskError, NotOpen, Preview
from engine.desk.telling import Telling
from engine.language.inputs import BadValues
from engine.language.model import ValueType
from engine.language.money import Money
from engine.language.plan import Plan
from engine.language.problems import one_of, suggest
from engine.language.resources import Input
from engine.runtime.events import Event
from engine.runtime.preview import preview
from engine.runtime.state import State
from engine.store import cases, queue, states

Timeouts = Literal["keep", "freeze"]
VARS = "vars."


class Interventions(Telling):
    async def stop(self, case: str, by: str = "", reason: str = "") -> None:
        """End a case now, with the outcome `stopped`. Raises NotThere, NotOpen."""
        found = await self._open_case(case)
        said = f"Stopped by {by or 'an operator'} before it began{f': {reason.strip()}' if reason.strip() else ''}"
        queued = found.summary.health == queue.QUEUED
        if queued and await self.store.write(lambda c: queue.stop(c, case, said, self.clock())):
            return
        await self._tell(found, "operator", "stop", "", {"reason": reason.strip()}, by)

    async def start_now(self, case: str, by: str = "") -> None:
        """Let a case begin that waits for another one to end. Raises NotThere, NotOpen."""
        await self._open_case(case)
        if not await self.store.write(lambda c: queue.begin(c, case, self.clock(), by)):
            raise NotOpen(f"the case `{case}` has begun already")
        self.nudge()

    async def pause(self, case: str, timeouts: Timeouts = "keep", by: str = "", reason: str = "") -> None:
        """Let a case rest: nothing goes out, and what arrives is kept until it is resumed.

        `keep`: what falls due meanwhile happens when it is resumed; `freeze`: all times come later by the
        length of the pause. Raises NotThere, NotOpen.
        """
        found = await self._at_work(case)
        await self._tell(found, "operator", "pause", "", {"timeouts": timeouts, "reason": reason.strip()}, by)

    async def resume(self, case: str, by: str = "") -> None:
        """Let a paused case go on. Raises NotThere, NotOpen."""
        found = await self._running(case)
        if found.summary.health != "paused":
            raise NotOpen(f"the case `{case}` is not paused")
        await self._tell(found, "operator", "resume", "", {}, by)

    async def add_task(
        self,
        case: str,
        title: str,
        *,
        assignee: str = "",
        group: str = "",
        due: str = "",
        description: str = "",
        blocking: bool = False,
        by: str = "",
    ) -> None:
        """Give a running case another task. `blocking`: the case does not end before it is done.

        Raises NotThere, NotOpen, BadInputs.
        """
        found = await self._running(case)
        specs = {"title": Input(type="text"), "description": Input(type="long_text", optional=True), **_WHO}
        raw = {"title": title, "description": description, "assignee": assignee, "group": group, "due": due}
        given = self._read(await self.plan_of(found), {**specs, "due": Input(type="datetime", optional=True)}, raw)
        data = {k: v for k, v in given.items() if v is not None and k != "group"}
        groups = {"groups": [given["group"]]} if given["group"] else {}
        await self._tell(found, "operator", "add_task", "", {**data, **groups, "blocking": blocking}, by)

    async def reassign(self, task_id: str, *, assignee: str = "", group: str = "", by: str = "") -> None:
        """Give an open task to a user, or to a group. Raises NotThere, NotOpen, BadInputs."""
        row = await self.store.read(lambda c: cases.task(c, task_id))
        if row is None or row.task.status != "open":
            raise NotOpen(f"the task `{task_id}` is not open; `baton tasks` lists those that are")
        found = await self._running(row.case)
        if bool(assignee) == bool(group):
            raise BadInputs({"assignee": "Say to whom: a user, or a group."})
        given = self._read(await self.plan_of(found), _WHO, {"assignee": assignee, "group": group})
        data = {"groups": [given["group"]]} if given["group"] else {"assignee": given["assignee"]}
        await self._tell(found, "operator", "reassign", row.task.path, data, by)

    async def preview(self, case: str, raw: Mapping[str, Any]) -> Preview:
        """What would change if these inputs and `vars.NAME` had these values. Nothing is changed.

        Raises NotThere, NotOpen, BadInputs, and DeskError where a time could not be worked out any more.
        """
        found = await self._running(case)
        plan = await self.plan_of(found)
        text = await self.store.read(lambda c: states.current(c, case))
        data = self._edited(plan, State.load(text), raw)
        now = self.clock()
        event = Event("preview", "operator", now, "edit", by="", data=data)
        seen = await preview(plan, text, now, event)
        if seen.trouble:
            raise DeskError(f"with these values the case could not go on: {'; '.join(seen.trouble)}")
        return Preview(case, seen.before, seen.after, seen.moved, seen.says, seen.sends)

    async def edit(self, case: str, raw: Mapping[str, Any], by: str = "", reason: str = "") -> None:
        """Change inputs that are `changeable`, and variables (`vars.NAME`). Raises like `preview`."""
        await self.preview(case, raw)
        found = await self._running(case)
        state = State.load(await self.store.read(lambda c: states.current(c, case)))
        data = self._edited(await self.plan_of(found), state, raw)
        await self._tell(found, "operator", "edit", "", {**data, "reason": reason.strip()}, by)

    def _edited(self, plan: Plan, state: State, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The values by `inputs` and `vars`. Raises BadInputs."""
        if not raw:
            raise BadInputs({"values": "Say what is to change, as in start_date=2026-05-01."})
        variables = {n.removeprefix(VARS): v for n, v in raw.items() if n.startswith(VARS)}
        inputs = {n.removeprefix("inputs."): v for n, v in raw.items() if not n.startswith(VARS)}
        problems = {**_unchangeable(plan, inputs), **_no_variable(state, variables)}
        if problems:
            raise BadInputs(problems)
        specs = {name: _like(state.vars[name]) for name in variables}
        return {
            "inputs": self._read(plan, {name: plan.process.inputs[name] for name in inputs}, inputs),
            "vars": self._read(plan, specs, variables),
        }

    def _read(self, plan: Plan, specs: Mapping[str, Input], raw: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self.values(plan).read(specs, raw)
        except BadValues as problem:
            raise BadInputs(problem.problems) from problem


_WHO = {"assignee": Input(type="user", optional=True), "group": Input(type="group", optional=True)}


def _unchangeable(plan: Plan, names: Mapping[str, Any]) -> dict[str, str]:
    inputs, problems = plan.process.inputs, {}
    changeable = [name for name, spec in inputs.items() if spec.changeable]
    may = f"what may change is {one_of(changeable)}" if changeable else "no input of this process may change"
    for name in names:
        if name not in inputs:
            near = suggest(name, inputs)
            problems[name] = f"There is no input `{name}`; " + (f"did you mean `{near}`?" if near else f"{may}.")
        elif not inputs[name].changeable:
            problems[name] = (
                f"`{name}` stays as it is while a case runs: the process does not say `changeable: true` for it; {may}."
            )
    return problems


def _no_variable(state: State, names: Mapping[str, Any]) -> dict[str, str]:
    known = f"the case has {one_of(state.vars)}" if state.vars else "the case has none so far"
    return {f"{VARS}{name}": f"There is no variable `{name}`; {known}." for name in names if name not in state.vars}


def _like(value: Any) -> Input:
    """A value of the same type as this one."""
    kinds: tuple[tuple[type, ValueType], ...] = (
        (bool, "boolean"), (int, "number"), (Decimal, "number"), (Money, "money"), (datetime, "datetime"),
    )  # fmt: skip
    found = next((name for kind, name in kinds if isinstance(value, kind)), None)
    if found is None and hasattr(value, "isoformat"):
        found = "date"
    return Input(type=found or ("list" if isinstance(value, list) else "long_text"))
