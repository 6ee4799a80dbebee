"""`baton triggers`: every way in and out, and what is wrong with it."""

from datetime import UTC, datetime, timedelta

from engine.store import health
from engine.store.store import Store
from tests.cli.conftest import Baton


def test_every_way_is_shown(baton: Baton, workspace: object) -> None:
    said = baton("triggers")
    assert said.code == 0
    assert "webhook  crm" in said.out
    states = {way["source"]: way["state"] for way in baton("triggers", "--json").json}
    assert {source for source, state in states.items() if state != "new"} == {"webhook/crm", "webhook/calendar"}
    assert states["webhook/crm"] == "off"  # it has no secret here
    assert baton("triggers", "--check").out == "Everything is well.\n"


def test_what_is_wrong_is_said_in_words_and_by_the_exit_code(baton: Baton, workspace: object, store: Store) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    store.write_now(lambda c: health.trouble(c, "webhook/crm", "a message was refused: the secret is wrong", at))
    store.write_now(lambda c: health.told(c, "webhook/crm", "trouble", at))
    said = baton("triggers", "--check")
    assert (said.code, "a message was refused: the secret is wrong" in said.out) == (1, True)
    assert "Silent or in trouble: webhook/crm. See: baton triggers" in baton("status").out


def test_that_no_worker_is_at_work_is_said_wherever_somebody_looks(
    baton: Baton, workspace: object, store: Store
) -> None:
    store.write_now(lambda c: health.well(c, health.WORKER, datetime.now(UTC) - timedelta(hours=1)))
    said = baton("triggers", "--check")
    assert (said.code, "no worker is at work. Start it: baton up" in said.out) == (1, True)
    down = {way["kind"] for way in baton("triggers", "--json").json if way["state"] == "down"}
    assert down == {"mailbox", "sender"}  # what comes by the web is kept
    assert "No worker is at work since" in baton("status").out
    assert "no worker is at work" in baton("doctor").out


def test_before_the_first_worker_nobody_is_alarmed(baton: Baton, workspace: object) -> None:
    assert "worker" not in baton("status").out
