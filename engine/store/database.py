"""Connections to the database: one engine that writes, one that reads.

Errors do not show the values of a statement: they are personal data, and errors end up in logs.
"""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

BUSY_SECONDS = 30  # how long a process waits for another one's transaction on SQLite


def address(url: str) -> URL:
    """The URL with our driver: `sqlite:///path` or `postgresql+psycopg://...`. Raises ValueError for any other."""
    parsed = make_url(url)
    if parsed.drivername.startswith("postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise ValueError(f"not a database for Baton: {parsed.render_as_string()}. Use sqlite:///PATH or postgresql://")
    return parsed.set(drivername="sqlite")


def writing_engine(url: URL) -> Engine:
    """One connection: the writer thread is its only user."""
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        return _sqlite(url, "BEGIN IMMEDIATE", pool_size=1)
    return create_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)


def reading_engine(url: URL) -> Engine:
    """Several connections that cannot write. On SQLite all queries of one read see the same state."""
    if url.get_backend_name() == "sqlite":
        engine = _sqlite(url, "BEGIN", pool_size=4)
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))
        return engine
    # Every query stands for itself, and saves the two round trips of a transaction. A server that was
    # restarted must not fail the next reader: there is no second attempt here, as there is for the writer.
    engine = create_engine(url, pool_size=4, isolation_level="AUTOCOMMIT", pool_pre_ping=True, hide_parameters=True)
    event.listen(engine, "connect", lambda connection, _: _read_only(connection))
    return engine


def _read_only(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    connection.commit()


def _sqlite(url: URL, begin: str, pool_size: int) -> Engine:
    settings = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(url, pool_size=pool_size, connect_args=settings, hide_parameters=True)

    # The driver would begin transactions late and without IMMEDIATE: two writers that both have read then
    # fail each other at once, whatever the busy timeout says. So we begin them ourselves.
    def connected(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as problem:  # no database: as bad as one that cannot be opened
            raise sqlite3.OperationalError(str(problem)) from problem
        connection.execute("PRAGMA synchronous=FULL")

    def begins(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begins)
    return engine
