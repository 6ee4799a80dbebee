"""What a step type is: a YAML model that can run itself, asking a `Run` for everything it needs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field as Described

from engine.language import wording
from engine.language.fields import (
    Block,
    ConditionField,
    IdField,
    PhraseField,
    Reference,
    StepsField,
    TextField,
    UserField,
)
from engine.language.model import Model
from engine.language.plan import Plan
from engine.language.process import Handler
from engine.language.resources import CalendarField, Resources
from engine.language.restraint import MailClass
from engine.language.types import ANY, DATETIME, TEXT, Choice, Field, Record, Type, record
from engine.runtime.around import Names
from engine.runtime.events import Accept, Event
from engine.runtime.state import StepRecord

Result = dict[str, Any]


class Retry(Model):
    """How often an effect is tried before it becomes an incident (default: 8 times within 24 hours)."""

    max_attempts: int = Described(8, ge=1, le=100)  # attempts in all
    first_delay: PhraseField = "10 seconds"  # time before the second attempt; it doubles from there
    max_delay: PhraseField = "1 hour"  # longest time between two attempts


@dataclass(frozen=True)
class Nested:
    """A block of steps inside a step. `sure`: when the step is done, the block has run to its end.

    `kind` says how it runs: then (in sequence), choice (one of them), branch (side by side), loop (again and
    again), item (once for each), side (beside a wait), handler (when something happens), error, timeout,
    otherwise (when a limit is reached), undo.
    """

    name: str  # segment of the path: `timeout`, `else`, a branch's id ...
    steps: tuple["Step", ...]
    sure: bool = False
    kind: str = "then"
    if_: str | None = None  # runs only when this holds


@dataclass(frozen=True)
class Promise:
    """Something that a step does by itself as time passes, in a plain sentence.

    `kind`: due, reminder, escalate, timeout, limit. `block` is the nested block that says more than the sentence.
    """

    kind: str
    text: str
    block: str = ""


@dataclass(frozen=True)
class Listen:
    """An outside event that a step may take: `connection/event`, and the fields that must be equal."""

    name: str
    match: Mapping[str, Any]
    keep: str | None = None  # how long it is kept when it comes early


@dataclass(frozen=True)
class Look:
    """What a step may look up when it says what type its result has."""

    resources: Resources
    processes: Mapping[str, Record] = field(default_factory=dict)  # id -> types of its outputs
    type_of: Callable[[Any], Type] = lambda written: ANY  # the type of a value as written
    events: Mapping[str, Record] = field(default_factory=dict)  # event of an `emit` -> types of what it carries
    inside: Mapping[str, Field] = field(default_factory=dict)  # the results of the steps inside, where they are known


class Step(Model):
    """What every step may say."""

    id: IdField  # its name in expressions: `steps.ID`
    type: str
    title: TextField | None = None  # what people see; the id in words when it is missing
    if_: ConditionField | None = Described(None, alias="if")  # skipped when this does not hold; the next step runs
    stage: Annotated[str, Reference("stages")] | None = None  # moves the case to this stage
    retry: Retry | None = None  # how often an effect is tried before it becomes an incident
    on_error: Annotated[Any, Block(("incident", "continue", "stop"))] = None
    """What happens when it cannot be done: an incident waits for somebody, or the process goes on, stops, or runs
    these steps with `error`. Where it is not said, the group around decides; without one it is an incident."""
    compensate: StepsField = ()  # how it is taken back: `undo` runs these steps when it was done
    calendar: CalendarField | None = None  # another calendar for this step
    start: PhraseField | None = None  # not before this time

    async def run(self, run: "Run") -> Result:
        """Do the step. Return its result's fields; `status` is `done` unless given."""
        raise NotImplementedError

    def result(self, look: Look) -> Record:
        """The type of `steps.<id>` once the step is done."""
        return record(**self.common())

    def names(self, look: Look, where: str) -> Mapping[str, Type]:
        """Names that exist only inside it: in the block, or in the field, that is called `where`."""
        return {}

    def certain(self) -> tuple[str, ...]:
        """What its result has also when it failed or its time ran out."""
        return ("status",)

    def failed(self, error: Result) -> Result:
        """Its result when it failed and the process goes on."""
        return {"error": error}

    def nested(self) -> tuple[Nested, ...]:
        """The blocks inside, in the order they are written."""
        error = (Nested("error", self.on_error, kind="error"),) if isinstance(self.on_error, tuple) else ()
        return (*error, *((Nested("undo", self.compensate, kind="undo"),) if self.compensate else ()))

    def sentence(self) -> str:
        """What it does, in one plain sentence that does not repeat its title."""
        return f"Does “{wording.words(self.type)}”."

    def notes(self) -> tuple[str, ...]:
        """What else somebody should know of it: a plain sentence each."""
        return ()

    def ways(self, resources: Resources) -> tuple[str, ...]:
        """What it may decide for, beside its blocks and outcomes: tests should have taken every one."""
        return ()

    def promises(self) -> tuple["Promise", ...]:
        """What happens by itself while it is open, and when it takes too long."""
        return ()

    def mails(self) -> tuple[str, ...]:
        """Templates that it sends where the author named none."""
        return ()

    def ends_case(self) -> bool:
        """Whether nothing after it runs."""
        return False

    def endings(self) -> tuple[str, ...]:
        """The outcomes with which it may itself end the case."""
        return ("failed",) if self.on_error == "stop" else ()

    def listens(self) -> tuple[Listen, ...]:
        """The outside events that find their case by `match` alone."""
        return ()

    def common(self) -> dict[str, Type]:
        return {"status": Choice(values=STATUSES), "at": DATETIME, "by": TEXT}


