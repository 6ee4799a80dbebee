"""`task`: work for a person, with outcome buttons, a checklist and a due date, or a vote of several people."""

from activities.voting import decided, poll, voted, voting
from activities.work import Outcome, Work
from engine.language.types import Record, record
from engine.runtime import tasks, votes
from engine.runtime.journal import NOT_APPLICABLE
from engine.runtime.letters import today
from engine.runtime.mailbox import at
from engine.runtime.state import Data
from engine.runtime.step import Look, Result, Run
from engine.runtime.waiting import Call, WaitingStep, attend, without


class TaskStep(Work, WaitingStep):
    def result(self, look: Look) -> Record:
        return record(**self.common(), **self.fields(look))

    def sentence(self) -> str:
        return self.decision()

    def notes(self) -> tuple[str, ...]:
        return self.told()

    def may_not_apply(self) -> bool:
        """Whether people may say that it does not apply."""
        return False

    async def run(self, run: Run) -> Result:
        if not run.record.task:
            run.record.task = await self._opened(run)
        task = run.record.task
        tasks.hear(task, run.take, run.log)
        if run.record.armed:
            run.record.memo["for"] = _waiting_for(task)
        taken = await attend(run, self, self._call(run, task))
        return {"status": without(run), **voted(task)} if taken is None else _given(task, taken[-1])

    # -- opening ----------------------------------------------------------------

    async def _opened(self, run: Run) -> Data:
        """The task as people get it; who that is, is decided from the people as they are now."""
        asked = run.once("asked", lambda: self._asked(run))
        found = await run.do("assign", "assign", asked)
        approvals = {**asked["approvals"], "voters": found["voters"]} if self.approvals else None
        task = tasks.opened(
            run.record.title,
            description=str(run.value(self.description or "")),
            **{name: found[name] for name in ("assignee", "groups", "users", "claimed", "why")},
            **self._shown(run),
            approvals=approvals,
        )
        if approvals:
            task["progress"] = votes.progress(approvals, (), self.buttons()[0])
        return task

    def _asked(self, run: Run) -> Data:
        """What is asked to find out who does it; see `runtime.assigning`."""
        groups = self.candidate_groups or (self.approvals.of if self.approvals else ())
        return {
            "title": run.record.title,
            "day": today(run),
            "assignee": str(run.value(self.assignee or "")),
            "users": [str(run.value(u)) for u in self.candidate_users],
            "groups": list(groups),
            "assign_by": self.assign_by,
            "rotation": f"{run.plan.process.process}/{self.id}",
            "owner": run.plan.process.owner or "",
            "approvals": poll(run, self.approvals, groups) if self.approvals else None,
        }

    def _shown(self, run: Run) -> Data:
        rich = [o for o in self.outcomes if isinstance(o, Outcome)]
        return {
            "priority": self.priority,
            "outcomes": list(self.buttons()),
            "labels": {o.id: str(run.value(o.label)) for o in rich if o.label},
            "comments": [o.id for o in rich if o.comment == "required"],
            "not_applicable": self.may_not_apply(),
            "checklist": self._items(run),
            "form": self.form or "",
            "show": {name: at(run.scope(), name) for name in self.show},
            "due": run.instant(self.due) if self.due else None,
            "follow_up": run.instant(self.follow_up) if self.follow_up else None,
        }

    def _items(self, run: Run) -> list[Data]:
        items = self.checklist
        if isinstance(items, str):
            items = run.plan.resources.checklists[items].items
        return [{"id": i.id, "label": run.value(i.label), "optional": i.optional} for i in items]

    # -- waiting ----------------------------------------------------------------

    def _call(self, run: Run, task: Data) -> Call:
        doers = tasks.doers(task)
        call = Call(
            accepts=(tasks.DOES_NOT_APPLY, tasks.DONE) if self.may_not_apply() else (tasks.DONE,),
            waiting_for=_waiting_for(task),
            send=self.send,
            reach=lambda: doers,
            link="task",
            staff_link="task",
        )
        return call if not task.get("approvals") else voting(call, run, task)


def _waiting_for(task: Data) -> str:
    return task.get("progress") or ", ".join(tasks.doers(task))


def _given(task: Data, last: Data) -> Result:
    """The result, from the event that ended it."""
    data, by = last["data"], last["by"]
    if last["which"] == NOT_APPLICABLE:
        reason = {"comment": data["comment"]} if data.get("comment") else {}
        return {"status": "skipped", "outcome": NOT_APPLICABLE, "by": by, **reason}
    answered = {k: data[k] for k in ("outcome", "comment", "answers", "checklist") if data.get(k)}
    result = {"outcome": (task.get("outcomes") or ["done"])[0], **answered, **voted(task), "by": by}
    return {**result, "outcome": decided(task)} if task.get("approvals") else result
