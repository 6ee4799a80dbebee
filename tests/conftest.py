"""Fixtures that every room uses: a fresh store, on each of the databases, and a Temporal server."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.gateways.temporal_server import TemporalServer
from engine.store.store import Store
from tests.databases import Cluster, NoPostgres, cluster, sqlite_template


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL cluster of our own; skips with the reason where there is none."""
    try:
        with cluster() as server:
            yield server
    except NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with all tables."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_sqlite_template"), tmp_path / "baton.db")
        yield f"sqlite:///{tmp_path}/baton.db"
        return
    server: Cluster = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture
def one_store(tmp_path: Path) -> Iterator[Store]:
    """A store on SQLite, for what does not depend on the database."""
    opened = Store.open(f"sqlite:///{tmp_path}/house.db")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an embedded Temporal server, the same for all tests."""
    server = TemporalServer(tmp_path_factory.mktemp("temporal"))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(60)
    yield server.address
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open store on a fresh database."""
    opened = Store.open(database_url)
    yield opened
    opened.close()
