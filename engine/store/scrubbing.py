"""Finding an address in every table, and putting a stand-in in its place."""

import json
import re
from collections.abc import Iterator
from typing import Any

import idna
from sqlalchemy import ColumnElement, Connection, LargeBinary, Table, Text, and_, cast, func, or_, select, update

from engine.language.addresses import normal
from engine.store.columns import Words
from engine.store.tables import metadata, plans, releases

_AUTHORS = (plans, releases)
"""What authors wrote is no record of anybody, and a plan that was changed would not be the one its cases run."""


class Spellings:
    """All ways in which one address stands in the database: as it is known, in its own script, as JSON writes it."""

    def __init__(self, address: str) -> None:
        local, _, domain = normal(address).rpartition("@")
        plain = (f"{local}@{domain}", f"{local}@{_in_its_script(domain)}")
        self.all = tuple(dict.fromkeys((*plain, *(json.dumps(text)[1:-1].lower() for text in plain))))
        self._text = re.compile("|".join(map(re.escape, self.all)), re.IGNORECASE)
        self._bytes = re.compile(b"|".join(re.escape(text.encode()) for text in self.all), re.IGNORECASE)

    def replaced(self, value: Any, stand_in: str) -> Any:
        """The text with the stand-in; bytes with as many x, so that no file is broken by it."""
        if isinstance(value, str):
            return self._text.sub(stand_in, value)
        return self._bytes.sub(lambda found: b"x" * len(found[0]), bytes(value))

    def stands_in(self, value: str | bytes) -> bool:
        return bool(self._text.search(value) if isinstance(value, str) else self._bytes.search(value))

    def within(self, c: Connection, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that one of them stands in a column of text or bytes, in upper or lower case."""
        return or_(*(_position(c, column, text) > 0 for text in self.all))


def tables() -> tuple[Table, ...]:
    """Those that hold records of what was done."""
    return tuple(table for table in metadata.sorted_tables if table not in _AUTHORS)


def scrub(c: Connection, spellings: Spellings, stand_in: str) -> int:
    """Put the stand-in wherever the address stands, keys too. In how many rows it stood."""
    return sum(_scrub(c, table, spellings, stand_in) for table in tables())


def holding(c: Connection, spellings: Spellings) -> tuple[str, ...]:
    """The tables in which the address stands."""
    return tuple(table.name for table in tables() if any(True for _ in _rows(c, table, spellings, limit=1)))


def _scrub(c: Connection, table: Table, spellings: Spellings, stand_in: str) -> int:
    count = 0
    for row in _rows(c, table, spellings):
        found = {name: spellings.replaced(value, stand_in) for name, value in row.items() if _is_words(value)}
        changed = {name: value for name, value in found.items() if value != row[name]}
        key = and_(*(column == row[column.name] for column in table.primary_key))
        if changed:
            c.execute(update(table).where(key).values(changed))
            count += 1
    return count


def _rows(c: Connection, table: Table, spellings: Spellings, limit: int | None = None) -> Iterator[dict[str, Any]]:
    texts = [column for column in table.columns if isinstance(column.type, Words | LargeBinary)]
    if texts:
        wanted = dict.fromkeys((*table.primary_key, *texts))
        query = select(*wanted).where(or_(*(spellings.within(c, column) for column in texts))).limit(limit)
        yield from [dict(row) for row in c.execute(query).mappings()]


def _is_words(value: Any) -> bool:
    return isinstance(value, str | bytes | memoryview)


def _position(c: Connection, column: ColumnElement[Any], text: str) -> ColumnElement[int]:
    """Where the text begins in the column, from 1; 0: nowhere. What is no ASCII is compared as it is."""
    binary = isinstance(column.type, LargeBinary)
    if c.dialect.name == "sqlite":
        return func.instr(func.lower(cast(column, Text) if binary else column), text)
    if binary:  # bytes above 127 and backslashes are written as octal numbers and as two
        text = "".join(chr(b) if b < 128 else f"\\{b:03o}" for b in text.replace("\\", "\\\\").encode())
    return func.strpos(func.lower(func.encode(column, "escape") if binary else column), text)


def _in_its_script(domain: str) -> str:
    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain
