"""`tasks`: a list of tasks with `needs` between them."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field as Alias

from activities.task import TaskStep
from activities.work import Work
from engine.language import wording
from engine.language.fields import ConditionField, IdField, OneOrMany, PhraseField
from engine.language.types import Choice, Field, Record, record
from engine.runtime.state import Data, StepRecord
from engine.runtime.step import STATUSES, Escalation, Look, Nested, Reminder, Result, Run
from engine.runtime.tasks import doers
from engine.runtime.waiting import Call, WaitingStep, attend, without


class ListedTask(Work):
    """A task of a list. It opens when all that it needs is done or does not apply."""

    id: IdField  # its name: `steps.x.tasks.ID`
    if_: ConditionField | None = Alias(None, alias="if")  # left out when this does not hold
    needs: tuple[str, ...] = ()  # tasks of the same list that come first
    start: PhraseField | None = None  # not before this time
    required: bool = True  # whether the step waits for it; the others are closed when all required ones are
    not_applicable: bool = False  # whether people may say that it does not apply, and why
    due: PhraseField | None = None  # a promise shown to people; that of the step if not said
    reminders: tuple[Reminder, ...] = ()  # messages to whoever must do it; those of the step if not said
    escalate: Annotated[tuple[Escalation, ...], OneOrMany()] = ()
    """What happens beside it when nobody acts."""


class OpenTask(TaskStep):
    """A task of a list, as a step of its own."""

    not_applicable: bool = False

    def may_not_apply(self) -> bool:
        return self.not_applicable


class TasksStep(WaitingStep):
    """The step is done when every required task is done or does not apply; what is still open then is closed."""

    tasks: tuple[ListedTask, ...]
    """The tasks, in any order. `send`, `reminders` and `due` of the step are for each task that has none of its own."""

    def result(self, look: Look) -> Record:
        listed = {task.id: Field(self._result(task, look)) for task in self.tasks}
        return record(**self.common(), tasks=Record(fields=listed))

    def _result(self, task: ListedTask, look: Look) -> Record:
        why = _why_missing(task)
        known = task.fields(look)
        if task.not_applicable and isinstance(outcome := known["outcome"], Choice):
            known["outcome"] = Choice(values=(*outcome.values, "not_applicable"))
        fields = {**self.common(), **known}
        found = record(**fields)
        maybe = {name: f if f.maybe or name == "status" else Field(f.type, why) for name, f in found.fields.items()}
        return Record(fields={**maybe, "status": Field(Choice(values=STATUSES))}, done=found)

    def nested(self) -> tuple[Nested, ...]:
        return super().nested() + tuple(
            Nested(f"{task.id}/escalate{n}", e.steps, kind="side")
            for task in self.tasks
            for n, e in enumerate(task.escalate, 1)
            if e.steps
        )

    def sentence(self) -> str:
        titles = wording.listed(wording.quoted(task.title) for task in self.tasks)
        return f"{wording.capital(wording.number(len(self.tasks)))} tasks: {titles}."

    def notes(self) -> tuple[str, ...]:
        return (*(note for task in self.tasks for note in _notes(task)), *super().notes())

    def mails(self) -> tuple[str, ...]:
        listed = (name for step in self.opened() for name in step.mails())
        return tuple(dict.fromkeys((*super().mails(), *listed)))

    def opened(self) -> Iterator[OpenTask]:
        """Every task as the step that it is when it opens."""
        return (self._step(task) for task in self.tasks)

    def _step(self, task: ListedTask) -> OpenTask:
        told: dict[str, Any] = {name: getattr(task, name) for name in (*Work.model_fields, *_OWN)}
        told["due"] = task.due or self.due
        told["reminders"] = task.reminders or self.reminders
        told |= {"calendar": self.calendar, "send": self.send, "retry": self.retry, "timeout": "never"}
        return OpenTask.model_construct(type="task", **told)

    async def run(self, run: Run) -> Result:
        if not (run.record.armed and run.record.armed.ended):
            await self._work(run)
            if run.record.armed:
                run.record.memo["for"] = self._waiting_for(run)
        if self._finished(run):
            self._close_the_rest(run)
        call = Call(
            accepts=(),
            waiting_for=self._waiting_for(run),
            reach=lambda: self._doers(run),
            enough=lambda taken: self._finished(run),
        )
        # Each task sends its own messages, with its own link.
        taken = await attend(run, self.model_copy(update={"send": None, "reminders": ()}), call)
        told = {task.id: _told(run.beside_record(task.id)) for task in self.tasks}
        return {"tasks": told, **({"status": without(run)} if taken is None else {})}

    async def _work(self, run: Run) -> None:
        """Open what can be opened, and take what people say about what is open."""
        opened = True
        while opened:  # a task that was left out opens those that need it at once
            opened = False
            for task, step in zip(self.tasks, self.opened(), strict=True):
                if all(self._closed(run, needed) for needed in task.needs) and not self._closed(run, task.id):
                    opened = await run.beside("", (step,)) or opened

    def _waiting_for(self, run: Run) -> str:
        closed = sum(self._closed(run, task.id) for task in self.tasks)
        return f"{closed} of {len(self.tasks)} tasks done"

    def _finished(self, run: Run) -> bool:
        wanted = [task for task in self.tasks if task.required] or self.tasks
        return all(self._closed(run, task.id) for task in wanted)

    def _close_the_rest(self, run: Run) -> None:
        for task in self.tasks:
            record = run.beside_record(task.id)
            if record and record.task and not record.closed:
                run.log("cancelled", f"{record.title}: closed, everything that is required is done")

    def _doers(self, run: Run) -> tuple[str, ...]:
        records = [run.beside_record(task.id) for task in self.tasks]
        open_ = [record.task for record in records if record and record.task and not record.closed]
        return tuple(dict.fromkeys(name for task in open_ for name in doers(task)))

    def _closed(self, run: Run, name: str) -> bool:
        record = run.beside_record(name)
        return record is not None and record.closed


_OWN = ("id", "if_", "start", "escalate", "not_applicable")


def _notes(task: ListedTask) -> Iterator[str]:
    """What somebody should know of a task of the list."""
    name = wording.quoted(task.title)
    yield f"{name}: {task.decision()}"
    if task.if_:
        yield f"{name} is there only if {wording.condition(task.if_)}."
    if task.needs:
        yield f"{name} opens after {wording.listed(map(wording.named, task.needs))}."
    if not task.required:
        yield f"{name} need not be done; it is closed when the others are."
    if task.not_applicable:
        yield f"People may say that {name} does not apply."


def _told(record: StepRecord | None) -> Data:
    """A task in the result; one that is not closed by itself is cancelled with the step."""
    if record is None or not record.closed:
        return {"status": "cancelled"}
    return {"status": record.status, "at": record.at, **record.result}


def _why_missing(task: ListedTask) -> str:
    """Why a task may have no result; empty where it always has one."""
    if not task.required:
        return f"the task `{task.id}` is not required, so it may be closed before it is done"
    if task.if_ is not None:
        return f"the task `{task.id}` is left out unless `{task.if_}`"
    if task.not_applicable:
        return f"people may say that the task `{task.id}` does not apply"
    return ""
