"""What people see of a case: the read model, derived from the state at the end of every turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class WaitView:
    """One thing the case waits for now."""

    path: str  # unique in the case
    step: str  # the step's id
    kind: str  # the step's type
    title: str
    status: str  # waiting, pending (an effect is under way), incident
    waiting_for: str  # a person, an address, an event, a time: in words
    since: datetime
    due: datetime | None = None
    until: datetime | None = None  # its timeout, or the time it waits for
    next_at: datetime | None = None  # the next reminder, escalation or timeout
    events: tuple[Mapping[str, Any], ...] = ()
    """Manual events that staff may give: {id, inputs, groups}. Of a signature: {document, signers}, a file's id and
    addresses."""


@dataclass(frozen=True)
class TaskView:
    """A task. `id` is stable: derived from case and path."""

    id: str
    path: str
    step: str
    title: str
    status: str  # open, done, cancelled
    opened_at: datetime
    description: str = ""
    assignee: str = ""  # user id
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    priority: str = "normal"
    due: datetime | None = None
    outcomes: tuple[str, ...] = ()
    checklist: tuple[Mapping[str, Any], ...] = ()  # {id, label, optional}
    form: str = ""
    show: Mapping[str, Any] = field(default_factory=dict)  # dotted name -> value
    outcome: str = ""
    by: str = ""
    closed_at: datetime | None = None
    comment: str = ""
    claimed: bool = False  # the assignee may give it back
    claims: int = 0  # how often it was taken or given back
    why: str = ""  # why it is with whom it is
    follow_up: datetime | None = None  # when it comes back to the top of the list
    labels: Mapping[str, str] = field(default_factory=dict)  # outcome -> what its button says
    comments: tuple[str, ...] = ()  # outcomes that need a comment
    not_applicable: bool = False  # people may say that it does not apply
    approvals: Mapping[str, Any] = field(default_factory=dict)  # of a vote; see `runtime.votes`
    votes: tuple[Mapping[str, Any], ...] = ()
    progress: str = ""  # how far a vote is, in words
    mail: str = ""  # key of the message in the outbox that has to be agreed to


@dataclass(frozen=True)
class IncidentView:
    path: str
    step: str
    code: str
    message: str
    since: datetime
    status: str = "open"  # open, resolved


@dataclass(frozen=True)
class Entry:
    """A line of the case's timeline. `seq` counts from 1 within the case."""

    seq: int
    at: datetime
    path: str
    kind: str  # started, sent, waiting, done, skipped, timed_out, reminder, escalated, incident, late, ended ...
    text: str  # one sentence
    by: str = ""  # who did it, where somebody did
    before: Mapping[str, Any] = field(default_factory=dict)  # what an operator changed: name -> value
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Subscription:
    """An outside event the case may take now or later; `match` None until it can be evaluated."""

    name: str  # `connection/event`, or a form's name
    path: str
    match: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class CaseView:
    """Everything a turn projects. `turn` grows by one each turn; an older one never overwrites a newer."""

    case: str
    turn: int
    status: str  # open, ended
    health: str  # ok, incident, paused
    updated_at: datetime
    stage: str = ""
    outcome: str = ""
    next_at: datetime | None = None
    ended_at: datetime | None = None
    outputs: Mapping[str, Any] = field(default_factory=dict)
    waits: tuple[WaitView, ...] = ()
    tasks: tuple[TaskView, ...] = ()
    incidents: tuple[IncidentView, ...] = ()
    entries: tuple[Entry, ...] = ()  # new in this turn
    subscriptions: tuple[Subscription, ...] = ()
    why: str = ""  # why it does not get on: of a paused case
    inputs: Mapping[str, Any] | None = None  # where an operator changed them in this turn
