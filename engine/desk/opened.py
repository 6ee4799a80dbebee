"""A link that was found, with the case and the plan behind it: whose page it is, and whether it takes an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from activities.form import FormStep
from engine.desk.answers import LinkKind, LinkState, NotThere
from engine.desk.publishing import every_step
from engine.gateways.tokens import LINK_LIFE
from engine.language.plan import Plan
from engine.language.problems import one_of
from engine.language.values import decode
from engine.runtime.journal import NOT_APPLICABLE
from engine.runtime.step import Step
from engine.runtime.tasks import task_id
from engine.runtime.view import TaskView, WaitView
from engine.store.rows import Arrival, CaseDetail, LinkRow


@dataclass(frozen=True)
class OpenedLink:
    """`answered` is the first answer to what the page asks. `page` is the path with its round; `row` has it plain."""

    row: LinkRow
    case: CaseDetail
    plan: Plan
    answered: Arrival | None = None
    page: str = ""

    @property
    def kind(self) -> LinkKind:
        return cast(LinkKind, self.row.kind)

    @cached_property
    def step(self) -> Step | None:
        """The step whose page this is; None for a page of the whole case."""
        name = self.row.path.rsplit("/", 1)[-1]
        blocks = (self.plan.process.steps, *(h.steps for h in self.plan.process.handlers))
        return next((s for steps in blocks for s in every_step(steps) if s.id == name), None)

    @cached_property
    def task(self) -> TaskView | None:
        wanted = task_id(self.row.case, self.page or self.row.path)
        mine = [t for t in self.case.tasks if t.path == self.row.path]
        return next((t for t in mine if t.id == wanted), mine[-1] if mine else None)

    @property
    def task_now(self) -> TaskView | None:
        """The task as its finisher left it, also in the moment before the case has taken that in."""
        if self.task is None or self.answered is None or self.task.status != "open":
            return self.task
        given = decode(self.answered.data_json)
        if self.task.approvals and "outcome" in given:
            return self.task
        return replace(self.task, status="done", outcome=given.get("outcome", NOT_APPLICABLE), by=self.answered.by)

    @cached_property
    def wait(self) -> WaitView | None:
        return next((w for w in self.case.waits if w.path == self.row.path), None)

    @property
    def asked(self) -> Mapping[str, Any]:
        """What an open signature asks: `document`, the id of a file, and `signers`, their addresses."""
        return _asked(self.wait) if self.wait else {}

    @property
    def repeats(self) -> bool:
        """Whether it takes one answer after another: the form of a handler that interrupts nothing."""
        paths = [f"handlers/{h.id}" for h in self.plan.process.handlers if not h.interrupt]
        return self.kind == "case_form" and self.row.path in paths

    @property
    def form(self) -> str | None:
        """The name of the form that the page asks."""
        if self.kind == "case_form":
            return {f"handlers/{h.id}": h.when.form for h in self.plan.process.handlers}.get(self.row.path)
        if self.kind == "task":
            return (self.task.form or None) if self.task else None
        return self.step.form if isinstance(self.step, FormStep) else None

    @property
    def title(self) -> str:
        """The title of the wait or the task, while the case shows it."""
        return self.wait.title if self.wait else self.task.title if self.task else ""

    @property
    def shown(self) -> bool:
        """Whether the case shows the turn that sent this link: it is projected a moment after the mail has left."""
        if self.kind in ("case_form", "case") or self.wait or self.task:
            return True
        return self.case.summary.updated_at > self.row.expires_at - LINK_LIFE

    @property
    def state(self) -> LinkState:
        if self.answered or (self.task and self.task.status == "done"):
            return "answered"
        return "open" if self._open() else "closed"

    def _open(self) -> bool:
        if self.case.summary.status == "ended":
            return False
        if self.kind == "case":
            return True
        if self.kind == "case_form":
            return self.form is not None
        if self.kind == "task":
            return self.task is not None and self.task.status == "open"
        if self.kind == "signature" and self.wait:
            return self.row.recipient in self.asked.get("signers", ())
        return self.wait is not None or not self.shown


def _asked(wait: WaitView) -> Mapping[str, Any]:
    return wait.events[0] if wait.kind == "signature" and wait.events else {}


def page_of(case: CaseDetail, plan: Plan, step: str) -> tuple[str, LinkKind, tuple[str, ...]]:
    """Path, kind and readers of the page of an open step or task, or of a handler's form. Raises NotThere."""
    for handler in plan.process.handlers:
        if handler.id == step and handler.when.form:
            return f"handlers/{step}", "case_form", ()
    for task in case.tasks:
        if step in (task.step, task.path, task.id) and task.status == "open":
            return task.path, "task", _addresses(task.assignee)
    for wait in case.waits:
        if step in (wait.step, wait.path) and wait.kind in ("form", "signature"):
            readers = _asked(wait).get("signers", _addresses(wait.waiting_for))
            return wait.path, cast(LinkKind, wait.kind), tuple(readers)
    pages = {h.id for h in plan.process.handlers if h.when.form} | {t.step for t in case.tasks if t.status == "open"}
    pages |= {w.step for w in case.waits if w.kind in ("form", "signature")}
    raise NotThere(f"the case has no page `{step}` now; it has {one_of(sorted(pages)) or 'none'}")


def _addresses(words: str) -> tuple[str, ...]:
    return tuple(word for word in words.split(", ") if "@" in word)
