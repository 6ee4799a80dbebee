"""The files around a process: forms, people, connections, calendars and the rest, as frozen models."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.language.fields import IdField, Reference, TextField


class Model(BaseModel):
    """Base of everything that is written in YAML: frozen, and every unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


ValueType = Literal[
    "text", "long_text", "number", "money", "boolean", "date", "datetime", "email", "phone", "url",
    "choice", "multi_choice", "file", "user", "group", "list", "table",
]  # fmt: skip


class Input(Model):
    """A typed value that somebody gives: an input of a process or of a manual event."""

    type: ValueType
    label: str | None = None
    help: str | None = None
    optional: bool = False
    default: str | None = None
    changeable: bool = False
    choices: tuple[str, ...] = ()
    min: str | None = None
    max: str | None = None
    max_length: int | None = None


class Question(Input):
    """One field of a form; `id` names the answer in `steps.x.answers`."""

    id: IdField


class Form(Model):
    """definitions/forms/NAME.yaml: a questionnaire."""

    form: str
    title: TextField
    intro: TextField | None = None
    submit: str = "Send"
    thanks: TextField | None = None
    fields: tuple[Question, ...]


class ChecklistItem(Model):
    id: IdField
    label: TextField
    optional: bool = False


class Checklist(Model):
    """definitions/checklists/NAME.yaml."""

    checklist: str
    title: str | None = None
    items: tuple[ChecklistItem, ...]


class EmailTemplate(Model):
    """definitions/emails/NAME.md: front matter, then a Markdown body; both are templates."""

    subject: TextField
    preheader: TextField | None = None
    button: TextField | None = None  # label of the button that carries the step's own link
    body: str


class DocumentTemplate(Model):
    """definitions/documents/NAME.md: front matter, then a Markdown body with `${ field }`."""

    title: TextField
    filename: TextField | None = None
    fields: tuple[str, ...] = ()  # what the body may use beside case and today
    body: str


class Hours(Model):
    opens: str
    closes: str


class Calendar(Model):
    """definitions/calendars/NAME.yaml: zone, opening hours, weekend and holidays."""

    calendar: str
    time_zone: str
    hours: Hours = Hours(opens="09:00", closes="17:00")
    weekend: tuple[str, ...] = ("saturday", "sunday")
    holidays: str | None = None  # country code of the `holidays` package, `GB` or `GB-ENG`
    closed: tuple[str, ...] = ()  # ISO dates


class User(Model):
    id: IdField
    name: str
    email: str


class Group(Model):
    id: str
    title: str | None = None
    members: tuple[str, ...]


class People(Model):
    """definitions/people.yaml."""

    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()


class EventSchema(Model):
    """What one event of a connection carries: field name -> type, nested with dots (`company.name`)."""

    fields: dict[str, ValueType]


class Operation(Model):
    """One HTTP request of a connection. `inputs` are sent as JSON; `result` maps name -> type of the answer."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: TextField
    result: dict[str, ValueType] = Field(default_factory=dict)


class Connection(Model):
    """An outside system. Secrets are named by environment variable, never written down.

    A `webhook_secret` lets it send events to `/hooks/NAME` (Standard Webhooks);
    a `base_url` lets steps call its operations.
    """

    title: str | None = None
    webhook_secret: str | None = None  # name of an environment variable
    base_url: str | None = None  # URL or `env:NAME`
    token: str | None = None  # name of an environment variable, sent as a bearer token
    timeout: int = 20  # seconds for one request
    events: dict[str, EventSchema] = Field(default_factory=dict)
    operations: dict[str, Operation] = Field(default_factory=dict)


class Connections(Model):
    """definitions/connections.yaml."""

    connections: dict[str, Connection] = Field(default_factory=dict)


class Resources(Model):
    """Everything that a plan carries beside its steps, so that an edited file never touches a running case."""

    forms: dict[str, Form] = Field(default_factory=dict)
    emails: dict[str, EmailTemplate] = Field(default_factory=dict)
    documents: dict[str, DocumentTemplate] = Field(default_factory=dict)
    checklists: dict[str, Checklist] = Field(default_factory=dict)
    calendars: dict[str, Calendar] = Field(default_factory=dict)
    people: People = People()
    connections: dict[str, Connection] = Field(default_factory=dict)


CalendarField = Annotated[str, Reference("calendars")]
AnyDict = dict[str, Any]
