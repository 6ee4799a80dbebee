"""How often something happened, whoever counts: within a while that begins anew, or ever since the first time."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.store.moment import moment
from engine.store.sql import Sql

FOR_EVER = timedelta(days=36_500)

_COUNT = Sql(
    """
    INSERT INTO tallies (name, since, number) VALUES (:name, :at, 1) ON CONFLICT (name) DO UPDATE SET
        number = CASE WHEN tallies.since <= :over THEN 1 ELSE tallies.number + 1 END,
        since = CASE WHEN tallies.since <= :over THEN excluded.since ELSE tallies.since END
    RETURNING number
    """
)
_OF = Sql("SELECT name, number FROM tallies WHERE name LIKE :pattern")
_SINCE = Sql("SELECT name, since FROM tallies WHERE name LIKE :pattern")
_PRUNE = Sql("DELETE FROM tallies WHERE name LIKE :pattern AND since < :before")


def count(c: Connection, name: str, at: datetime, within: timedelta = FOR_EVER) -> int:
    """Once more. How often it was within this while, this time included; a while that is over begins anew."""
    return int(_COUNT.rows(c, name=name, at=at, over=at - within)[0][0])


def of(c: Connection, kind: str) -> dict[str, int]:
    """How often each of a kind was: those whose names begin with `kind/`, without that."""
    return {name.partition("/")[2]: int(number) for name, number in _OF.rows(c, pattern=f"{kind}/%")}


def since(c: Connection, kind: str) -> dict[str, datetime]:
    """When each of a kind was counted for the first time."""
    return {name.partition("/")[2]: moment(at) for name, at in _SINCE.rows(c, pattern=f"{kind}/%")}


def prune(c: Connection, before: datetime) -> None:
    """Forget who sent forms before that time."""
    _PRUNE.change(c, pattern="form/%", before=before)
