"""How much there is of everything, for those who watch: numbers only, nobody's names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.store import health, misfires, tallies
from engine.store.health import Health
from engine.store.moment import moment
from engine.store.sql import Sql

_OPEN = Sql("SELECT process, health, count(*) FROM cases WHERE status = 'open' GROUP BY process, health")
_ENDED = Sql("SELECT count(*) FROM cases WHERE status = 'ended'")
_INCIDENTS = Sql("SELECT count(*) FROM incidents WHERE status = 'open'")
_TASKS = Sql("SELECT count(*) FROM tasks WHERE status = 'open'")
_UNDELIVERED = Sql(
    """
    SELECT count(*), min(inbox.received_at) FROM deliveries JOIN inbox ON inbox.id = deliveries.inbox_id
    WHERE deliveries.delivered_at IS NULL
    """
)
_UNROUTED = Sql("SELECT count(*) FROM inbox WHERE state = 'new'")
_OUTBOX = Sql("SELECT state, count(*) FROM outbox GROUP BY state")
_MAILS = Sql("SELECT count(*) FROM mails WHERE state = 'new'")


@dataclass(frozen=True)
class Figures:
    """`cases`: (process, health) of the open ones -> how many. `oldest`: when the first of what is not delivered came.
    `honeypot`: public form -> how many times a machine sent it."""

    cases: Mapping[tuple[str, str], int]
    ended: int
    incidents: int
    tasks: int
    undelivered: int
    oldest: datetime | None
    unrouted: int
    outbox: Mapping[str, int]
    unread: int
    misfires: int
    honeypot: Mapping[str, int]
    ways: Mapping[str, Health]


def figures(c: Connection) -> Figures:
    """All of them, as of one moment."""
    [(undelivered, oldest)] = _UNDELIVERED.rows(c)
    return Figures(
        cases={(process, state): int(number) for process, state, number in _OPEN.rows(c)},
        ended=_count(c, _ENDED),
        incidents=_count(c, _INCIDENTS),
        tasks=_count(c, _TASKS),
        undelivered=int(undelivered),
        oldest=moment(oldest),
        unrouted=_count(c, _UNROUTED),
        outbox={state: int(number) for state, number in _OUTBOX.rows(c)},
        unread=_count(c, _MAILS),
        misfires=sum(misfires.counts(c).values()),
        honeypot=tallies.of(c, "honeypot"),
        ways=health.everything(c),
    )


def _count(c: Connection, query: Sql) -> int:
    return int(query.rows(c)[0][0])
