"""People outside: who they are, which cases are about them, and what they may not be sent.

Every function takes an address as it was written, and knows it by its normal form.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, or_, select

from engine.language.addresses import normal
from engine.store.moment import moment
from engine.store.sql import Sql, add
from engine.store.sql import put as _put
from engine.store.tables import bounces, contact_cases, contacts, suppressions

ALL = "all"
STOPPABLE = ("process", "marketing", ALL)
"""What an address can be spared: mail that is owed to the reader stops only with everything else."""

Code = Literal["blocked", "unsubscribed", "bounced", "complained"]

SOFT = 5
SOFT_WITHIN = timedelta(days=14)
"""So many mails that came back for the time being, within so long, are an address that is no good."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody outside. `locale` is like `de` or `de-CH`, `time_zone` like `Europe/Zurich`; empty: not known.

    `by`: who wrote it down; empty where a case did. What a person wrote down, no case changes.
    """

    address: str
    name: str
    locale: str
    time_zone: str
    by: str
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Suppression:
    """What an address is not sent: mails of one class, or `all`. `code`: blocked, unsubscribed, bounced, complained.

    `reason` is a sentence's end: “not sent because ...”.
    """

    address: str
    class_: str
    code: str
    reason: str
    by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that came back; `hard`: the address is no good, whenever one tries."""

    address: str
    hard: bool
    reason: str
    at: datetime


_GET = Sql(
    "SELECT address, name, locale, time_zone, given_by, created_at, changed_at FROM contacts WHERE address = :address"
)
_SUPPRESSED = Sql(
    """
    SELECT address, class, code, reason, given_by, since FROM suppressions
    WHERE address = :address AND class IN ('all', :class_) ORDER BY since, code
    """
)


def get(c: Connection, address: str) -> Contact | None:
    """Who has this address."""
    rows = _GET.rows(c, address=normal(address))
    return _contact(rows[0]) if rows else None


def find_or_create(
    c: Connection, address: str, name: str = "", locale: str = "", zone: str = "", *, at: datetime
) -> Contact:
    """The contact of this address as a case knows it. What is new is kept; what is empty changes nothing, nor does
    anything that was said by hand."""
    known = get(c, address)
    if known is None:
        known = Contact(normal(address), name, locale, zone, "", at, at)
        add(c, contacts, _row(known), unique=["address"])
        return known
    told = replace(
        known,
        name=_newer(known.name, name, known.by),
        locale=_newer(known.locale, locale, known.by),
        time_zone=_newer(known.time_zone, zone, known.by),
    )
    if told != known:
        told = replace(told, changed_at=at)
        _put(c, contacts, [_row(told)])
    return told


