"""A process as the author wrote it, as frozen models. Steps are models of the registry's types."""

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.language.fields import (
    ConditionField,
    EmailField,
    GroupsField,
    IdField,
    PhraseField,
    Reference,
    StepsField,
    Text,
    TextField,
    ValuesField,
)
from engine.language.model import Model
from engine.language.resources import CalendarField, Input

EventType = Literal["webhook", "manual", "event", "email", "bounce"]

REPLY, BOUNCE = "reply", "bounce"
"""The names of mail that belongs to a case: an answer to one of its mails, and the report that one did not arrive."""


def mailed_to(mailbox: str | None) -> str:
    """The name of a mail to a mailbox that belongs to no case."""
    return f"mail/{mailbox}"


def heard_as(told: Any, own: str) -> str:
    """The name by which an event reaches who listens to it; `own` is the id of who does."""
    names = {
        "webhook": f"{told.connection}/{told.event}",
        "event": told.event,
        "form": getattr(told, "form", None),
        "email": mailed_to(told.mailbox) if told.mailbox else REPLY,
        "bounce": BOUNCE,
    }
    return str(names.get(told.type, own) or "")


def all_heard_as(told: Any, own: str) -> tuple[str, ...]:
    """Every such name: who waits for mail to a mailbox also takes the answer that finds its case by itself."""
    name = heard_as(told, own)
    return (REPLY, name) if told.type == "email" and name != REPLY else (name,)


def comes_from_outside(told: Any) -> bool:
    """Whether it names no case, and finds one by its `match` alone."""
    return told.type in ("webhook", "event") or (told.type == "email" and told.mailbox is not None)


class ContactOf(Model):
    """Who a case is about: found among the contacts by the address, or made. It sees `inputs` and `event`."""

    email: EmailField  # the address, as in `${ inputs.email }`
    name: TextField | None = None  # as mails address them
    locale: TextField | None = None  # the language to write in, as in `de` or `de-CH`
    time_zone: TextField | None = None  # where it is day and night for them, as in `Europe/Zurich`


class Trigger(Model):
    """What starts a case; `inputs` maps the event to the process's inputs."""

    id: IdField
    type: Literal["manual", "form", "webhook", "event", "schedule", "email"]
    if_: ConditionField | None = Field(None, alias="if")  # starts a case only if this holds; sees `event`
    inputs: ValuesField = Field(default_factory=dict)  # input of the process -> value, from `event`
    connection: Annotated[str, Reference("connections")] | None = None  # for a webhook: where it comes from
    event: str | None = None
    """For a webhook: the event's name in the connection. For an event: what the `emit` of another process calls it."""
    match: ValuesField = Field(default_factory=dict)  # field of the event -> value that it must equal
    form: Annotated[str, Reference("forms")] | None = None
    """For a form: the questions on the public page, if not those of the inputs."""
    candidate_groups: GroupsField = ()  # for a manual start: who may
    every: str | None = None
    """For a schedule: when, as in `monday at 08:00` or `3rd business day of month`; in the process's calendar."""
    cron: str | None = None  # for a schedule: when, as a cron line of five fields
    catch_up: PhraseField | None = None  # for a schedule: how long a missed time is made up for; 1 day if not said
    mailbox: Annotated[str, Reference("mailboxes")] | None = None  # for an email: where it is written to
    automatic: bool | None = None  # for an email: whether one that a machine has written starts a case, too
    embed: tuple[str, ...] = ()
    """For a form: whose pages may show it in a frame, as in `https://www.acme.example`; nobody's, if not said."""
    expect: str | None = None
    """How often this trigger starts something, `every 2 business days`; a longer silence is reported."""
    contact: ContactOf | None = None
    """Who the case is about. Where it is not said: the input `email`, or the first of that type, with the name in the
    input `contact`."""


class When(Model):
    """What a handler listens to."""

    type: Literal["form", "webhook", "manual", "event", "email", "bounce"]
    form: Annotated[str, Reference("forms")] | None = None
    """For a form: its page is linked as `links.HANDLER` in every mail."""
    connection: Annotated[str, Reference("connections")] | None = None  # for a webhook: where it comes from
    event: str | None = None
    """For a webhook: the event's name in the connection. For an event: what the `emit` of another process calls it."""
    match: ValuesField = Field(default_factory=dict)  # field of the event -> value that it must equal
    inputs: dict[str, Input] = Field(default_factory=dict)  # for a manual event: what is asked from whoever gives it
    candidate_groups: GroupsField = ()  # for a manual event: who may give it
    keep: PhraseField | None = None  # how long it is kept while it cannot be taken; 30 days if not said
    mailbox: Annotated[str, Reference("mailboxes")] | None = None
    """For an email: a mailbox whose mail is taken by `match`; answers to mails of the case are taken without it."""


class Handler(Model):
    """What is listened to during the whole case, and what happens then; `event` is what came."""

    id: IdField
    when: When  # what is listened to
    interrupt: bool = False  # whether everything that is open ends first
    steps: StepsField  # what happens then


class Concurrency(Model):
    """One case for one key at a time, or not."""

    key: Annotated[str, Text("any")]  # what must not run twice; also the case's business key
    if_running: Literal["skip", "queue", "cancel_previous", "allow"] = "skip"
    """What a second start does: nothing (answers of a public form are noted on the case that runs), wait until the
    first has ended, end the first, or run beside it."""


class Process(Model):
    """A process: definitions/processes/ID.yaml."""

    language: Literal[1]  # version of the grammar; a later one never changes what old files mean
    process: str  # id of the process, the name of its file
    title: str  # its name as people see it
    description: str | None = None  # what it is for, in a sentence or two
    owner: Annotated[str, Reference("groups")] | None = None  # who looks after its incidents
    calendar: CalendarField | None = None  # working days, hours, holidays and time zone of all waits and due dates
    stages: tuple[str, ...] = ()  # columns of the board, in order; a step's `stage` moves the case
    inputs: dict[str, Input] = Field(default_factory=dict)
    """What a case is started with; the start form is made from it."""
    keep: PhraseField | None = None
    """How long an event is kept that comes before the step that takes it; 30 days if not said."""
    triggers: tuple[Trigger, ...] = ()  # what starts a case; several may
    concurrency: Concurrency | None = None  # what happens when a case of the same key runs already
    steps: StepsField  # what happens, in order
    handlers: tuple[Handler, ...] = ()  # what is listened to during the whole case
    outputs: ValuesField = Field(default_factory=dict)  # what a process that started this one gets from it
