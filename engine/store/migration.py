"""Bringing the tables up to date."""

from importlib import import_module

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

HEAD = "0022"  # the newest file in migrations/versions; a test compares


class TooNewError(RuntimeError):
    """The database was made by a newer release: nothing was changed."""


def migrate(reading: Engine, writing: Engine) -> None:
    """Run the migrations that are missing, in one transaction, one process at a time. Raises TooNewError."""
    found = version(reading)
    if found == HEAD:
        return
    # Every command opens the store, and Alembic takes longer to load than most commands to run.
    import_module("engine.store.upgrade").upgrade(writing, found)


def version(engine: Engine) -> str | None:
    """The migration that the database is at; None before the first."""
    try:
        with engine.begin() as c:
            found: str | None = c.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    except (OperationalError, ProgrammingError) as error:
        if "alembic_version" in str(error.orig):
            return None
        raise
