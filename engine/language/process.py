"""A process as the author wrote it, as frozen models. Steps are models of the registry's types."""

from typing import Annotated, Literal

from pydantic import Field

from engine.language.fields import (
    ConditionField,
    GroupsField,
    IdField,
    Reference,
    StepsField,
    Text,
    TextField,
    ValuesField,
)
from engine.language.resources import CalendarField, Input, Model

EventType = Literal["webhook", "manual", "form", "email", "event"]


class Trigger(Model):
    """What starts a case; `inputs` maps the event to the process's inputs."""

    id: IdField
    type: Literal["manual", "form", "webhook", "email", "schedule", "event"]
    if_: ConditionField | None = Field(None, alias="if")
    inputs: ValuesField = Field(default_factory=dict)
    connection: Annotated[str, Reference("connections")] | None = None
    event: str | None = None
    form: Annotated[str, Reference("forms")] | None = None
    candidate_groups: GroupsField = ()


class When(Model):
    """What a handler listens to."""

    type: EventType
    form: Annotated[str, Reference("forms")] | None = None
    connection: Annotated[str, Reference("connections")] | None = None
    event: str | None = None
    match: ValuesField = Field(default_factory=dict)
    inputs: dict[str, Input] = Field(default_factory=dict)
    candidate_groups: GroupsField = ()


class Handler(Model):
    id: IdField
    when: When
    interrupt: bool = False
    steps: StepsField


class Concurrency(Model):
    key: Annotated[str, Text("any")]
    if_running: Literal["skip", "queue", "cancel_previous", "allow"] = "skip"


class Process(Model):
    """definitions/processes/ID.yaml."""

    language: Literal[1]
    process: str
    title: str
    description: str | None = None
    owner: Annotated[str, Reference("groups")] | None = None
    calendar: CalendarField | None = None
    stages: tuple[str, ...] = ()
    inputs: dict[str, Input] = Field(default_factory=dict)
    triggers: tuple[Trigger, ...] = ()
    concurrency: Concurrency | None = None
    steps: StepsField
    handlers: tuple[Handler, ...] = ()
    outputs: ValuesField = Field(default_factory=dict)
