"""Tasks: finding them and finishing them."""

from collections.abc import Mapping
from typing import Any

from engine.desk import uploads
from engine.desk.answers import BadInputs, NotOpen, NotThere
from engine.desk.forms import questions
from engine.desk.ground import Ground, finish_id
from engine.language.inputs import BadValues
from engine.language.problems import one_of
from engine.language.values import encode
from engine.runtime.view import TaskView
from engine.store import cases
from engine.store.rows import Arrival, TaskRow


class Tasks(Ground):
    async def tasks(self, user: str | None = None, group: str | None = None) -> tuple[TaskRow, ...]:
        """Open tasks, oldest first: all, those that a user (by id) may do alone or with a team, those of a group."""
        groups = await self._teams(user) if user else set()
        groups |= {group} if group else set()
        return await self.store.read(lambda c: cases.open_tasks(c, user, groups))

    async def _teams(self, user: str) -> set[str]:
        """The groups that a user belongs to, as the newest versions of all processes have it."""
        everybody = [edition.plan.resources.people for edition in await self.shelf.everything()]
        return {team.id for people in everybody for team in people.groups if user in team.members}

    async def task(self, task_id: str) -> TaskView:
        """A task, also one that is done. Raises NotThere."""
        return (await self.task_row(task_id)).task

    async def task_row(self, task_id: str) -> TaskRow:
        """A task with the case that it belongs to. Raises NotThere."""
        row = await self.store.read(lambda c: cases.task(c, task_id))
        if row is None:
            raise NotThere(f"there is no task `{task_id}`; `baton tasks` lists the open ones")
        return row

    async def complete(
        self,
        task_id: str,
        outcome: str = "",
        *,
        comment: str = "",
        answers: Mapping[str, Any] | None = None,
        checklist: tuple[str, ...] = (),
        by: str = "",
    ) -> None:
        """Finish a task. `checklist` has the ids of the items that are done.

        Raises NotThere, NotOpen, and BadInputs with `outcome`, `checklist` and
        the questions of the task's form by name. Finishing it twice the same
        way is one event.
        """
        row = await self.task_row(task_id)
        if row.task.status != "open":
            raise NotOpen(f"the task `{row.task.title}` is {row.task.status} already")
        raw, sent = uploads.stored_as(answers or {}, row.task.id)
        given = await self._checked(row, outcome, raw, checklist)
        if sent:
            await self.store.write(lambda c: uploads.store(c, row.case, sent))
        data = {"outcome": outcome, "comment": comment.strip(), "answers": given, "checklist": list(checklist)}
        await self._finish(row, data, by)

    async def _finish(self, row: TaskRow, data: Mapping[str, Any], by: str) -> None:
        arrival = Arrival(
            id=finish_id(row.task.id),
            source="task",
            source_id=row.task.id,
            kind="task",
            name="task",
            case=row.case,
            to=row.task.path,
            by=by,
            data_json=encode(data),
            received_at=self.clock(),
        )
        if not await self.deliver(arrival):
            raise NotOpen(f"the task `{row.task.title}` was finished a moment ago")

    async def _checked(
        self, row: TaskRow, outcome: str, raw: Mapping[str, Any], checklist: tuple[str, ...]
    ) -> dict[str, Any]:
        """The answers to the task's form. Raises BadInputs with everything that is wrong."""
        problems = {**_outcome_problem(row.task, outcome), **_checklist_problem(row.task, checklist)}
        given: dict[str, Any] = {}
        if row.task.form:
            plan = await self.plan_of(await self.case(row.case))
            try:
                given = self.values(plan).read(questions(plan, row.task.form), raw)
            except BadValues as problem:
                problems |= problem.problems
        if problems:
            raise BadInputs(problems)
        return given


def _outcome_problem(task: TaskView, outcome: str) -> dict[str, str]:
    if task.outcomes and outcome not in task.outcomes:
        return {"outcome": f"Choose an outcome: {one_of(task.outcomes)}."}
    if outcome and not task.outcomes:
        return {"outcome": "This task has no outcomes; it is just done."}
    return {}


def _checklist_problem(task: TaskView, done: tuple[str, ...]) -> dict[str, str]:
    known = {str(item["id"]) for item in task.checklist}
    strange = [name for name in done if name not in known]
    if strange:
        out = f"the list has {one_of(known)}" if known else "this task has no checklist"
        return {"checklist": f"There is no item {one_of(strange)}; {out}."}
    missing = [str(item["label"]) for item in task.checklist if not item.get("optional") and item["id"] not in done]
    return {"checklist": f"Still to do: {'; '.join(missing)}."} if missing else {}