STATUSES = ("done", "timed_out", "suppressed", "skipped", "failed", "cancelled")


class Send(Model):
    """A message: a template, or subject and body; `to` where the step does not say it."""

    template: Annotated[str, Reference("emails")] | None = None  # a file of `emails/`, or else:
    subject: TextField | None = None  # subject line
    body: TextField | None = None  # text in Markdown
    to: TextField | None = None  # to whom, where the step does not say it
    class_: MailClass | None = Described(None, alias="class")
    """What kind of mail it is: `transactional`, `process` or `marketing`; `process` if neither it nor the template says
    so."""
    sender: Annotated[str, Reference("senders")] | None = None  # which account of connections.yaml sends it
    approve: TextField | None = None  # a user or group of people who must see it and agree before it goes out
    hours: Literal["office"] | None = None  # `office`: it goes out in the opening hours of the calendar only


class Reminder(Model):
    """`after` once, or `every` up to `max_times`; to whoever must act."""

    after: PhraseField | None = None  # once, this long after the step began
    every: PhraseField | None = None  # again and again, up to `max_times`
    max_times: int = Described(1, ge=1, le=100)  # how often at most
    template: Annotated[str, Reference("emails")] | None = None  # a file of `emails/`; `task-reminder` if not said


class SideTask(Model):
    """A task opened beside a wait by `escalate`."""

    title: TextField  # what is to do
    assignee: UserField | None = None  # who does it
    candidate_groups: tuple[Annotated[str, Reference("groups")], ...] = ()  # who may take it


class Escalation(Model):
    """After a time: a side task, a message to somebody, or steps; it closes when the wait ends."""

    after: PhraseField  # this long after the step began
    task: SideTask | None = None  # opens a task
    to: TextField | None = None  # sends a message to an address, a user or a group
    template: Annotated[str, Reference("emails")] | None = None  # the message; `escalation` if not said
    steps: StepsField = ()  # runs these steps beside the wait


