"""The files around a process: forms, people, calendars and the rest, as frozen models."""

from typing import Annotated, Literal

from pydantic import Field

from engine.language.connections import Connection
from engine.language.fields import IdField, Reference, TextField
from engine.language.model import ItemType, Model, ValueType
from engine.language.restraint import MailClass


class Input(Model):
    """A typed value that somebody gives: an input of a process or of a manual event."""

    type: ValueType
    label: str | None = None  # the question; the id in words when it is missing
    help: str | None = None  # a line below the question
    optional: bool = False  # whether it may be left empty
    default: str | None = None  # the value when nothing is given
    choices: tuple[str, ...] = ()  # for a choice: the words to choose from
    of: ItemType | None = None  # for a list: what its entries are; text if not said
    min: str | None = None  # smallest number or earliest date
    max: str | None = None  # largest number or latest date
    changeable: bool = False  # for an input of a process: whether it may be edited while the case runs
    max_length: int | None = None  # longest text in characters; 500 for a text and 20,000 for a long text if not said


class Question(Input):
    """One field of a form; `id` names the answer in `steps.x.answers`."""

    id: IdField


class Form(Model):
    """definitions/forms/NAME.yaml: a questionnaire."""

    form: str  # name of the form, the name of its file
    title: TextField  # heading of the page
    intro: TextField | None = None  # a few words above the questions
    submit: str = "Send"  # label of the button
    thanks: TextField | None = None  # what the page says when the answers have arrived
    fields: tuple[Question, ...]  # the questions, in order


class ChecklistItem(Model):
    """One line to tick before a task is done."""

    id: IdField
    label: TextField  # what must be true
    optional: bool = False  # whether the task may be finished without it


class Checklist(Model):
    """A list for tasks to share: definitions/checklists/NAME.yaml."""

    checklist: str  # name of the checklist, the name of its file
    title: str | None = None  # its name as people see it
    items: tuple[ChecklistItem, ...]  # the lines, in order


class EmailTemplate(Model):
    """definitions/emails/NAME.md: front matter, then a Markdown body; both are templates."""

    subject: TextField  # subject line
    preheader: TextField | None = None  # the line that mail programs show beside the subject
    button: TextField | None = None  # label of the button that carries the step's own link
    body: str  # the text below the front matter
    class_: MailClass | None = Field(None, alias="class")  # what kind of mail it is, where the step does not say it
    sender: Annotated[str, Reference("senders")] | None = None  # which account sends it, where the step does not say it


class DocumentTemplate(Model):
    """definitions/documents/NAME.md: front matter, then a Markdown body with `${ field }`."""

    title: TextField  # heading of the document
    filename: TextField | None = None  # name of the PDF file
    fields: tuple[str, ...] = ()  # what the body may use beside case and today
    body: str  # the text below the front matter


class TableOutput(Model):
    """A column of results: `set NAME` or `set NAME (type)` in the first line."""

    name: str  # read as `steps.x.NAME`
    type: (
        Literal["text", "number", "money", "boolean", "date", "email", "phone", "url", "user", "group", "list"] | None
    ) = None
    """What the values are, where their look does not say it."""


class TableRow(Model):
    """One line of a decision table, as it was written."""

    line: int  # in the file
    when: tuple[str, ...] = ()  # a condition for each column
    set: tuple[str, ...] = ()  # a value for each result


class DecisionTable(Model):
    """definitions/tables/NAME.csv: conditions and what holds under them, line by line."""

    columns: tuple[str, ...] = ()  # headings of the conditions: names that the step gives, or expressions
    outputs: tuple[TableOutput, ...] = ()  # the columns that begin with `set `
    rows: tuple[TableRow, ...] = ()


class Hours(Model):
    """Opening hours of a working day."""

    opens: str  # as in `09:00`
    closes: str  # as in `17:30`


class Blackout(Model):
    """Days on which nothing is done, like holidays: a move, stocktaking, a shutdown."""

    from_: str = Field(alias="from")  # first day, an ISO date
    to: str  # last day, itself closed
    title: str | None = None  # why


class Calendar(Model):
    """definitions/calendars/NAME.yaml: zone, opening hours, weekend and holidays."""

    calendar: str  # name of the calendar, the name of its file
    time_zone: str  # as in `Europe/London`
    hours: Hours = Hours(opens="09:00", closes="17:00")  # opening hours of a working day
    weekend: tuple[str, ...] = ("saturday", "sunday")  # days that are closed every week
    holidays: str | None = None  # country code of the `holidays` package, `GB` or `GB-ENG`
    closed: tuple[str, ...] = ()  # ISO dates, and ranges such as `2026-12-24 to 2026-12-31`
    blackouts: tuple[Blackout, ...] = ()  # longer times that are closed like holidays


class User(Model):
    """Somebody inside."""

    id: IdField  # how files name this user
    name: str  # as people see it
    email: str  # where tasks and reminders go


class Group(Model):
    """A team or a role."""

    id: str  # how files name this group
    title: str | None = None  # as people see it
    members: tuple[str, ...]  # ids of users


class Absence(Model):
    """Somebody is away; both days belong to it."""

    user: str  # who is away: the id of a user
    from_: str = Field(alias="from")  # first day, as in `2026-06-01`
    to: str  # last day
    substitute: str | None = None  # who gets the tasks meanwhile: the id of a user


class People(Model):
    """Users, groups and absences: definitions/people.yaml."""

    users: tuple[User, ...] = ()  # people inside
    groups: tuple[Group, ...] = ()  # teams and roles
    absences: tuple[Absence, ...] = ()
    """Who is away, and who stands in. Read anew for every task; a process need not be published again for it."""


class Resources(Model):
    """Everything that a plan carries beside its steps, so that an edited file never touches a running case."""

    forms: dict[str, Form] = Field(default_factory=dict)
    emails: dict[str, EmailTemplate] = Field(default_factory=dict)
    documents: dict[str, DocumentTemplate] = Field(default_factory=dict)
    checklists: dict[str, Checklist] = Field(default_factory=dict)
    tables: dict[str, DecisionTable] = Field(default_factory=dict)
    calendars: dict[str, Calendar] = Field(default_factory=dict)
    people: People = People()
    connections: dict[str, Connection] = Field(default_factory=dict)


CalendarField = Annotated[str, Reference("calendars")]
