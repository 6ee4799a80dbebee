"""How fast messages may leave, whoever sends them: one row for each sender, and for each domain that it writes to.

The row holds the moment at which the next mail would be due if every mail kept its distance (GCRA). It is moved on
in one statement, so that the limit holds for all workers together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from engine.language.rate import Rate
from engine.store.moment import CLOCKS
from engine.store.sql import Sql

_TAKE = Sql(
    """
    INSERT INTO rates (name, due) VALUES (:name, :next) ON CONFLICT (name) DO UPDATE SET
        due = (CASE WHEN rates.due > :at AND rates.due <= :absurd THEN rates.due ELSE :at END) + :distance
    WHERE rates.due <= :latest OR rates.due > :absurd
    RETURNING due
    """
)
_DUE = Sql("SELECT due FROM rates WHERE name = :name")
_GIVE_BACK = Sql("UPDATE rates SET due = due - :distance WHERE name = :name")
_FORGET = Sql("DELETE FROM rates WHERE due < :before")
_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sender keeps to: all its mails, and those to any one domain. None: no limit."""

    all: Rate | None = None
    per_domain: Rate | None = None


LimitsOf = Callable[[str], Limits]
"""The limits of a sender by its name, as they are now."""


def unlimited(sender: str) -> Limits:
    return Limits()


def slot(c: Connection, sender: str, domain: str, at: datetime, limits: Limits = Limits()) -> datetime:
    """When this sender may write to this domain: `at`, then the place is taken; or a later time, then nothing is
    taken and the message asks again at that time."""
    asked = [(name, rate) for name, rate in _names(sender, domain.lower(), limits) if rate]
    taken: list[tuple[str, Rate]] = []
    for name, rate in asked:
        if until := _take(c, name, rate, at):
            for other, given in taken:
                _GIVE_BACK.change(c, name=other, distance=given.distance)
            return until
        taken.append((name, rate))
    return at


def forget(c: Connection, before: datetime) -> int:
    """Rows that say nothing any more."""
    return _FORGET.change(c, before=_number(before))


def _names(sender: str, domain: str, limits: Limits) -> tuple[tuple[str, Rate | None], ...]:
    return (sender, limits.all), (f"{sender}@{domain}", limits.per_domain)


def _take(c: Connection, name: str, rate: Rate, at: datetime) -> datetime | None:
    """None: the place is taken. Otherwise when to ask again."""
    now, distance = _number(at), rate.distance
    ahead = (rate.at_once - 1) * distance
    # No mail of this rate moves it further: it was another rate, or a clock has been set back.
    absurd = now + ahead + distance + CLOCKS // _MICROSECOND
    if _TAKE.rows(c, name=name, next=now + distance, at=now, distance=distance, latest=now + ahead, absurd=absurd):
        return None
    due: int = _DUE.rows(c, name=name)[0][0]
    return _START + (due - ahead) * _MICROSECOND


def _number(at: datetime) -> int:
    return (at - _START) // _MICROSECOND
