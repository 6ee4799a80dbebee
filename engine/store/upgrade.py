"""Running Alembic from inside: its scripts are part of this package, and there is no ini file."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from engine.store.migration import HEAD, TooNewError

_LOCK = 7_204_518  # any number: it names our lock on the PostgreSQL server


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's settings; the migrations run on this connection, in its transaction."""
    config = Config()
    config.set_main_option("script_location", "engine.store:migrations")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, found: str | None) -> None:
    """Run the migrations after `found`. Raises TooNewError if that is one that we do not know."""
    _check(found)
    with engine.begin() as c:
        if c.dialect.name == "postgresql":  # SQLite's transaction keeps the others out by itself
            c.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(configuration(c), "head")


def _check(found: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if found and found not in known:
        raise TooNewError(
            f"the database is at version {found}, but this release of Baton knows versions up to {HEAD}. "
            "Use the newer release, or another database"
        )
