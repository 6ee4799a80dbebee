"""Whether a message may go to somebody now: what every process has to keep to, asked where it leaves.

It is asked inside the transaction in which a message passes its point of no return, and again each time that one
which waits is due; so it only reads.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Ask:
    """A message that is about to leave. `class_`: transactional, process or marketing; `staff`: to a colleague.

    `sender` names the mail account (empty: that of baton.yaml), `zone` is that of the process's calendar, or empty.
    """

    address: str
    class_: str
    case: str
    process: str
    at: datetime
    sender: str = ""
    staff: bool = False
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Go:
    """Nothing is in its way."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not before then. `reason` completes “held until ... because ...”; `code` names the rule: quiet, cap, hours."""

    until: datetime
    reason: str
    code: str = "policy"


@dataclass(frozen=True, slots=True)
class Suppress:
    """Not at all, and the process goes on with that. `reason` is a sentence for people, `code` one word for us."""

    reason: str
    code: str


Verdict = Go | Wait | Suppress


def judge(c: Connection, ask: Ask) -> Verdict:
    """What becomes of the message. Colleagues are exempt."""
    return Go()
