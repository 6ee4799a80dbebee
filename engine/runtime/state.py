"""The state of a case: finished steps, open waits with absolute deadlines, mailbox, seen events.

It travels between turns as text. `FORMAT` numbers its meaning: a later release
must be able to take every earlier state further.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from engine.language.values import decode, encode_known
from engine.runtime.events import Event
from engine.runtime.rounds import page_path

FORMAT = 1
OPEN = ("open", "waiting")

Data = dict[str, Any]


class Stored:
    """A dataclass that is written as its fields that differ from their defaults."""

    def data(self) -> Data:
        return {name: _plain(value) for name, value in vars(self).items() if value or value is False}


def _plain(value: Any) -> Any:
    if isinstance(value, Stored):
        return value.data()
    return [_plain(v) for v in value] if isinstance(value, list) else value


@dataclass
class Moment(Stored):
    """A time at which a wait does something: reminder, escalate, timeout or until."""

    kind: str
    at: datetime
    n: int = 0
    nth: int = 0
    fired: bool = False


@dataclass
class Armed(Stored):
    """An open wait: its promise to people, its moments in order, and what it has taken so far.

    `since` is when its times began to count, where that is not the begin of the step.
    """

    due: datetime | None = None
    moments: list[Moment] = field(default_factory=list)
    taken: list[Data] = field(default_factory=list)
    ended: str = ""
    since: datetime | None = None

    @classmethod
    def of(cls, data: Data) -> Self:
        moments = [Moment(**{"fired": False, **m}) for m in data.pop("moments", [])]
        return cls(moments=moments, **data)

    def next(self) -> Moment | None:
        waiting = [m for m in self.moments if not m.fired]
        return min(waiting, key=lambda m: m.at, default=None)


@dataclass
class StepRecord(Stored):
    """What the case knows of one step at one path.

    `memo` keeps what was decided once, `effects` the results by purpose,
    `failures` the effects given up, `again` counts the operator's retries of each.
    `room` is the item of a `for_each` that it belongs to, `seq` numbers the ends of steps in their order,
    `left` are the blocks that go on although the step has finished, `undo` is what
    its `compensate` must know: names and rooms around it, and the step by which it was taken back.
    `round` counts how often the path was put aside before: what it does has keys of its own.
    `origin` is the path where the step began, if a migration has given it another one: its effects and its task
    keep the names that they have. `late`: it ended after its `due`.
    """

    id: str
    type: str
    since: datetime
    status: str = "open"
    title: str = ""
    at: datetime | None = None
    result: Data = field(default_factory=dict)
    memo: Data = field(default_factory=dict)
    armed: Armed | None = None
    task: Data = field(default_factory=dict)
    effects: dict[str, Data] = field(default_factory=dict)
    failures: dict[str, Data] = field(default_factory=dict)
    again: dict[str, int] = field(default_factory=dict)
    incident: Data = field(default_factory=dict)
    room: str = ""
    seq: int = 0
    left: list[str] = field(default_factory=list)
    undo: Data = field(default_factory=dict)
    round: int = 0
    origin: str = ""
    late: bool = False

    @classmethod
    def of(cls, data: Data) -> Self:
        armed = data.pop("armed", None)
        return cls(armed=Armed.of(armed) if armed is not None else None, **data)

    @property
    def closed(self) -> bool:
        return self.status not in OPEN

    def page(self, path: str) -> str:
        """What its effects, its task and its links are named by; `path` is where it is now."""
        return page_path(self.origin or path, self.round)


@dataclass
class State(Stored):
    """Everything that a case is. `case` holds id, url, started_at, business_key and title.

    `rounds` counts, by path, how often a step was put aside to be done anew; `paused` holds since when, by whom,
    why, and what becomes of the times (`timeouts`); `moved` says where the steps are now that had other paths in
    the version before.
    """

    case: Data
    inputs: Data
    format: int = FORMAT
    turn: int = 0
    entries: int = 0
    stage: str = ""
    steps: dict[str, StepRecord] = field(default_factory=dict)
    vars: Data = field(default_factory=dict)
    mailbox: list[Event] = field(default_factory=list)
    heard: dict[str, list[Data]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    pending: dict[str, Data] = field(default_factory=dict)
    interrupted: str = ""
    outcome: str = ""
    outputs: Data = field(default_factory=dict)
    parent: Data = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    paused: Data = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)

    def dump(self) -> str:
        data = self.data()
        data["steps"] = {path: record.data() for path, record in self.steps.items()}
        data["mailbox"] = [vars(event) for event in self.mailbox]
        return encode_known(data)

    @classmethod
    def load(cls, text: str) -> Self:
        data = decode(text)
        if data["format"] > FORMAT:
            raise ValueError(f"this case was written by a later release (state format {data['format']}); upgrade Baton")
        steps = {path: StepRecord.of(record) for path, record in data.pop("steps").items()}
        mailbox = [Event(**event) for event in data.pop("mailbox")]
        return cls(steps=steps, mailbox=mailbox, inputs=data.pop("inputs", {}), **data)

    def open_below(self, path: str) -> list[tuple[str, StepRecord]]:
        """The open records at and below a path."""
        inside = f"{path}/"
        return [(p, r) for p, r in self.steps.items() if (p.startswith(inside) or p == path) and not r.closed]
