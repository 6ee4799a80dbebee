"""How statements are written: by hand where every microsecond counts, as upserts that both databases know."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError

from engine.store.columns import storable
from engine.store.moment import written


class Sql:
    """A statement in SQL that both databases understand, with `:names`, run on the driver's own cursor.

    It costs a fifth of the same statement through the expression language, so the ledger is written with it.
    Times come back as the driver gives them: pass them through `moment`. No `%` and no `::` in the text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._pyformat = re.sub(r":(\w+)", r"%(\1)s", text)

    def rows(self, c: Connection, **values: object) -> list[tuple[Any, ...]]:
        """Run it and give all rows."""
        with self._run(c, values) as cursor:
            return list(cursor.fetchall())

    def change(self, c: Connection, **values: object) -> int:
        """Run it and give the number of rows it changed."""
        with self._run(c, values) as cursor:
            return int(cursor.rowcount)

    @contextmanager
    def _run(self, c: Connection, values: Mapping[str, object]) -> Iterator[DBAPICursor]:
        errors = c.dialect.loaded_dbapi.Error
        with closing(c.connection.cursor()) as cursor:
            try:
                cursor.execute(*self._for(c, values))
            except errors as error:  # as SQLAlchemy raises it; without the values, which belong in no log
                raise DBAPIError.instance(self.text, None, error, errors, hide_parameters=True) from error
            yield cursor

    def _for(self, c: Connection, values: Mapping[str, object]) -> tuple[str, dict[str, object]]:
        if c.dialect.name == "sqlite":
            return self.text, {name: _lite(value) for name, value in values.items()}
        return self._pyformat, {name: _clean(value) for name, value in values.items()}


def _clean(value: object) -> object:
    return storable(value) if isinstance(value, str) else value


def _lite(value: object) -> object:
    return written(value) if isinstance(value, datetime) else _clean(value)


def put(c: Connection, table: Table, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; one whose primary key is there replaces what it held."""
    if rows:
        keys = tuple(column.name for column in table.primary_key)
        c.execute(_insert(c.dialect.name, table, keys, replace=True), rows)


def add(c: Connection, table: Table, row: Mapping[str, Any], unique: Iterable[str]) -> bool:
    """Insert a row unless one with the same `unique` columns is there. True if it was inserted."""
    return c.scalar(_insert(c.dialect.name, table, tuple(unique), replace=False), row) is not None


@cache
def _insert(dialect: str, table: Table, keys: tuple[str, ...], *, replace: bool) -> Any:
    # The two dialects have the same methods, but no common type.
    statement: Any = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    if not replace:
        # The number of inserted rows is not to be had from every driver; an answer is.
        return statement.on_conflict_do_nothing(index_elements=keys).returning(literal_column("1"))
    others = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)
