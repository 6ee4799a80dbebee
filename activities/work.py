"""What a task says, alone or in a list: what is to do, who does it, and how it is decided."""

from typing import Annotated, Literal

from pydantic import Field as Limited

from engine.language import given, wording
from engine.language.fields import (
    GroupsField,
    IdField,
    PathsField,
    PhraseField,
    Reference,
    TextField,
    UserField,
)
from engine.language.model import Model
from engine.language.resources import ChecklistItem
from engine.language.types import ANY, DATETIME, TEXT, Choice, Field, ListOf, Type, record
from engine.runtime.step import Look

Priority = Literal["low", "normal", "high", "urgent"]


class Outcome(Model):
    """A button of a task."""

    id: IdField  # what `steps.x.outcome` is when it was chosen
    label: TextField | None = None  # what the button says; the id in words when it is missing
    comment: Literal["optional", "required"] = "optional"  # whether people must say why


class Approvals(Model):
    """Several people decide together. The first outcome approves, every other one is a vote against."""

    need: int | None = Limited(None, ge=1)  # how many must approve; one of each group in `of` if not said
    of: GroupsField = ()  # an approval of each of these groups counts once
    exclude: PathsField = ()
    """Who may not vote, as in `steps.draft.by`; whoever started the case never may."""


class Work(Model):
    """What a task says, alone or in a list."""

    title: TextField  # what is to do
    description: TextField | None = None  # what helps to do it
    assignee: UserField | None = None  # who does it
    candidate_groups: GroupsField = ()  # who may take it
    candidate_users: tuple[UserField, ...] = ()  # who may take it, by name
    assign_by: Literal["claim", "round_robin", "least_loaded"] = "claim"
    """How one of the candidates gets it: whoever takes it, the next in turn, or the one with the fewest open tasks."""
    outcomes: tuple[str | Outcome, ...] = ()
    """Buttons; the one chosen is `steps.x.outcome`. One button `done` if not said."""
    approvals: Approvals | None = None  # several people vote
    show: PathsField = ()  # values and files that are needed to decide
    checklist: Annotated[str, Reference("checklists")] | tuple[ChecklistItem, ...] = ()
    """A file of `checklists/`, or the lines themselves."""
    form: Annotated[str, Reference("forms")] | None = None  # questions that are answered with the task
    priority: Priority = "normal"  # order in the list
    follow_up: PhraseField | None = None
    """Put aside until then: at the end of the list before, at its top afterwards."""

    def buttons(self) -> tuple[str, ...]:
        """The ids of the outcomes, in order."""
        named = (o if isinstance(o, str) else o.id for o in self.outcomes)
        return tuple(dict.fromkeys(filter(None, named))) or (("approve", "reject") if self.approvals else ())

    def fields(self, look: Look) -> dict[str, Type | Field]:
        """What people give with it, beside `status`, `by` and `at`."""
        outcome = Choice(values=self.buttons() or ("done",))
        known: dict[str, Type | Field] = {"outcome": outcome, "comment": Field(TEXT, "a comment is optional")}
        if self.form:
            known["answers"] = given.answers(look.resources.forms.get(self.form))
        if self.checklist:
            known["checklist"] = Field(ANY, "nobody has to tick anything")
        if self.approvals:
            group = Field(TEXT, "a vote counts for a group only where `of` names groups")
            comment = Field(TEXT, "a comment is optional")
            vote = record(by=TEXT, group=group, outcome=outcome, comment=comment, at=DATETIME)
            known["votes"] = ListOf(item=vote)
        return known

    def decision(self) -> str:
        """Who does it and how, as one plain sentence."""
        who = self._who()
        if self.approvals:
            return f"{who} {'vote' if self.approvals.of else 'votes'}: {self._enough(self.approvals)}."
        if len(self.buttons()) < 2:
            return f"{who} has this to do."
        choices = wording.listed((f"“{wording.words(o)}”" for o in self.buttons()), "or")
        return f"{who} decides: {choices}."

    def told(self) -> tuple[str, ...]:
        """What else is worth saying about it, each a plain sentence."""
        said = [wording.spoken(self.description)] if self.description else []
        if self.assign_by == "round_robin":
            said.append("They get it in turn.")
        if self.assign_by == "least_loaded":
            said.append("The one with the fewest open tasks gets it.")
        if self.show:
            said.append(f"The task shows {wording.listed(map(wording.value, self.show))}.")
        if self.form:
            said.append(f"They answer the questionnaire {wording.named(self.form)} with it.")
        return (*said, *self._to_tick())

    def _who(self) -> str:
        if self.approvals and self.approvals.of:
            return wording.capital(wording.listed(map(wording.group, self.approvals.of), "and"))
        whom = [wording.person(p) for p in (self.assignee, *self.candidate_users) if p]
        return wording.capital(wording.listed([*whom, *map(wording.group, self.candidate_groups)], "or"))

    def _enough(self, approvals: Approvals) -> str:
        need = approvals.need or len(approvals.of) or 1
        many = "one of each must approve" if need == len(approvals.of) else f"{need} must approve"
        if not approvals.exclude:
            return many
        return f"{many}, and not {wording.listed(map(wording.value, approvals.exclude), 'or')}"

    def _to_tick(self) -> tuple[str, ...]:
        if isinstance(self.checklist, str):
            return (f"They tick the list {wording.named(self.checklist)}.",)
        items = (f"“{wording.spoken(i.label)}”{' (optional)' * i.optional}" for i in self.checklist)
        return (f"To tick: {wording.listed(items)}.",) if self.checklist else ()
