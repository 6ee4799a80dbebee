"""Whether a message may go to somebody now: what every process has to keep to, asked where it leaves.

It is asked inside the transaction in which a message passes its point of no return, and again each time that one
which waits is due; so it only reads. In this order:

1. Colleagues are exempt from everything.
2. Who was forgotten gets nothing. What stands against the address (by hand, unsubscribed, bounced, complained) stops
   mails of its class, or all of them.
3. The opening hours that a step asks for hold for every class.
4. Quiet hours and caps hold for `process` and `marketing`. `transactional` is what is owed to the reader at once: a
   password, a receipt, a contract.

What comes at night waits for the morning. What is over a cap waits until there is room, and is suppressed where it
would be more than LATEST behind its time: an offer of last month helps nobody.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, text

from engine.language.addresses import normal
from engine.language.calendar import WorkCalendar
from engine.language.restraint import Cap, Quiet
from engine.store import contacts
from engine.store.moment import moment
from engine.store.rates import LimitsOf, unlimited
from engine.store.sql import Sql, add
from engine.store.tables import forgotten

LATEST = timedelta(days=14)
"""How much later than it was meant a mail may go because of a cap. Longer than the week of the usual cap: a night, a
weekend or an undo window comes on top of that, and must not turn “later” into “never”."""

_TRIES = 14
_EXEMPT = "transactional"


@dataclass(frozen=True, slots=True)
class Ask:
    """A message that is about to leave. `class_`: transactional, process or marketing; `staff`: to a colleague.

    `sender` names the mail account (empty: that of baton.yaml), `zone` is that of the process's calendar, or empty.
    `office`: the calendar whose opening hours it keeps to, where the step asks for that. `key` is its effect's: what
    the outbox knows of an earlier attempt at it is no other mail.
    """

    address: str
    class_: str
    case: str
    process: str
    at: datetime
    sender: str = ""
    staff: bool = False
    zone: str = ""
    office: WorkCalendar | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the workspace says: caps by class, the hours of the night, its zone. `key` is what hashes of those who
    were forgotten are made with, `limits` answers how fast a sender may send."""

    caps: Mapping[str, Cap] = field(default_factory=dict)
    quiet: Quiet | None = None
    zone: str = "UTC"
    key: bytes = b""
    limits: LimitsOf = unlimited


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
    """Not at all, and the process goes on with that. `reason` is a sentence for people, `code` one word for us:
    blocked, unsubscribed, bounced, complained, forgotten or cap."""

    reason: str
    code: str


Verdict = Go | Wait | Suppress

NO_RULES = Rules()
FORGOTTEN = "forgotten"

_FORGOTTEN = Sql("SELECT 1 FROM forgotten WHERE hash = :hash")
_REMEMBER = Sql("DELETE FROM forgotten WHERE hash = :hash")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1))")
# A mail that is on its way counts from now; one that came back was sent, too.
_SENT = Sql(
    """
    SELECT finished_at FROM outbox
    WHERE recipient = :address AND class = :class_ AND key <> :key
        AND state IN ('sending', 'sent', 'unknown', 'bounced') AND (finished_at IS NULL OR finished_at > :since)
    """
)
_FIRST_ASKED = Sql("SELECT created_at FROM outbox WHERE key = :key")


def judge(c: Connection, ask: Ask, rules: Rules = NO_RULES) -> Verdict:
    """What becomes of the message."""
    if ask.staff:
        return Go()
    return against(c, ask.address, ask.class_, rules) or _in_time(c, ask, rules) or _within_cap(c, ask, rules) or Go()


def hash_of(address: str, key: bytes) -> str:
    """What is kept of an address that was forgotten: who has only the database cannot even try addresses out."""
    return hmac.new(key, b"forgotten " + normal(address).encode(), "sha256").hexdigest()


def is_forgotten(c: Connection, address: str, key: bytes) -> bool:
    """Whether somebody asked us to forget whoever has this address."""
    return bool(_FORGOTTEN.rows(c, hash=hash_of(address, key)))


def forget(c: Connection, address: str, key: bytes, by: str, at: datetime) -> bool:
    """Nothing goes to this address any more, and only its hash says so. False: so it was."""
    return add(c, forgotten, {"hash": hash_of(address, key), "given_by": by, "at": at}, unique=["hash"])


def remember(c: Connection, address: str, key: bytes) -> bool:
    """They want to hear from us again. False: nobody had been asked to forget them."""
    return _REMEMBER.change(c, hash=hash_of(address, key)) == 1


def against(c: Connection, address: str, class_: str, rules: Rules) -> Suppress | None:
    """Why no mail of this class goes to the address at all, whenever."""
    if is_forgotten(c, address, rules.key):
        return Suppress("this person was forgotten", FORGOTTEN)
    found = contacts.suppressed(c, address, class_)
    return Suppress(found.reason, found.code) if found else None


def _in_time(c: Connection, ask: Ask, rules: Rules) -> Wait | None:
    quiet = rules.quiet if ask.class_ != _EXEMPT else None
    if quiet is None and ask.office is None:
        return None
    zone = _zone_of(c, ask, rules)
    until = _first_moment(ask.at, ask.office, quiet, zone)
    if until <= ask.at:
        return None
    if ask.office and ask.office.next_open(ask.at) > ask.at:
        return Wait(until, "the office is closed", "hours")
    return Wait(until, f"it is {_clock(ask.at, zone)} where they are", "quiet")


def _first_moment(at: datetime, office: WorkCalendar | None, quiet: Quiet | None, zone: ZoneInfo) -> datetime:
    """The first moment in which the office is open and it is not night. Where there is none (an office at the other
    end of the world), nobody is woken for it: the morning decides."""
    found = at
    for _ in range(_TRIES):
        found = office.next_open(found) if office else found
        awake = quiet.over(found, zone) if quiet else found
        if awake == found:
            return found
        found = awake
    return quiet.over(at, zone) if quiet else found


def _within_cap(c: Connection, ask: Ask, rules: Rules) -> Wait | Suppress | None:
    cap = rules.caps.get(ask.class_)
    if cap is None or ask.class_ == _EXEMPT:
        return None
    address = normal(ask.address)
    _one_at_a_time(c, address)
    rows = _SENT.rows(c, address=address, class_=ask.class_, key=ask.key, since=ask.at - cap.period)
    free = cap.free(sorted(moment(at) or ask.at for (at,) in rows), ask.at)
    if free <= ask.at:
        return None
    first = next((moment(at) for (at,) in _FIRST_ASKED.rows(c, key=ask.key)), ask.at)
    if free - first > LATEST:
        return Suppress(f"they have had as many {ask.class_} mails as they may get ({cap.words})", "cap")
    return Wait(free, f"they may get {cap.words} of class {ask.class_}", "cap")


def _one_at_a_time(c: Connection, address: str) -> None:
    """Two workers must not both find room for the last one. SQLite has one writer; elsewhere the address is locked
    until this is committed."""
    if c.dialect.name == "postgresql":
        c.execute(_LOCK, {"name": f"cap/{address}"})


def _zone_of(c: Connection, ask: Ask, rules: Rules) -> ZoneInfo:
    """The contact's zone, else that of the process's calendar, else the workspace's."""
    known = contacts.get(c, ask.address)
    for name in (known.time_zone if known else "", ask.zone, rules.zone):
        try:
            if name:
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue  # as a case gave it: nobody has checked
    return ZoneInfo("UTC")


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")
