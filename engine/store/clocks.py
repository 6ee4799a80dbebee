"""Whether the clock of this machine is that of the others: the database, to which all of them speak, is asked."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.store.moment import moment
from engine.store.sql import Sql

APART = timedelta(seconds=20)
"""A worker whose clock is further off would take mails for lost that another one is just handing over."""

_NOW = Sql("SELECT clock_timestamp()")


def ahead(c: Connection, clock: Callable[[], datetime]) -> timedelta | None:
    """How far the database's clock is ahead of ours; None on SQLite, which has no other one."""
    if c.dialect.name == "sqlite":
        return None
    theirs: datetime = moment(_NOW.rows(c)[0][0])
    return theirs - clock()
