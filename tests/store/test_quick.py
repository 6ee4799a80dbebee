"""The quick status: the same answers without SQLAlchemy."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from engine.runtime.view import Entry, IncidentView
from engine.store import cases, plans, quick
from engine.store.store import Store
from tests.store.samples import LATER, NOW, WELCOME, case, open_all, opened, view

TURN = view(
    health="incident",
    stage="welcome",
    waits=(WELCOME,),
    incidents=(IncidentView("welcome", "welcome", "mail_refused", "The server said no", NOW),),
    entries=(Entry(1, NOW, "", "started", "Started by the CRM"), Entry(2, LATER, "welcome", "sent", "Sent")),
)


@pytest.fixture
def path(tmp_path: Path, _sqlite_template: Path) -> Path:
    path = tmp_path / "quick.db"
    path.write_bytes(_sqlite_template.read_bytes())
    return path


@pytest.fixture
def filled(path: Path) -> Store:
    store = Store.open(f"sqlite:///{path}")
    store.write_now(lambda c: opened(c, TURN))
    store.write_now(lambda c: open_all(c, [case(f"c{n}", started_at=NOW + timedelta(n)) for n in range(5)]))
    return store


def test_the_listing_is_the_same(path: Path, filled: Store) -> None:
    assert quick.listing(path) == filled.read_now(cases.listing)
    assert quick.listing(path, limit=2, offset=4) == filled.read_now(lambda c: cases.listing(c, limit=2, offset=4))
    assert quick.listing(path, status="ended") == ()
    filled.close()


def test_one_case_is_the_same(path: Path, filled: Store) -> None:
    found, detail = quick.one(path, "acme"), filled.read_now(lambda c: cases.detail(c, "acme"))
    assert found
    assert detail
    assert found == quick.CaseStatus(detail.summary, TURN.entries, detail.incidents)
    assert quick.one(path, "nobody") is None
    filled.close()


def test_without_a_database_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no database"):
        quick.listing(tmp_path / "baton.db")


def test_it_loads_nothing_heavy(path: Path) -> None:
    heavy = "{'sqlalchemy', 'pydantic', 'alembic', 'asyncio'}"
    code = f"import sys, engine.store.quick; sys.exit(len({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_the_plan_of_a_version_is_the_same(path: Path, filled: Store) -> None:
    filled.write_now(lambda c: plans.publish(c, "onboarding", "d1", '{"plan":1}', "", "sam", NOW))
    assert quick.plan(path, "onboarding", 1) == filled.read_now(lambda c: plans.of_version(c, "onboarding", 1))
    assert quick.plan(path, "onboarding", 2) is None
    filled.close()
