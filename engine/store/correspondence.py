"""What went to somebody, and what came from them: over all processes and cases, as long as there was a case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.language.addresses import normal
from engine.store.moment import moment
from engine.store.sql import Sql


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail to somebody, sent or not. `state` is that of the outbox, `reason` why it is in it. `at`: when it ended,
    or was written. What an earlier release sent has no subject and no class."""

    at: datetime
    process: str
    case: str
    subject: str
    class_: str
    state: str
    reason: str
    path: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that came from somebody: `kind` answer, email, outcome ...; `to` the step it was for."""

    at: datetime
    case: str
    kind: str
    name: str
    to: str


_MAILS = Sql(
    """
    SELECT COALESCE(finished_at, created_at) AS at, process, case_id, subject, class, state, reason, path
    FROM outbox WHERE recipient = :address
    """
)
# Before there was an outbox, the ledger alone knew: with the address as the process had written it.
_OLDER = Sql(
    """
    SELECT effects.claimed_at, COALESCE(cases.process, ''), effects.case_id, '', '', effects.state, effects.error,
        effects.path
    FROM effects LEFT JOIN cases ON cases.id = effects.case_id
    WHERE effects.kind = 'email' AND lower(effects.recipient) = :address
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.key = effects.key)
    """
)
_CASES = Sql(
    """
    SELECT case_id FROM contact_cases WHERE address = :address
    UNION SELECT case_id FROM outbox WHERE recipient = :address
    UNION SELECT case_id FROM links WHERE lower(recipient) = :address AND case_id <> ''
    UNION SELECT case_id FROM effects WHERE lower(recipient) = :address
    """
)
_HEARD = Sql(
    """
    SELECT received_at, case_id, kind, name, addressed_to FROM inbox
    WHERE lower(given_by) = :address AND kind <> 'start' ORDER BY received_at, seq
    """
)


def mails_to(c: Connection, address: str) -> tuple[SentMail, ...]:
    """Every mail that was written to an address, the oldest first."""
    rows = [*_MAILS.rows(c, address=normal(address)), *_OLDER.rows(c, address=normal(address))]
    return tuple(sorted((_mail(row) for row in rows), key=lambda mail: mail.at))


def cases_with(c: Connection, address: str) -> tuple[str, ...]:
    """The ids of all cases that are about somebody, or have written to them."""
    return tuple(sorted(case for (case,) in _CASES.rows(c, address=normal(address))))


def heard_from(c: Connection, address: str) -> tuple[Heard, ...]:
    """Answers, signatures and mails of somebody, the oldest first."""
    return tuple(Heard(moment(at), *rest) for at, *rest in _HEARD.rows(c, address=normal(address)))


def _mail(row: tuple[Any, ...]) -> SentMail:
    at, *rest = row
    return SentMail(moment(at), *rest)
