"""A real browser on a phone, without JavaScript, in front of a real server."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from engine.store.store import Store
from tests.web.house import House, app_of, desk_of, workspace

CHROMIUM = Path("/usr/bin/chromium")
IS_THERE = CHROMIUM.exists()
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def web_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace(tmp_path_factory.mktemp("browser") / "northwind")


@pytest.fixture
def database_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """One database is enough here: tests/web runs the same pages on both."""
    shutil.copy(_sqlite_template, tmp_path / "baton.db")
    return f"sqlite:///{tmp_path}/baton.db"


@pytest.fixture
def house(web_workspace: Path, database_url: str, store: Store) -> House:
    return House(desk_of(web_workspace, database_url, store))


@pytest.fixture
async def server(house: House) -> AsyncIterator[str]:
    """The address of the pages of the house."""
    web = uvicorn.Server(uvicorn.Config(app_of(house), log_config=None, access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(web.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        web.should_exit = True
        await serving


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if not IS_THERE:
        pytest.skip(f"there is no browser at {CHROMIUM}")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        await started.close()


@pytest.fixture
async def phone(browser: Browser, server: str) -> Page:
    """A page on a phone that runs no scripts."""
    context = await browser.new_context(
        base_url=server, viewport={"width": 390, "height": 844}, java_script_enabled=False, has_touch=True
    )
    return await context.new_page()
