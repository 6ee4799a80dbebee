"""Which cases take an event: found by the hash of what must be equal, however many cases wait."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select, text, tuple_

from engine.language.addresses import normal
from engine.language.values import decode, encode
from engine.runtime.mailbox import at, comparable
from engine.store.rows import Subscriber
from engine.store.sql import Sql
from engine.store.tables import subscriptions
from engine.store.threads import written_to

_CAME = Sql(
    """
    SELECT id, data_json FROM inbox
    WHERE name = :name AND case_id = '' AND state IN ('routed', 'unmatched')
        AND received_at >= (SELECT started_at FROM cases WHERE id = :case)
    ORDER BY seq
    """
)
_SHAPES = Sql(
    """
    SELECT match_names FROM subscriptions
    WHERE case_id = :case AND path = :path AND name = :name AND match_names IS NOT NULL
    """
)
MAIL = "mail/"
"""How the names of mails begin that belong to no case: anybody can write one, so being equal is not enough."""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def kept(match: Mapping[str, Any] | None) -> tuple[str | None, str | None]:
    """The names that a subscription compares (JSON list, sorted), and the hash of their values. None, None: it
    cannot be evaluated yet, so it takes nothing."""
    if match is None:
        return None, None
    names = sorted(match)
    return json.dumps(names), _hash(comparable(match[name]) for name in names)


def one_at_a_time(c: Connection, names: Iterable[str]) -> None:
    """Nobody else routes events of these names, or begins to listen for them, until this is committed.

    SQLite has one writer. Elsewhere an arrival and a case that begins to listen could miss each other: neither
    sees what the other has not committed yet. Always in the same order, so that nobody waits in a circle.
    """
    if c.dialect.name == "postgresql":
        for name in sorted(set(names)):
            c.execute(_LOCK, {"name": f"event/{name}"})


def subscribers(c: Connection, name: str, data: Mapping[str, Any]) -> tuple[Subscriber, ...]:
    """The cases that take an event of this name with this data: for each name of their `match` the values are
    equal (1 and 1.0 are)."""
    table = subscriptions
    shapes = c.scalars(
        select(table.c.match_names).where(table.c.name == name, table.c.match_names.is_not(None)).distinct()
    )
    wanted = [(shape, hashed) for shape in shapes for hashed in _hashes_of(shape, data)]
    if not wanted:
        return ()
    query = select(table.c.case_id, table.c.path, table.c.name).where(
        table.c.name == name, tuple_(table.c.match_names, table.c.match_hash).in_(wanted)
    )
    return tuple(Subscriber(*row) for row in c.execute(query.order_by(table.c.case_id, table.c.position)))


def unclaimed(c: Connection, case: str, name: str, shape: str, hashed: str) -> list[str]:
    """Ids of the arrivals of this name since the case was opened that a subscription of the case with these `kept`
    values takes: one that another case has taken, too."""
    rows = [(arrival, decode(data)) for arrival, data in _CAME.rows(c, case=case, name=name)]
    found = [(arrival, data) for arrival, data in rows if hashed in _hashes_of(shape, data)]
    if not name.startswith(MAIL):
        return [arrival for arrival, _ in found]
    return [arrival for arrival, data in found if _knows(c, case, [shape], str(data["from"]))]


def knowing(c: Connection, found: Iterable[Subscriber], sender: str) -> tuple[Subscriber, ...]:
    """Those of the cases that know the sender of a mail: they have written to them, or their `match` names them."""
    return tuple(one for one in found if _knows(c, one.case, _shapes(c, one), sender))


def _shapes(c: Connection, one: Subscriber) -> list[str]:
    return [shape for (shape,) in _SHAPES.rows(c, case=one.case, path=one.path, name=one.name)]


def _knows(c: Connection, case: str, shapes: Iterable[str], sender: str) -> bool:
    return any("from" in json.loads(shape) for shape in shapes) or normal(sender) in written_to(c, case)


def _hashes_of(shape: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    """The hashes of an event's values at these names (dotted), as they are compared, and as cases keep them that have
    begun to listen before addresses were; none where a value is missing."""
    values = [at(data, name) for name in json.loads(shape)]
    same = [comparable(value) for value in values]
    return () if None in values else (_hash(same),) if same == values else (_hash(same), _hash(values))


def _hash(values: Iterable[Any]) -> str:
    return sha256(encode([_plain(value) for value in values]).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    return Decimal(str(value)).normalize()
