"""A desk on a small workspace, and a case that waits, as a worker would have left it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities import STEP_TYPES
from engine.desk.desk import Desk
from engine.dispatcher import Dispatcher, MemoryCourier
from engine.runtime.view import CaseView, Subscription, TaskView, WaitView
from engine.settings import Settings
from engine.store import cases
from engine.store.store import Store
from engine.workspace import create

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ANN = {
    "company": "Acme",
    "contact": "Ann",
    "email": "ann@acme.test",
    "account_manager": "sam",
    "deal_value": "12,000 GBP",
}
Now = Callable[[], datetime]


class Watch:
    """A clock that a test can turn."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def settings(shipped_workspace: Path, database_url: str) -> Settings:
    environment = {"BATON_DATABASE_URL": database_url, "CRM_WEBHOOK_SECRET": SECRET, "CALENDAR_WEBHOOK_SECRET": SECRET}
    return Settings.load(shipped_workspace, environment)


@pytest.fixture
async def desk(settings: Settings, store: Store, watch: Watch) -> Desk:
    """The desk, with the shipped processes published."""
    desk = Desk(settings, store, STEP_TYPES, clock=watch)
    await desk.publish("client-onboarding")
    return desk


@pytest.fixture
def courier() -> MemoryCourier:
    return MemoryCourier()


@pytest.fixture
def dispatcher(desk: Desk, courier: MemoryCourier, watch: Watch) -> Dispatcher:
    return Dispatcher(desk.store, courier, desk.router, clock=watch)


Show = Callable[..., Awaitable[None]]


@pytest.fixture
def show(desk: Desk, watch: Watch) -> Show:
    """Project a case as a turn does: `show(case, waits=[...], tasks=[...])`."""
    turns = iter(range(1, 100))

    async def project(case: str, **seen: Any) -> None:
        seen = {name: tuple(value) if isinstance(value, list) else value for name, value in seen.items()}
        watch.turn(seconds=1)
        view = CaseView(case, next(turns), seen.pop("status", "open"), seen.pop("health", "ok"), watch(), **seen)
        await desk.store.write(lambda c: cases.project(c, view))

    return project


def waits_at(step: str, kind: str, who: str = "ann@acme.test", **more: Any) -> WaitView:
    path = more.pop("path", step)
    return WaitView(path, step, kind, step.capitalize(), more.pop("status", "waiting"), who, datetime.now(UTC), **more)


def task_of(path: str, **more: Any) -> TaskView:
    task = TaskView(
        f"t-{path}"[:10], path, path.rsplit("/", maxsplit=1)[-1], "Check answers", "open", datetime.now(UTC)
    )
    return replace(task, **more)


def listens(name: str, path: str, match: Mapping[str, Any]) -> Subscription:
    return Subscription(name, path, match)


@pytest.fixture(scope="session")
def shipped_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as `baton init` makes it."""
    folder = tmp_path_factory.mktemp("workspace") / "northwind"
    create(folder)
    return folder
