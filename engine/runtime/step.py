"""What a step type is: a YAML model that can run itself, asking a `Run` for everything it needs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field

from engine.language.fields import (
    Block,
    ConditionField,
    IdField,
    PhraseField,
    Reference,
    StepsField,
    TextField,
)
from engine.language.plan import Plan
from engine.language.resources import CalendarField, Model, Resources
from engine.language.types import DATETIME, TEXT, Choice, Record, Type, record

Result = dict[str, Any]


class Retry(Model):
    """How often an effect is tried before it becomes an incident (default: 8 times within 24 hours)."""

    max_attempts: int = Field(8, ge=1, le=100)
    first_delay: PhraseField = "10 seconds"
    max_delay: PhraseField = "1 hour"


@dataclass(frozen=True)
class Nested:
    """A block of steps inside a step. `sure`: when the step is done, the block has run to its end."""

    name: str  # segment of the path: `timeout`, `else`, a branch's id ...
    steps: tuple["Step", ...]
    sure: bool = False


@dataclass(frozen=True)
class Look:
    """What a step may look up when it says what type its result has."""

    resources: Resources
    processes: Mapping[str, Mapping[str, Type]] = field(default_factory=dict)  # id -> types of its outputs


class Step(Model):
    """The fields of every step (LANGUAGE 5) and its contract."""

    id: IdField
    type: str
    title: TextField | None = None
    if_: ConditionField | None = Field(None, alias="if")
    stage: Annotated[str, Reference("stages")] | None = None
    retry: Retry | None = None
    on_error: Annotated[Any, Block(("incident", "continue", "stop"))] = "incident"
    compensate: StepsField = ()
    calendar: CalendarField | None = None
    start: PhraseField | None = None

    async def run(self, run: "Run") -> Result:
        """Do the step. Return its result's fields; `status` is `done` unless given."""
        raise NotImplementedError

    def result(self, look: Look) -> Record:
        """The type of `steps.<id>` once the step is done."""
        return record(**self.common())

    def nested(self) -> tuple[Nested, ...]:
        """The blocks inside, in the order they are written."""
        return (Nested("error", self.on_error),) if isinstance(self.on_error, tuple) else ()

    def common(self) -> dict[str, Type]:
        return {"status": Choice(values=STATUSES), "at": DATETIME, "by": TEXT}


STATUSES = ("done", "timed_out", "skipped", "failed", "cancelled")


class Send(Model):
    """A message: a template, or subject and body; `to` where the step does not say it."""

    template: Annotated[str, Reference("emails")] | None = None
    subject: TextField | None = None
    body: TextField | None = None
    to: TextField | None = None


class Reminder(Model):
    """`after` once, or `every` up to `max_times`; to whoever must act."""

    after: PhraseField | None = None
    every: PhraseField | None = None
    max_times: int = Field(1, ge=1, le=100)
    template: Annotated[str, Reference("emails")] | None = None


class SideTask(Model):
    """A task opened beside a wait by `escalate`."""

    title: TextField
    assignee: Annotated[str, "user"] | None = None
    candidate_groups: tuple[Annotated[str, Reference("groups")], ...] = ()


class Escalation(Model):
    """After a time: a side task, a message to somebody, or steps; it closes when the wait ends."""

    after: PhraseField
    task: SideTask | None = None
    to: TextField | None = None
    template: Annotated[str, Reference("emails")] | None = None
    steps: StepsField = ()


@dataclass(frozen=True)
class Accept:
    """What may release a wait: events of this kind and name whose data equals `match`.

    kinds: answer, task, signature, webhook, manual, form, child, event.
    An event addressed `to` this step's path is taken whatever its name.
    """

    id: str  # the event's id in the step (`booked`), the result's `which`
    kind: str
    name: str = ""
    match: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """Something that arrived. `id` is unique for ever; `to` is the step's path where a link named it.

    `name`: `connection/event` for webhooks, the form for forms, the verb for operators
    (retry, skip, do_now, stop), the event's id for manual ones.
    """

    id: str
    kind: str
    at: datetime
    name: str = ""
    to: str = ""
    by: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Run(Protocol):
    """What a step may ask for. Everything finished is answered from the case's state."""

    plan: Plan
    path: str

    def now(self) -> datetime: ...

    def value(self, written: Any) -> Any:
        """Evaluate a field as written (text with `${ }`, or any nesting of them)."""
        ...

    def test(self, condition: str) -> bool: ...

    def instant(self, phrase: str, since: datetime | None = None) -> datetime | None:
        """The absolute time of a phrase in the step's calendar; None is `never`."""
        ...

    async def do(self, purpose: str, kind: str, payload: Mapping[str, Any]) -> Result:
        """One effect, exactly once. Suspends while it is pending; raises StepError when given up."""
        ...

    async def walk(self, name: str, steps: tuple[Step, ...], names: Mapping[str, Any] | None = None) -> None:
        """Run a block of steps one after the other; `names` adds names to the scope."""
        ...

    async def together(self, branches: Mapping[str, Callable[[], Awaitable[None]]], need: int) -> None:
        """Run branches side by side until `need` are done; the others are cancelled."""
        ...
