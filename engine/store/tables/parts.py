"""What tables are made of. Migrations build them; this is how queries name them, and a test holds the two together.

There are no foreign keys on purpose: every table here is written on the hot path, its keys are made by us and
never change, and a case's rows are only ever written through the queries beside this file.
Columns that would need quotes in SQL are spelled out: `case` is `case_id`, `to` is `addressed_to`.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData

from engine.store.columns import Instant, Words

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)
# SQLite counts up by itself only in a column of exactly this type.
Serial = BigInteger().with_variant(Integer, "sqlite")


def words(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Words, primary_key=key, nullable=False)


def at(name: str) -> Column[Any]:
    return Column(name, Instant, nullable=False)


def at_or_none(name: str) -> Column[Any]:
    return Column(name, Instant, nullable=True)


def number(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=False, autoincrement=False)
