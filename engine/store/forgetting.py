"""Forgetting somebody: nothing that says who they were stays, and everything that says what was done does.

What stays of a row are its keys, times, states and hashes, so that the ledger still answers a repeat, and an auditor
still sees that on this day a mail went out and on that one a contract was signed; by whom, nobody can say any more.

1. Cases about them: every word goes that somebody gave, or that was made of one.
2. Messages from or to them, wherever they are kept: their text goes.
3. Everywhere else, in every table, the address gives way to a stand-in that is made up for this once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, or_, select, update

from engine.runtime.state import State
from engine.store.scrubbing import Spellings, scrub
from engine.store.sql import add
from engine.store.tables import (
    bounces,
    cases,
    contact_cases,
    contacts,
    deliveries,
    effects,
    erasures,
    files,
    hooks,
    inbox,
    incidents,
    links,
    mails,
    moves,
    outbox,
    signatures,
    states,
    subscriptions,
    suppressions,
    tasks,
    timeline,
    triage,
    waits,
)

ERASED = "erased"
_HEAD = 64 * 1024  # bytes of a mail in which its head ends
# By hand: what a stranger has written makes the parser of the standard library fall over now and then.
_SENDERS = re.compile(rb"^(?:From|Sender|Reply-To):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE)
_CODED = re.compile(rb"^content-transfer-encoding:\s*(?:base64|quoted-printable)|=\?", re.IGNORECASE | re.MULTILINE)

_OF_A_CASE: Mapping[Table, Mapping[str, Any]] = {
    waits: {"title": "", "waiting_for": "", "events_json": "[]"},
    tasks: {
        "title": ERASED,
        "description": "",
        "comment": "",
        "show_json": "{}",
        "more_json": "{}",
        "checklist_json": "[]",
    },
    incidents: {"message": ERASED},
    timeline: {"line": ERASED, "changes_json": ""},
    effects: {"result_json": "{}", "error": ""},
    outbox: {"subject": ERASED, "reason": "", "mail": None},
    files: {"name": ERASED, "content": b""},
    inbox: {"data_json": "{}"},
    moves: {"why": ""},
}
"""What goes of the rows of a case about somebody; whatever is not named stays."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was forgotten: ended cases about them, all cases whose history the engine keeps and is to delete, and in
    how many other rows the address stood."""

    cases: tuple[str, ...]
    histories: tuple[str, ...]
    rows: int


def in_the_way(c: Connection, address: str) -> tuple[str, ...]:
    """Open cases that hold the address: their next turn would write it down again."""
    return _cases(c, Spellings(address), "open")


def forget(c: Connection, address: str, stand_in: str, at: datetime) -> Erased:
    """Erase somebody of whom no open case knows. `stand_in` takes the place of the address, and must say nothing."""
    spellings = Spellings(address)
    histories = _cases(c, spellings, "ended")
    theirs = _theirs(c, spellings, histories)
    _blank_mails(c, spellings, theirs)  # first: what was read of a mail tells whether it names them
    _blank_cases(c, theirs)
    _blank_messages(c, spellings, theirs)
    _drop_person(c, spellings)
    for case in histories:
        add(c, erasures, {"case_id": case, "asked_at": at, "done_at": None}, unique=["case_id"])
    return Erased(theirs, histories, scrub(c, spellings, stand_in))


def _cases(c: Connection, spellings: Spellings, status: str) -> tuple[str, ...]:
    """Cases of this status that are about them, or hold the address."""
    told = [spellings.within(c, column) for column in (cases.c.inputs_json, cases.c.state, cases.c.outputs_json)]
    later = select(states.c.case_id).where(spellings.within(c, states.c.state))
    about = select(contact_cases.c.case_id).where(contact_cases.c.address.in_(spellings.all))
    sent = select(outbox.c.case_id).where(outbox.c.recipient.in_(spellings.all))
    query = select(cases.c.id).where(
        cases.c.status == status, or_(*told, *(cases.c.id.in_(some) for some in (later, about, sent)))
    )
    return tuple(c.scalars(query.order_by(cases.c.started_at)))


def _theirs(c: Connection, spellings: Spellings, found: Sequence[str]) -> tuple[str, ...]:
    """Those that are about them. What began before there were contacts is about whomever its inputs name."""
    about = set(c.scalars(select(contact_cases.c.case_id).where(contact_cases.c.address.in_(spellings.all))))
    others = set(c.scalars(select(contact_cases.c.case_id).where(contact_cases.c.case_id.in_(found)))) - about
    named = set(c.scalars(select(cases.c.id).where(cases.c.id.in_(found), spellings.within(c, cases.c.inputs_json))))
    return tuple(case for case in found if case in about or case in named - others)


def _blank_cases(c: Connection, theirs: Sequence[str]) -> None:
    for table, blanks in _OF_A_CASE.items():
        c.execute(update(table).where(table.c.case_id.in_(theirs)).values(**blanks))
    for table in (states, subscriptions):
        c.execute(delete(table).where(table.c.case_id.in_(theirs)))
    blank = {"inputs_json": "{}", "outputs_json": "{}", "why": "", "business_key": "", "title": ERASED}
    c.execute(update(cases).where(cases.c.id.in_(theirs)).values(**blank))
    for case in c.execute(select(cases.c.id, cases.c.started_at, cases.c.outcome).where(cases.c.id.in_(theirs))).all():
        c.execute(update(cases).where(cases.c.id == case.id).values(state=_nothing(*case)))


def _nothing(case: str, started_at: datetime, outcome: str) -> str:
    """The state of a case of which nothing is known but that it was there: whoever asks for its picture gets one."""
    about = {"id": case, "url": "", "started_at": started_at, "business_key": "", "title": ERASED, "started_by": ""}
    return State(case=about, inputs={}, outcome=outcome or ERASED).dump()


def _blank_messages(c: Connection, spellings: Spellings, theirs: Sequence[str]) -> None:
    """What came in from them or holds the address, unless a case of somebody else has taken it too."""
    reached = select(deliveries.c.inbox_id)
    mine = reached.where(deliveries.c.case_id.in_(theirs))
    elsewhere = reached.where(deliveries.c.case_id.not_in(theirs))
    holds = or_(inbox.c.id.in_(mine), *(spellings.within(c, x) for x in (inbox.c.data_json, inbox.c.given_by)))
    c.execute(update(inbox).where(holds, inbox.c.id.not_in(elsewhere)).values(data_json="{}"))
    c.execute(update(hooks).where(spellings.within(c, hooks.c.body)).values(body=b"", settled_by=ERASED))
    to_them = outbox.c.recipient.in_(spellings.all)
    c.execute(update(outbox).where(to_them).values(subject=ERASED, reason="", mail=None))
    signed = spellings.within(c, signatures.c.signer_email)
    blank = {"signer_name": ERASED, "typed_name": ERASED, "consent": ERASED, "ip": "", "user_agent": ""}
    c.execute(update(signatures).where(signed).values(**blank))


def _blank_mails(c: Connection, spellings: Spellings, theirs: Sequence[str]) -> None:
    """Mails of theirs as they came in, and what was noted of them; and those of others that name them in base64 or the
    like, where nobody can put a stand-in."""
    of_cases = select(inbox.c.source_id).where(inbox.c.source == "mail", inbox.c.case_id.in_(theirs))
    naming = select(inbox.c.source_id).where(inbox.c.source == "mail", spellings.within(c, inbox.c.data_json))
    raw, sender = spellings.within(c, mails.c.raw), spellings.within(c, mails.c.envelope_from)
    found = or_(mails.c.id.in_(of_cases), mails.c.id.in_(naming), raw, sender)
    rows = c.execute(select(mails.c.id, mails.c.envelope_from, mails.c.raw).where(found)).all()
    taken, named = set(c.scalars(of_cases)), set(c.scalars(naming))
    coded = {row.id for row in rows if row.id in named and _CODED.search(bytes(row.raw))}
    gone = [r.id for r in rows if r.id in taken | coded or _is_from(r.envelope_from, bytes(r.raw), spellings)]
    c.execute(update(mails).where(mails.c.id.in_(gone)).values(raw=b"", envelope_from=""))
    c.execute(update(mails).where(mails.c.id.in_(gone), mails.c.state == "new").values(state="unreadable"))
    c.execute(update(triage).where(triage.c.mail_id.in_(gone)).values(why="", note=""))


def _is_from(envelope_from: str, raw: bytes, spellings: Spellings) -> bool:
    head = raw[:_HEAD].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]
    return any(spellings.stands_in(text) for text in (envelope_from, *_SENDERS.findall(head)))


def _drop_person(c: Connection, spellings: Spellings) -> None:
    """Their own rows. A link to unsubscribe stays, and leads to a page that says that they were forgotten."""
    for table in (contacts, suppressions, bounces, contact_cases):
        c.execute(delete(table).where(table.c.address.in_(spellings.all)))
    theirs = spellings.within(c, links.c.recipient)
    c.execute(update(links).where(theirs, links.c.kind == "unsubscribe").values(recipient=""))
    c.execute(delete(links).where(theirs, links.c.kind != "unsubscribe"))
