"""The web face over a real desk and a real store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.store.store import Store
from tests.web.house import House, Visitor, app_of, desk_of, visitor, workspace


@pytest.fixture(scope="session")
def web_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace(tmp_path_factory.mktemp("web") / "northwind")


@pytest.fixture
def house(web_workspace: Path, database_url: str, store: Store) -> House:
    return House(desk_of(web_workspace, database_url, store))


@pytest.fixture
async def ann(house: House) -> AsyncIterator[Visitor]:
    """A client with a browser."""
    async with visitor(app_of(house)) as browser:
        yield browser
