"""Tasks: finding them and finishing them."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from engine.desk import uploads
from engine.desk.agreeing import as_read
from engine.desk.answers import BadInputs, NotAllowed, NotOpen, NotThere, Part
from engine.desk.forms import questions
from engine.desk.ground import Ground, finish_id, vote_id
from engine.language.inputs import BadValues
from engine.language.problems import one_of
from engine.language.staff import identity, replaced_by, teams, title
from engine.language.values import encode
from engine.runtime.journal import NOT_APPLICABLE
from engine.runtime.view import TaskView
from engine.runtime.votes import refusal
from engine.store import cases, inbox
from engine.store.rows import Arrival, TaskRow


class Tasks(Ground):
    async def tasks(self, user: str | None = None, group: str | None = None) -> tuple[TaskRow, ...]:
        """Open tasks: all of them, those of a group, or those of a user: alone, with a team, or for somebody away.

        First what was put aside until now, then by priority, the oldest first.
        """
        staff = self.staff()
        users = [user, *replaced_by(staff, user, self.today())] if user else []
        groups = [*(teams(staff, user) if user else ()), *([group] if group else [])]
        return await self.store.read(lambda c: cases.open_tasks(c, users, groups, self.clock()))

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
        seen: str = "",
    ) -> None:
        """Finish a task, or vote on it. `checklist` has the ids of the items that are done, `seen` the mark of the
        mail that is agreed to as it was read.

        Raises NotThere, NotOpen, NotAllowed for a vote of somebody who may not, and BadInputs with `outcome`,
        `comment`, `checklist` and the questions of the task's form by name. Finishing it twice the same way is one
        event.
        """
        row, who = await self._open_task(task_id), identity(self.staff(), by)
        voter = await self._voter(row.task, who) if row.task.approvals else {}
        raw, sent = uploads.stored_as(answers or {}, row.task.id)
        given = await self._checked(row, outcome, raw, checklist, comment)
        if sent:
            await self.store.write(lambda c: uploads.store(c, row.case, sent))
        data = {"outcome": outcome, "comment": comment.strip(), "answers": given, "checklist": list(checklist)}
        await self._finish(row, "task", {**data, **voter}, who, lambda c: as_read(c, row.task, outcome, seen, who))

    async def say_not_applicable(self, task_id: str, reason: str, *, by: str = "") -> None:
        """Close a task that does not apply. Raises NotThere, NotOpen, NotAllowed, and BadInputs with `comment`."""
        row = await self._open_task(task_id)
        if not row.task.not_applicable:
            raise NotAllowed(f"the task `{row.task.title}` has to be done: its process does not let it be left out")
        if not reason.strip():
            raise BadInputs({"comment": "Please say why it does not apply."})
        await self._finish(row, NOT_APPLICABLE, {"comment": reason.strip()}, identity(self.staff(), by))

    async def claim(self, task_id: str, *, by: str) -> None:
        """Take a task that others may take too. Raises NotThere, NotOpen where somebody has it, NotAllowed."""
        row, who = await self._open_task(task_id), identity(self.staff(), by)
        self._may_take(row.task, who)
        await self._turn(row, "claim", who)

    async def give_back(self, task_id: str, *, by: str) -> None:
        """Give a task back to those who may take it. Raises NotThere, NotOpen, NotAllowed."""
        row, who = await self._open_task(task_id), identity(self.staff(), by)
        task = row.task
        if not task.claimed:
            raise NotAllowed(f"nobody has taken `{task.title}`, so it cannot be given back")
        if task.assignee != who:
            raise NotAllowed(f"{title(self.staff(), task.assignee)} has `{task.title}`, and only they can give it back")
        await self._turn(row, "release", who)

    def part_in(self, task: TaskView, by: str) -> Part:
        """What this person may do about an open task."""
        staff, who = self.staff(), identity(self.staff(), by)
        if task.approvals:
            return Part(refused=refusal(task.approvals, task.votes, who, self._groups(who)))
        mine = task.assignee == who
        has_it = "You have taken this task" if mine else f"{title(staff, task.assignee)} has this task"
        return Part(
            has_it=has_it if task.claimed and task.assignee else "",
            may_take=not task.assignee and self._is_candidate(task, who),
            may_give_back=mine and task.claimed,
        )

    async def _open_task(self, task_id: str) -> TaskRow:
        row = await self.task_row(task_id)
        if row.task.status != "open":
            raise NotOpen(f"the task `{row.task.title}` is {row.task.status} already")
        return row

    def _may_take(self, task: TaskView, who: str) -> None:
        staff = self.staff()
        if task.assignee == who:
            raise NotOpen(f"you have `{task.title}` already")
        if task.assignee:
            raise NotOpen(f"{title(staff, task.assignee)} has `{task.title}`")
        if task.approvals:
            raise NotAllowed(f"`{task.title}` is a vote: everybody who may vote has it")
        if not self._is_candidate(task, who):
            whose = one_of([*task.users, *task.groups])
            raise NotAllowed(f"{who or 'somebody without a name'} cannot take `{task.title}`; it is for {whose}")

    def _is_candidate(self, task: TaskView, who: str) -> bool:
        return who in task.users or any(group in task.groups for group in self._groups(who))

    def _groups(self, who: str) -> tuple[str, ...]:
        """The groups that somebody may act for today: their own, and those of everybody they stand in for."""
        staff = self.staff()
        everybody = (who, *replaced_by(staff, who, self.today()))
        return tuple(dict.fromkeys(group for user in everybody for group in teams(staff, user)))

    async def _voter(self, task: TaskView, who: str) -> dict[str, Any]:
        """What goes with a vote. Raises NotAllowed, NotOpen."""
        groups = self._groups(who)
        if await self.store.read(lambda c: inbox.load(c, [vote_id(task.id, who)])):
            raise NotOpen(f"{who} has voted on `{task.title}` already")
        if reason := refusal(task.approvals, task.votes, who, groups):
            raise NotAllowed(reason)
        return {"groups": [group for group in groups if group in task.approvals["groups"]]}

    async def _turn(self, row: TaskRow, verb: str, who: str) -> None:
        """Take it or give it back: of two at once the first counts, and the other one is told who it was."""
        arrival = self._said(row, f"{finish_id(row.task.id)}-{verb}-{row.task.claims}", verb, {}, who)
        if await self.deliver(arrival):
            return
        (first,) = await self.store.read(lambda c: inbox.load(c, [arrival.id]))
        if first.by != who:
            raise NotOpen(f"{title(self.staff(), first.by)} was first, a moment ago")

    async def _finish(
        self,
        row: TaskRow,
        name: str,
        data: Mapping[str, Any],
        who: str,
        first: Callable[[Connection], None] = lambda c: None,
    ) -> None:
        unique = vote_id(row.task.id, who) if "groups" in data else finish_id(row.task.id)
        if not await self.deliver(self._said(row, unique, name, data, who), first):
            raise NotOpen(f"the task `{row.task.title}` was finished a moment ago")

    def _said(self, row: TaskRow, unique: str, name: str, data: Mapping[str, Any], who: str) -> Arrival:
        return Arrival(
            id=unique,
            source="task",
            source_id=unique.removeprefix(finish_id("")),
            kind="task",
            name=name,
            case=row.case,
            to=row.task.path,
            by=who,
            data_json=encode(data),
            received_at=self.clock(),
        )

    async def _checked(
        self, row: TaskRow, outcome: str, raw: Mapping[str, Any], checklist: tuple[str, ...], comment: str
    ) -> dict[str, Any]:
        """The answers to the task's form. Raises BadInputs with everything that is wrong."""
        problems = {**_outcome_problem(row.task, outcome), **_checklist_problem(row.task, checklist)}
        if outcome in row.task.comments and not comment.strip():
            problems["comment"] = "Please say why."
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