def change(
    c: Connection,
    address: str,
    by: str,
    at: datetime,
    *,
    name: str | None = None,
    locale: str | None = None,
    zone: str | None = None,
) -> Contact:
    """Write down by hand who it is; None leaves as it is. One that nobody knows is made."""
    known = get(c, address) or Contact(normal(address), "", "", "", by, at, at)
    given = {"name": name, "locale": locale, "time_zone": zone}
    told = replace(known, by=by, changed_at=at, **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    _put(c, contacts, [_row(told)])
    return told


def listing(c: Connection, text: str = "", limit: int = 200) -> tuple[Contact, ...]:
    """Contacts whose address or name holds the text, those that changed last first."""
    query = select(contacts).order_by(contacts.c.changed_at.desc(), contacts.c.address).limit(limit)
    if text:
        found = (
            func.lower(column).contains(text.lower(), autoescape=True)
            for column in (contacts.c.address, contacts.c.name)
        )
        query = query.where(or_(*found))
    return tuple(_contact(row) for row in c.execute(query))


def about(c: Connection, address: str, case: str) -> None:
    """The case is about this contact."""
    add(c, contact_cases, {"address": normal(address), "case_id": case}, unique=["address", "case_id"])


def suppress(
    c: Connection, address: str, class_: str, reason: str, by: str, at: datetime, code: Code = "blocked"
) -> bool:
    """From now on nothing of this class (or of `all`) goes to the address. False: so it was before."""
    if class_ not in STOPPABLE:
        raise ValueError(f"mails of class {class_!r} cannot be switched off by themselves")
    row = {"address": normal(address), "class": class_, "code": code, "reason": reason, "given_by": by, "since": at}
    return add(c, suppressions, row, unique=["address", "class", "code"])


def release(c: Connection, address: str, class_: str = "", codes: Iterable[Code] = ()) -> tuple[Suppression, ...]:
    """Take back what stands against the address: all of it, or that of one class, or with some codes. What was
    taken back. Bounces before are no longer counted where that of `all` goes."""
    gone = tuple(
        s for s in suppressions_of(c, address) if class_ in ("", s.class_) and s.code in (tuple(codes) or (s.code,))
    )
    table = suppressions
    for s in gone:
        c.execute(
            delete(table).where(table.c.address == s.address, table.c["class"] == s.class_, table.c.code == s.code)
        )
    if any(s.code == "bounced" for s in gone):
        c.execute(delete(bounces).where(bounces.c.address == normal(address)))
    return gone


def suppressed(c: Connection, address: str, class_: str) -> Suppression | None:
    """Why nothing of this class goes to the address; None where it does."""
    rows = _SUPPRESSED.rows(c, address=normal(address), class_=class_)
    return _suppression(rows[0]) if rows else None


def suppressions_of(c: Connection, address: str = "") -> tuple[Suppression, ...]:
    """Everything that stands against an address, or against all of them; the oldest first."""
    query = select(suppressions).order_by(suppressions.c.since, suppressions.c.address, suppressions.c["class"])
    if address:
        query = query.where(suppressions.c.address == normal(address))
    return tuple(_suppression(row) for row in c.execute(query))


def bounced(c: Connection, address: str, hard: bool, why: str, at: datetime) -> bool:
    """A mail came back. True if from now on nothing goes to the address: it is no good, or too many came back."""
    c.execute(bounces.insert().values(address=normal(address), hard=int(hard), reason=why, at=at))
    if hard:
        return suppress(c, address, ALL, f"mail to this address came back: {why}", "", at, "bounced")
    recent = [b for b in bounces_of(c, address) if b.at > at - SOFT_WITHIN]
    if len(recent) < SOFT:
        return False
    reason = f"{len(recent)} mails came back within {SOFT_WITHIN.days} days, the last one with: {why}"
    return suppress(c, address, ALL, reason, "", at, "bounced")


def complained(c: Connection, address: str, why: str, at: datetime) -> bool:
    """They told their mail provider that a mail was unwanted: nothing but what is owed to them goes there any more."""
    reason = f"they reported a mail as unwanted{f': {why}' if why else ''}"
    done = [suppress(c, address, class_, reason, "", at, "complained") for class_ in ("marketing", "process")]
    return any(done)


def bounces_of(c: Connection, address: str) -> tuple[Bounce, ...]:
    """Mails to this address that came back, the oldest first."""
    query = select(bounces).where(bounces.c.address == normal(address)).order_by(bounces.c.at, bounces.c.seq)
    return tuple(Bounce(row.address, bool(row.hard), row.reason, row.at) for row in c.execute(query))


def _newer(known: str, told: str, by: str) -> str:
    return known if by and known else told or known


def _row(contact: Contact) -> dict[str, object]:
    return {
        "address": contact.address,
        "name": contact.name,
        "locale": contact.locale,
        "time_zone": contact.time_zone,
        "given_by": contact.by,
        "created_at": contact.created_at,
        "changed_at": contact.changed_at,
    }


def _contact(row: Any) -> Contact:
    *words, created_at, changed_at = row
    return Contact(*[*words, moment(created_at), moment(changed_at)])


def _suppression(row: Any) -> Suppression:
    *words, since = row
    return Suppression(*[*words, moment(since)])
