"""`baton webhook`: messages of other systems, tried out beforehand and looked after when they came to nothing."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.store import hooks
from engine.store.hooks import HookRow
from engine.store.store import Store
from tests.cli.conftest import Baton
from tests.desk.conftest import SECRET
from tests.desk.test_webhooks import DEAL


@pytest.fixture
def deal(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CRM_WEBHOOK_SECRET", SECRET)
    file = workspace / "deal.json"
    file.write_text(json.dumps({"type": "deal.updated", "data": DEAL}))
    return file


def test_a_message_is_tried_out_and_nothing_happens(baton: Baton, deal: Path) -> None:
    said = baton("webhook", "test", "crm", "deal.updated", "--payload", str(deal))
    assert said.code == 0
    assert "the signature is right (standard, CRM_WEBHOOK_SECRET)" in said.out
    assert "company.name: Acme" in said.out
    assert "Starts     client-onboarding with company=Acme" in said.out
    assert baton("status", "--json").json == []


def test_a_message_that_would_start_nothing_says_so(baton: Baton, deal: Path) -> None:
    deal.write_text(json.dumps({"type": "deal.updated", "data": {**DEAL, "stage": "lost"}}))
    said = baton("webhook", "test", "crm", "deal.updated", "--payload", str(deal))
    assert "nothing: no trigger starts a case with it" in said.out


def test_a_message_that_lacks_what_the_process_needs_says_what(baton: Baton, deal: Path) -> None:
    deal.write_text(json.dumps({"type": "deal.updated", "data": {**DEAL, "contact": {"name": "Ann"}}}))
    found = baton("webhook", "test", "crm", "deal.updated", "--payload", str(deal), "--json").json
    assert (found["starts"], len(found["cannot_start"])) == ([], 1)
    assert "client-onboarding was not started" in found["cannot_start"][0]
    assert found["absent"] == {"contact.email": "contact.email"}
    said = baton("webhook", "test", "crm", "deal.updated", "--payload", str(deal))
    assert "Empty      contact.email: nothing stands at `contact.email`" in said.out


def test_a_name_that_nothing_has_is_told_with_what_it_may_mean(baton: Baton, deal: Path) -> None:
    assert "did you mean `crm`?" in baton("webhook", "test", "crn", "deal.updated").err
    assert "did you mean `deal.updated`?" in baton("webhook", "test", "crm", "deal.update").err


def test_a_sample_stands_beside_the_connection(baton: Baton, deal: Path, workspace: Path) -> None:
    said = baton("webhook", "test", "crm", "deal.updated")
    assert (said.code, "`sample:` file" in said.err) == (1, True)
    (workspace / "definitions" / "samples").mkdir()
    deal.rename(workspace / "definitions" / "samples" / "deal.json")
    file = workspace / "definitions" / "connections.yaml"
    file.write_text(
        file.read_text().replace("      deal.updated:\n", "      deal.updated:\n        sample: samples/deal.json\n")
    )
    assert baton("check").code == 0
    assert "Starts     client-onboarding" in baton("webhook", "test", "crm", "deal.updated").out


def test_without_its_secret_a_message_would_be_refused(
    baton: Baton, deal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CRM_WEBHOOK_SECRET")
    said = baton("webhook", "test", "crm", "deal.updated", "--payload", str(deal))
    assert (said.code, "CRM_WEBHOOK_SECRET is not set" in said.out) == (1, True)


def test_posting_a_message_says_where_nobody_answers(baton: Baton, deal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_BASE_URL", "http://127.0.0.1:9")
    said = baton("webhook", "test", "crm", "deal.updated", "--payload", str(deal), "--send")
    assert (said.code, "http://127.0.0.1:9 does not answer" in said.err) == (1, True)


def test_an_empty_list_says_so_and_an_unknown_message_too(baton: Baton, workspace: Path) -> None:
    assert baton("webhook", "list").out == "No message failed.\n"
    assert baton("webhook", "list", "--json").json == []
    assert "there is no message `x`" in baton("webhook", "show", "x").err


def test_a_message_goes_by_the_beginning_of_its_id(baton: Baton, workspace: Path, store: Store) -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for hook in ("webhook-3f7a00", "webhook-3f7b00"):
        store.write_now(lambda c, h=hook: hooks.keep(c, HookRow(h, "crm", h, "{}", b"[]", at, "no JSON")))
    assert "webhook-3f7a00 from crm" in baton("webhook", "show", "3f7a").out
    assert "several messages begin with `webhook-3f7`" in baton("webhook", "dismiss", "webhook-3f7").err
    assert baton("webhook", "dismiss", "webhook-3f7a").code == 0
    assert [m["id"] for m in baton("webhook", "--json").json] == ["webhook-3f7b00"]
