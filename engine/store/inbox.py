"""The one door: whatever arrives is a row here before anybody is thanked, then it is delivered to its cases."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, literal_column, select, update

from engine.store.moment import moment
from engine.store.rows import Arrival, DeliveryRow
from engine.store.sql import Sql, add
from engine.store.tables import deliveries, inbox

_ARRIVAL: tuple[Any, ...] = (
    inbox.c.id,
    inbox.c.source,
    inbox.c.source_id,
    inbox.c.kind,
    inbox.c.name,
    inbox.c.case_id,
    inbox.c.addressed_to,
    inbox.c.given_by,
    inbox.c.data_json,
    inbox.c.received_at,
)
_DELIVERY: tuple[Any, ...] = (
    deliveries.c.id,
    deliveries.c.inbox_id,
    deliveries.c.case_id,
    deliveries.c.kind,
    deliveries.c.attempts,
    deliveries.c.error,
)

# Written out, because SQLite takes a partial index only for a condition that it can read.
_IS_NEW = inbox.c.state == literal_column("'new'")

# Those that every turn and every delivery ask are written by hand: a fifth of the time.
_LOAD = Sql(
    """
    SELECT id, source, source_id, kind, name, case_id, addressed_to, given_by, data_json, received_at
    FROM inbox WHERE id = :id
    """
)
_CLAIM = Sql("UPDATE inbox SET state = 'routed' WHERE id = :id AND state = 'new'")
_ROUTED = Sql("UPDATE inbox SET state = :state WHERE id = :id")
_AGAIN = Sql("UPDATE inbox SET name = :name, data_json = :data, state = 'new' WHERE id = :id")
_NEWS = Sql(
    """
    SELECT inbox_id FROM deliveries WHERE case_id = :case AND delivered_at IS NULL AND kind = 'signal' ORDER BY id
    """
)
_DELIVERED = Sql("UPDATE deliveries SET delivered_at = :at WHERE id = :id")
_ONCE_MORE = Sql("UPDATE deliveries SET delivered_at = NULL, attempts = 0 WHERE inbox_id = :id AND case_id = :case")
_UNDELIVERED = Sql(
    """
    SELECT id, inbox_id, case_id, kind, attempts, error FROM deliveries
    WHERE delivered_at IS NULL ORDER BY id LIMIT :limit
    """
)

# Numbers are taken before they are committed, so the highest one alone could hide a row that came late.
_MARK = Sql(
    """
    SELECT (SELECT max(seq) FROM inbox), (SELECT count(*) FROM inbox WHERE state = 'new'),
           (SELECT max(id) FROM deliveries), (SELECT count(*) FROM deliveries WHERE delivered_at IS NULL)
    """
)


def accept(c: Connection, arrival: Arrival) -> bool:
    """Keep what arrived, as `new`. False if it is there already: nothing was changed."""
    row = {
        "id": arrival.id,
        "source": arrival.source,
        "source_id": arrival.source_id,
        "kind": arrival.kind,
        "name": arrival.name,
        "case_id": arrival.case,
        "addressed_to": arrival.to,
        "given_by": arrival.by,
        "data_json": arrival.data_json,
        "received_at": arrival.received_at,
        "state": "new",
    }
    return add(c, inbox, row, unique=["source", "source_id"])


def again(c: Connection, inbox_id: str, name: str, data_json: str) -> None:
    """What arrived is understood anew, and waits to be routed once more."""
    _AGAIN.change(c, id=inbox_id, name=name, data=data_json)


def load(c: Connection, ids: Sequence[str]) -> tuple[Arrival, ...]:
    """The arrivals with these ids, in the order of the ids; unknown ids are left out."""
    return tuple(Arrival(*row[:-1], *map(moment, row[-1:])) for one in ids for row in _LOAD.rows(c, id=one))


def news(c: Connection, case: str, ids: Sequence[str]) -> tuple[Arrival, ...]:
    """These arrivals of a case, after those that are still on their way to it: what was here before a deadline must
    not come after it, however long the engine was away."""
    waiting = [row[0] for row in _NEWS.rows(c, case=case)]
    return load(c, tuple(dict.fromkeys((*waiting, *ids))))


def deliver_to(c: Connection, inbox_id: str, case: str, kind: str) -> bool:
    """Ask for the delivery to a case. `kind`: `start` or `signal`. False if that was asked for before."""
    row = {"inbox_id": inbox_id, "case_id": case, "kind": kind, "attempts": 0, "error": "", "delivered_at": None}
    return add(c, deliveries, row, unique=["inbox_id", "case_id"])


def deliver_again(c: Connection, inbox_id: str, case: str) -> None:
    """Ask for the delivery to a case, also where that was over: it came too late, and the case was opened again."""
    if not deliver_to(c, inbox_id, case, "signal"):
        _ONCE_MORE.change(c, id=inbox_id, case=case)


def undelivered(c: Connection, limit: int, skip_cases: Collection[str] = ()) -> tuple[DeliveryRow, ...]:
    """What waits to be delivered, oldest first. `skip_cases`: those that failed a moment ago, lest they fill
    the whole answer."""
    if not skip_cases:
        return tuple(DeliveryRow(*row) for row in _UNDELIVERED.rows(c, limit=limit))
    query = select(*_DELIVERY).where(deliveries.c.delivered_at.is_(None), deliveries.c.case_id.not_in(skip_cases))
    return tuple(DeliveryRow(*row) for row in c.execute(query.order_by(deliveries.c.id).limit(limit)))


def delivered(c: Connection, ids: Collection[int], at: datetime) -> None:
    """These deliveries (`DeliveryRow.id`) have reached their case."""
    for one in ids:
        _DELIVERED.change(c, id=one, at=at)


def failed(c: Connection, inbox_id: str, case: str, error: str) -> None:
    """A delivery did not work this time; it stays undelivered."""
    this = (deliveries.c.inbox_id == inbox_id) & (deliveries.c.case_id == case)
    c.execute(update(deliveries).where(this).values(attempts=deliveries.c.attempts + 1, error=error))


def unrouted(c: Connection, older_than: datetime, limit: int = 200) -> tuple[Arrival, ...]:
    """What was accepted before that time and still is `new`, oldest first: whoever took it in has died."""
    query = select(*_ARRIVAL).where(_IS_NEW, inbox.c.received_at < older_than)
    return tuple(Arrival(*row) for row in c.execute(query.order_by(inbox.c.seq).limit(limit)))


def emitted(c: Connection, limit: int = 200) -> tuple[Arrival, ...]:
    """The events of cases that wait to be routed, oldest first: nobody but the dispatcher routes them."""
    query = select(*_ARRIVAL).where(_IS_NEW, inbox.c.kind == "event")
    return tuple(Arrival(*row) for row in c.execute(query.order_by(inbox.c.seq).limit(limit)))


def claim(c: Connection, inbox_id: str) -> bool:
    """Begin to route a new arrival; False where somebody else has done it, or does it just now and commits first."""
    return _CLAIM.change(c, id=inbox_id) == 1


def routed(c: Connection, inbox_id: str, state: str = "routed") -> None:
    """What became of an arrival: `routed` (its deliveries are written), `unmatched` (nobody waits for it), `late`
    (its case has ended) or `failed` (it cannot be routed)."""
    _ROUTED.change(c, id=inbox_id, state=state)


def change_mark(c: Connection) -> tuple[int, ...]:
    """Differs from the last one if there may be something new to route or deliver; cheap enough to ask often."""
    return tuple(number or 0 for number in _MARK.rows(c)[0])
