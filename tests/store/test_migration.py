"""Bringing a database up to date."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from engine.store import plans
from engine.store.migration import HEAD, TooNewError
from engine.store.store import Store
from engine.store.tables import metadata
from engine.store.upgrade import configuration
from tests.databases import Cluster

MIGRATE = "import sys; from engine.store.store import Store; s = Store.open(sys.argv[1]); s.migrate(); s.close()"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new/folder/baton.db"
        return
    server: Cluster = request.getfixturevalue("postgres")
    with server.empty_database() as url:
        yield url


def test_the_migrations_make_exactly_the_tables_that_the_queries_name(store: Store) -> None:
    def differences(c: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(c), metadata))

    assert store.read_now(differences) == []


def test_the_known_version_is_that_of_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == HEAD


def test_a_new_database_gets_its_tables_and_a_second_time_changes_nothing(empty_url: str) -> None:
    store = Store.open(empty_url)
    store.migrate()
    store.migrate()
    assert store.read_now(plans.processes) == ()
    store.close()


def test_processes_that_start_together_migrate_once(empty_url: str) -> None:
    started = [subprocess.Popen([sys.executable, "-c", MIGRATE, empty_url]) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]


def test_a_database_of_a_newer_release_is_left_alone(empty_url: str) -> None:
    store = Store.open(empty_url)
    store.migrate()
    store.write_now(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")).rowcount)
    with pytest.raises(TooNewError, match="at version 9999"):
        store.migrate()
    store.close()


def test_a_database_that_is_up_to_date_costs_no_alembic(database_url: str) -> None:
    code = f"{MIGRATE}; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, database_url]).returncode == 0
