"""Which cases take an event: found by the hash of what must be equal, however many cases wait."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select, tuple_

from engine.language.values import encode
from engine.store.rows import Subscriber
from engine.store.tables import subscriptions


def kept(match: Mapping[str, Any] | None) -> tuple[str | None, str | None]:
    """The names that a subscription compares (JSON list, sorted), and the hash of their values. None, None: it
    cannot be evaluated yet, so it takes nothing."""
    if match is None:
        return None, None
    names = sorted(match)
    return json.dumps(names), _hash(match[name] for name in names)


def subscribers(c: Connection, name: str, data: Mapping[str, Any]) -> tuple[Subscriber, ...]:
    """The cases that take an event of this name with this data: for each name of their `match` the values are
    equal (1 and 1.0 are)."""
    table = subscriptions
    shapes = c.scalars(
        select(table.c.match_names).where(table.c.name == name, table.c.match_names.is_not(None)).distinct()
    )
    wanted = [
        (shape, _hash(data[key] for key in names)) for shape in shapes if set(names := json.loads(shape)) <= set(data)
    ]
    if not wanted:
        return ()
    query = select(table.c.case_id, table.c.path, table.c.name).where(
        table.c.name == name, tuple_(table.c.match_names, table.c.match_hash).in_(wanted)
    )
    return tuple(Subscriber(*row) for row in c.execute(query.order_by(table.c.case_id, table.c.position)))


def _hash(values: Iterable[Any]) -> str:
    return sha256(encode([_plain(value) for value in values]).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    return Decimal(str(value)).normalize()