class Run(Protocol):
    """What a step may ask for. Everything finished is answered from the case's state."""

    plan: Plan
    path: str
    record: StepRecord

    def now(self) -> datetime: ...

    def scope(self) -> dict[str, Any]:
        """What expressions see at this step."""
        ...

    def value(self, written: Any) -> Any:
        """Evaluate a field as written (text with `${ }`, or any nesting of them)."""
        ...

    def test(self, condition: str, names: Names | None = None) -> bool:
        """Whether a condition holds; `names` adds names to the scope."""
        ...

    def once(self, name: str, decide: Callable[[], Any]) -> Any:
        """A decision that is taken once and remembered in the state under `name`."""
        ...

    def instant(self, phrase: str, since: datetime | None = None, *, before: bool = False) -> datetime | None:
        """The absolute time of a phrase in the step's calendar; None is `never`.

        `before`: with the inputs and variables as they were before an operator changed them in this turn.
        """
        ...

    @property
    def edited(self) -> bool:
        """Whether an operator has changed inputs or variables in this turn."""
        ...

    def reconsidered(self, phrase: str, since: datetime, known: datetime | None) -> datetime | None:
        """`known`, the time of a phrase, or the new one where an operator has just changed what it names."""
        ...

    @property
    def calendar(self) -> Any: ...

    async def do(self, purpose: str, kind: str, payload: Mapping[str, Any]) -> Result:
        """One effect, exactly once. Suspends while it is pending; raises StepError when given up."""
        ...

    async def walk(self, name: str, steps: tuple[Step, ...], names: Names | None = None) -> None:
        """Run a block of steps one after the other; `names` adds names to the scope."""
        ...

    async def beside(
        self, name: str, steps: tuple[Step, ...], caught: bool | None = None, over: Callable[[], bool] | None = None
    ) -> bool:
        """Run a block as side work: True when it is done, False while it waits. Without a name, right below.

        `caught`: what fails in it, and says nothing else, is raised here as StepError (True), or is an incident
        (False); None leaves it as it is around this step. `over`: once this is true, what is open may still
        end, and nothing new begins.
        """
        ...

    async def listen(self, handlers: tuple[Handler, ...], caught: bool | None = None) -> tuple[bool, str]:
        """Take what the step's handlers listen to. True when all that they started is done; and the handler that
        has interrupted the step, when it is done with that."""
        ...

    def watch(self, condition: str) -> bool:
        """Test a condition that may come true later; it is asked again whenever something changes."""
        ...

    def assign(self, values: Mapping[str, Any]) -> None:
        """Set variables of the case: `vars.NAME`."""
        ...

    def undoable(self, group: str | None) -> list[str]:
        """Paths of what can be taken back, newest first: inside this step, or in the whole case. They count as taken
        back from now on."""
        ...

    async def undo(self, path: str) -> None:
        """Run the `compensate` of the step at a path."""
        ...

    def leave(self, blocks: list[str]) -> None:
        """These blocks go on when the step is done; what is around it is done only when they are."""
        ...

    def evaluate(self, expression: str, names: Names | None = None) -> Any:
        """The value of a bare expression; `names` adds names to the scope."""
        ...

    def within(self, item: str, names: Names) -> "Run":
        """This run for one item of many: with the item's names, and its own steps."""
        ...

    def results(self, block: str) -> dict[str, Result]:
        """What the finished steps of a block, or of an item, gave; by their ids."""
        ...

    def take(self, accepts: Iterable[Accept], below: str = "") -> tuple[Accept, Event] | None:
        """Consume the first event in the mailbox for this step (or for side work `below` it)."""
        ...

    def open_beside(self, name: str, kind: str, title: str) -> StepRecord:
        """The record of side work, made at the first call."""
        ...

    def beside_record(self, name: str) -> StepRecord | None:
        """What the case knows of side work, if it has begun."""
        ...

    def close_beside(self, name: str, result: Result) -> None: ...

    def settle(self) -> None:
        """Close all side work."""
        ...

    def wake(self, at: datetime) -> None:
        """Ask for another turn at this time."""
        ...

    def took(self, way: str) -> None:
        """Say which of the step's `ways` is taken."""
        ...

    def log(self, kind: str, text: str, before: Names | None = None, after: Names | None = None) -> None:
        """Write a sentence on the case's timeline, with the values that it is about."""
        ...
