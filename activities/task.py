"""`task`: work for a person, with outcome buttons, a checklist and a due date."""

from typing import Annotated, Literal

from engine.language import given, wording
from engine.language.fields import GroupsField, PathsField, Reference, TextField, UserField
from engine.language.resources import ChecklistItem
from engine.language.types import ANY, TEXT, Choice, Field, Record, Type, record
from engine.runtime.events import Accept
from engine.runtime.mailbox import at
from engine.runtime.state import Data
from engine.runtime.step import Look, Result, Run
from engine.runtime.waiting import Call, WaitingStep, attend

Priority = Literal["low", "normal", "high", "urgent"]


class TaskStep(WaitingStep):
    title: TextField  # what is to do
    description: TextField | None = None  # what helps to do it
    assignee: UserField | None = None  # who does it
    candidate_groups: GroupsField = ()  # who may take it
    candidate_users: tuple[UserField, ...] = ()  # who may take it, by name
    outcomes: tuple[str, ...] = ()  # buttons; the one chosen is `steps.x.outcome`; one button `done` if not said
    show: PathsField = ()  # values and files that are needed to decide
    checklist: Annotated[str, Reference("checklists")] | tuple[ChecklistItem, ...] = ()
    """A file of `checklists/`, or the lines themselves."""
    form: Annotated[str, Reference("forms")] | None = None  # questions that are answered with the task
    priority: Priority = "normal"  # order in the list

    def result(self, look: Look) -> Record:
        known: dict[str, Type | Field] = {"outcome": Choice(values=self.outcomes or ("done",))}
        known["comment"] = Field(TEXT, "a comment is optional")
        if self.form:
            known["answers"] = given.answers(look.resources.forms.get(self.form))
        if self.checklist:
            known["checklist"] = Field(ANY, "nobody has to tick anything")
        return record(**self.common(), **known)

    def sentence(self) -> str:
        whom = [wording.person(p) for p in (self.assignee, *self.candidate_users) if p]
        who = wording.capital(wording.listed([*whom, *map(wording.group, self.candidate_groups)], "or"))
        if len(self.outcomes) < 2:
            return f"{who} has this to do."
        return f"{who} decides: {wording.listed((f'“{wording.words(o)}”' for o in self.outcomes), 'or')}."

    def notes(self) -> tuple[str, ...]:
        notes = [wording.spoken(self.description)] if self.description else []
        if self.show:
            notes.append(f"The task shows {wording.listed(map(wording.value, self.show))}.")
        if self.form:
            notes.append(f"They answer the questionnaire {wording.named(self.form)} with it.")
        return (*notes, *self._to_tick(), *super().notes())

    def _to_tick(self) -> tuple[str, ...]:
        if isinstance(self.checklist, str):
            return (f"They tick the list {wording.named(self.checklist)}.",)
        items = (f"“{wording.spoken(i.label)}”{' (optional)' * i.optional}" for i in self.checklist)
        return (f"To tick: {wording.listed(items)}.",) if self.checklist else ()

    async def run(self, run: Run) -> Result:
        if not run.record.task:
            run.record.task = self._opened(run)
        taken = await attend(run, self, self._call(run))
        if taken is None:
            return {"status": "timed_out"}
        data = taken[0]["data"]
        answered = {k: data[k] for k in ("outcome", "comment", "answers", "checklist") if data.get(k)}
        return {**answered, "by": taken[0]["by"]}

    def _opened(self, run: Run) -> Data:
        """The task as people get it."""
        return {
            "title": run.record.title,
            "description": str(run.value(self.description or "")),
            "assignee": str(run.value(self.assignee or "")),
            "groups": list(self.candidate_groups),
            "users": [str(run.value(u)) for u in self.candidate_users],
            "priority": self.priority,
            "outcomes": list(self.outcomes),
            "checklist": self._items(run),
            "form": self.form or "",
            "show": {name: at(run.scope(), name) for name in self.show},
            "due": run.instant(self.due) if self.due else None,
            "status": "open",
        }

    def _items(self, run: Run) -> list[Data]:
        items = self.checklist
        if isinstance(items, str):
            items = run.plan.resources.checklists[items].items
        return [{"id": i.id, "label": run.value(i.label), "optional": i.optional} for i in items]

    def _call(self, run: Run) -> Call:
        task = run.record.task
        people = (task["assignee"],) if task["assignee"] else (*task["users"], *task["groups"])
        return Call(
            accepts=(Accept("done", "task"),),
            waiting_for=", ".join(people),
            send=self.send,
            reach=lambda: people,
            link="task",
            staff_link="task",
        )
