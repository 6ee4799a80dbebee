"""Machines that answer each other: how often mails have gone back and forth lately."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection

from engine.language.addresses import normal
from engine.store.moment import moment
from engine.store.sql import Sql

MOST = 3
"""Answers of ours to one sender within an hour; what comes then waits for a person."""
WITHIN = timedelta(hours=1)

_CAME = Sql(
    """
    SELECT i.received_at, d.case_id FROM inbox i JOIN deliveries d ON d.inbox_id = i.id
    WHERE i.source = 'mail' AND i.given_by = :sender AND i.received_at > :since AND i.kind = 'email'
    """
)
_WENT = Sql("SELECT recipient, created_at FROM outbox WHERE case_id = :case AND created_at > :since")


def answers(c: Connection, sender: str, at: datetime, case: str = "") -> int:
    """How often we answered this sender within the last hour: in this case, or in all that their mails started or
    reached. Several mails to them without one from them in between count once, and so the other way round: somebody
    who sends five files in five mails has no loop."""
    since = at - WITHIN
    came = [(moment(when), told) for when, told in _CAME.rows(c, sender=sender, since=since) if case in ("", told)]
    first = min((when for when, _ in came), default=at)
    went = [when for told in {told for _, told in came} for when in _sent(c, told, sender, since) if when > first]
    return _turns([*((when, "came") for when, _ in came), *((when, "went") for when in went)])


def _sent(c: Connection, case: str, to: str, since: datetime) -> list[datetime]:
    return [moment(when) for who, when in _WENT.rows(c, case=case, since=since) if normal(who) == to]


def _turns(events: Iterable[tuple[datetime, str]]) -> int:
    """How often a mail of ours follows one of theirs."""
    ways = [way for _, way in sorted(events)]
    return sum(before == "came" and way == "went" for before, way in pairwise(ways))
