"""Commands as people run them: through the front door, in a workspace of their own."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.main import run
from cli.office import ask
from engine.runtime.view import CaseView
from engine.store import cases
from engine.store.store import Store
from engine.workspace import create
from tests.databases import sqlite_template

ACME = ["-i", "company=Acme", "-i", "contact=Ann", "-i", "email=ann@acme.test"]
ACME += ["-i", "account_manager=sam", "-i", "deal_value=12,000 GBP"]


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Baton = Callable[..., Said]


@pytest.fixture(scope="session")
def _published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a database in which the shipped processes are published."""
    folder = tmp_path_factory.mktemp("cli") / "northwind"
    create(folder)
    (folder / ".baton").mkdir()
    shutil.move(sqlite_template(tmp_path_factory.mktemp("template")), folder / ".baton" / "baton.db")
    ask(folder, lambda desk: desk.publish("client-onboarding"))
    return folder


@pytest.fixture
def workspace(_published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(_published, tmp_path / "northwind")
    monkeypatch.chdir(tmp_path / "northwind")
    return tmp_path / "northwind"


@pytest.fixture
def baton(capsys: pytest.CaptureFixture[str]) -> Baton:
    def command(*args: str) -> Said:
        code = run(args)
        return Said(code, *capsys.readouterr())

    return command


@pytest.fixture
def case(workspace: Path, baton: Baton) -> str:
    return str(baton("start", "client-onboarding", *ACME, "--json").json["case"])


@pytest.fixture
def store(workspace: Path) -> Store:
    return Store.open(f"sqlite:///{workspace}/.baton/baton.db")


def project(store: Store, view: CaseView) -> None:
    """What a turn would have written."""
    store.write_now(lambda c: cases.project(c, view))
