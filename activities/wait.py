"""`wait`: until something happens (`events`), a time comes (`until`) or a while has passed (`duration`)."""

from typing import Annotated, Literal

from pydantic import Field

from engine.language.fields import GroupsField, IdField, PhraseField, Reference, ValuesField
from engine.language.process import EventType
from engine.language.resources import Input, Model
from engine.runtime.waiting import WaitingStep


class WaitEvent(Model):
    """One event that releases the wait; `id` becomes `steps.x.which`."""

    id: IdField
    type: EventType
    connection: Annotated[str, Reference("connections")] | None = None
    event: str | None = None
    form: Annotated[str, Reference("forms")] | None = None
    match: ValuesField = Field(default_factory=dict)
    inputs: dict[str, Input] = Field(default_factory=dict)
    candidate_groups: GroupsField = ()


class WaitStep(WaitingStep):
    events: tuple[WaitEvent, ...] = ()
    wait_for: Literal["any"] = "any"
    until: PhraseField | None = None
    duration: PhraseField | None = None
