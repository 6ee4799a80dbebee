"""What the workflow and its activities say to each other. Standard library only: the workflow imports it.

States travel as opaque text: the loop carries them and never looks inside.
Times are seconds since the epoch (UTC).
"""

from dataclasses import dataclass, field

ABI = 1


class Unreachable(Exception):  # noqa: N818 - a state of the world, not a mistake
    """The durable engine does not answer now; try again later."""


class CaseOver(Exception):  # noqa: N818 - likewise
    """The durable engine knows no running case of this id."""


@dataclass
class Performed:
    """How a pending effect ended: `result` is text with tagged values; None says that it was given up."""

    key: str
    result: str | None = None
    error: str = ""
    code: str = ""


@dataclass
class Start:
    """The workflow's input. `plan` is a digest; `state` is the case's state as text."""

    abi: int
    case: str
    plan: str
    state: str
    flags: list[str] = field(default_factory=list)  # `renew`: continue as new after every turn
    news: list[str] = field(default_factory=list)  # ids of inbox rows that no turn has taken yet
    performed: list[Performed] = field(default_factory=list)  # likewise


@dataclass
class TurnInput:
    """One turn: `events` are ids of inbox rows, `performed` the effects that ended."""

    case: str
    plan: str
    state: str
    now: float
    events: list[str] = field(default_factory=list)
    performed: list[Performed] = field(default_factory=list)
    running: list[str] = field(default_factory=list)  # keys of the effects that are under way


@dataclass
class Pending:
    """An effect to run as a regular activity."""

    key: str
    case: str
    plan: str
    path: str
    purpose: str
    kind: str
    payload: str  # JSON with tagged values
    max_attempts: int = 8
    first_delay: float = 10.0
    max_delay: float = 3600.0
    attempted: int = 0


@dataclass
class TurnOutput:
    state: str
    deadline: float | None = None
    pending: list[Pending] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    ended: bool = False
    outcome: str = ""
    plan: str = ""  # the digest of another plan that the case runs from now on; empty: the same as before


@dataclass
class DueInput:
    """A time of a schedule that has come: seconds since the epoch (UTC), the time that was meant."""

    process: str
    trigger: str
    at: float = 0.0
