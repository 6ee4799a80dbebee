"""How fast messages may leave, whoever sends them."""

from datetime import datetime

from sqlalchemy import Connection


def slot(c: Connection, sender: str, domain: str, at: datetime) -> datetime:
    """When this sender may write to this domain: `at`, then the place is taken; or a later time, then nothing is
    taken and the message asks again at that time."""
    return at
