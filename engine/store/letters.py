"""How a message that waited in the outbox ended, for the case that sent it: an arrival like every other news."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.language.values import encode
from engine.runtime.rounds import plain_path
from engine.store import inbox
from engine.store.rows import Arrival, OutboxRow

LETTER = "letter"


def tell(c: Connection, row: OutboxRow, at: datetime, **end: Any) -> None:
    """`end` is `result`, or `code` and `error`. Once for each message, in the transaction that ends it."""
    if not row.case:  # a notice to a colleague: nobody waits for its end
        return
    arrival = Arrival(
        id=f"letter-{row.seq}",
        source=LETTER,
        source_id=row.key,
        kind=LETTER,
        name=row.state,
        case=row.case,
        to=plain_path(row.path),
        by="",
        data_json=encode({"key": row.key, **end}),
        received_at=at,
    )
    if inbox.accept(c, arrival):
        inbox.routed(c, arrival.id)
        inbox.deliver_to(c, arrival.id, arrival.case, "signal")
