"""`task`: work for a person, with outcome buttons, a checklist and a due date."""

from typing import Annotated, Literal

from engine.language.fields import GroupsField, PathsField, Reference, TextField, UserField
from engine.language.resources import ChecklistItem
from engine.runtime.waiting import WaitingStep

Priority = Literal["low", "normal", "high", "urgent"]


class TaskStep(WaitingStep):
    title: TextField
    description: TextField | None = None
    assignee: UserField | None = None
    candidate_groups: GroupsField = ()
    candidate_users: tuple[UserField, ...] = ()
    outcomes: tuple[str, ...] = ()
    show: PathsField = ()
    checklist: Annotated[str, Reference("checklists")] | tuple[ChecklistItem, ...] = ()
    form: Annotated[str, Reference("forms")] | None = None
    priority: Priority = "normal"
