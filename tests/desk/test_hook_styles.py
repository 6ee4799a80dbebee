"""Webhooks of other systems: how they sign, how they are read, and what becomes of those that come to nothing."""

import json
import shutil
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from activities import STEP_TYPES
from engine.desk import Refusal
from engine.desk.desk import Desk
from engine.gateways.hooks import NotSigned, Sent, Style, check, sign
from engine.settings import Settings
from engine.store import health
from engine.store.store import Store
from tests.store.samples import arrivals

CONNECTIONS = """
connections:
  repo:
    webhook_secret: REPO_SECRET
    verify: github
    events:
      issues:
        fields:
          title: { from: issue.title }
          who: { from: sender.email, type: email }
  shop:
    webhook_secret: SHOP_SECRET
    previous_webhook_secret: SHOP_OLD
    verify: stripe
    events:
      invoice.paid:
        fields:
          title: { from: description }
          who: { from: customer_email, type: email }
  survey:
    webhook_secret: SURVEY_SECRET
    verify: shared_secret
    secret_query: key
    id_from: response_id
    data_from: form_response
    events:
      answered:
        fields:
          title: { from: "answers[field.ref=what].text" }
          who: { from: "answers[field.ref=mail].email", type: email }
"""
PROCESS = """
language: 1
process: take-in
title: Take in
inputs:
  title: { type: text }
  who: { type: email }
triggers:
""" + "".join(
    f"""
  - id: from_{name}
    type: webhook
    connection: {name}
    event: {event}
    inputs: {{ title: "${{ event.title }}", who: "${{ event.who }}" }}
"""
    for name, event in (("repo", "issues"), ("shop", "invoice.paid"), ("survey", "answered"))
)
STEPS = """
steps:
  - id: look
    type: task
    title: Look at it
    assignee: sam
    timeout: 3 days
    on_timeout: continue
"""
ISSUE = {"issue": {"title": "It broke"}, "sender": {"email": "ann@acme.test"}}
PAID = {
    "id": "evt_1",
    "type": "invoice.paid",
    "data": {"object": {"description": "Rent", "customer_email": "a@b.test"}},
}
ANSWERS = {
    "answers": [
        {"field": {"ref": "what"}, "text": "A visit"},
        {"field": {"ref": "mail"}, "email": "ann@acme.test"},
    ]
}
STYLES = {"repo": Style("github"), "shop": Style("stripe"), "survey": Style("shared_secret", "", "key")}


@pytest.fixture
def settings(shipped_workspace: Path, tmp_path: Path, database_url: str) -> Settings:
    folder = tmp_path / "ours"
    shutil.copytree(shipped_workspace, folder)
    definitions = folder / "definitions"
    (definitions / "processes" / "take-in.yaml").write_text(PROCESS + STEPS)
    connections = definitions / "connections.yaml"
    connections.write_text(connections.read_text().replace("\nconnections:\n", CONNECTIONS, 1))
    secrets = {"REPO_SECRET": "one", "SHOP_SECRET": "new", "SHOP_OLD": "two", "SURVEY_SECRET": "three"}
    return Settings.load(folder, {"BATON_DATABASE_URL": database_url, **secrets})


@pytest.fixture
async def desk(settings: Settings, store: Store, watch: Callable[[], datetime]) -> Desk:
    desk = Desk(settings, store, STEP_TYPES, clock=watch)
    await desk.publish("take-in")
    return desk


def signed(name: str, body: bytes, secret: str, at: datetime | None = None, message: str = "m1") -> dict[str, str]:
    return sign(STYLES[name], secret, body, message, at or datetime.now(UTC))


async def send(desk: Desk, name: str, sent: Any, secret: str, **headers: str) -> Any:
    body = json.dumps(sent).encode()
    query = {"key": secret} if name == "survey" else {}
    return await desk.receive_webhook(name, {**signed(name, body, secret), **headers}, body, query)


async def test_a_message_of_github_is_known_by_its_headers(desk: Desk) -> None:
    first = await send(desk, "repo", ISSUE, "one", **{"X-GitHub-Event": "issues"})
    again = await send(desk, "repo", ISSUE, "one", **{"X-GitHub-Event": "issues"})
    assert (again.id, again.duplicate) == (first.id, True)
    (case,) = await desk.cases()
    assert case.process == "take-in"


async def test_a_form_with_all_json_in_one_field_as_github_sends_it_is_read_like_json(desk: Desk) -> None:
    body = urlencode({"payload": json.dumps(ISSUE)}).encode()
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8", "x-github-event": "issues"}
    await desk.receive_webhook("repo", {**signed("repo", body, "one"), **form}, body)
    assert await desk.hook_lines() == ()
    assert len(await desk.cases()) == 1


def test_what_is_no_text_can_be_signed_and_checked() -> None:
    secret, body, now = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b"\xff\xfe", datetime.now(UTC)
    check(Style(), (secret,), Sent(sign(Style(), secret, body, "m1", now), body, {}), now)


async def test_a_message_of_stripe_counts_with_either_secret_while_they_are_exchanged(desk: Desk) -> None:
    await send(desk, "shop", PAID, "new")
    await send(desk, "shop", {**PAID, "id": "evt_2"}, "two")
    with pytest.raises(Refusal, match="signature is wrong"):
        await send(desk, "shop", {**PAID, "id": "evt_3"}, "three")
    assert len(await desk.cases()) == 2


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_message_of_stripe_from_another_time_is_refused(desk: Desk, minutes: int) -> None:
    body = json.dumps(PAID).encode()
    old = signed("shop", body, "new", datetime.now(UTC) + timedelta(minutes=minutes))
    with pytest.raises(Refusal, match="out of time"):
        await desk.receive_webhook("shop", old, body)


async def test_a_shared_secret_is_asked_for_and_the_id_makes_it_one_message(desk: Desk) -> None:
    answered = {"response_id": "r1", "form_response": ANSWERS}
    await send(desk, "survey", answered, "three")
    assert (await send(desk, "survey", {**answered, "more": 1}, "three")).duplicate
    with pytest.raises(Refusal) as refusal:
        await send(desk, "survey", answered, "four")
    assert refusal.value.status == 401
    (case,) = await desk.cases()
    detail = await desk.case(case.id)
    assert json.loads(detail.inputs_json) == {"title": "A visit", "who": "ann@acme.test"}


@pytest.mark.parametrize("head", [{}, {"x-hub-signature-256": ""}, {"x-hub-signature-256": "sha256=zz"},
                                  {"x-hub-signature-256": "sha256=" + "0" * 64}])  # fmt: skip
async def test_a_message_without_its_signature_is_refused_and_the_refusal_is_remembered(
    desk: Desk, head: dict[str, str]
) -> None:
    with pytest.raises(Refusal):
        await desk.receive_webhook("repo", {**head, "x-github-event": "issues"}, b"{}")
    known = await desk.store.read(lambda c: health.get(c, "webhook/repo"))
    assert known.error_since is not None
    assert await desk.store.read(arrivals) == {}


async def test_a_message_that_cannot_start_its_process_is_kept_and_starts_it_once_the_definition_is_corrected(
    desk: Desk, settings: Settings
) -> None:
    await send(desk, "repo", {"issue": {"name": "It broke"}, "sender": {"email": "a@b.test"}}, "one",
               **{"X-GitHub-Event": "issues"})  # fmt: skip
    [line] = await desk.hook_lines()
    assert line.reasons[0].startswith("take-in was not started by `from_repo`: ")
    file = settings.workspace / "definitions" / "connections.yaml"
    file.write_text(file.read_text().replace("issue.title", "issue.name"))
    routed = await desk.replay_hook(line.id)
    assert len(routed.started) == 1
    assert await desk.hook_lines() == ()
    assert len(await desk.cases()) == 1


async def test_what_is_no_event_is_kept_for_people_to_see_and_can_be_dismissed(desk: Desk) -> None:
    with pytest.raises(Refusal):
        await send(desk, "shop", {"kind": "invoice.paid"}, "new")
    [line] = await desk.hook_lines()
    assert "nothing at `type`" in line.reasons[0]
    with pytest.raises(Refusal, match="still not understood"):
        await desk.replay_hook(line.id)
    await desk.dismiss_hook(line.id, "sam")
    assert await desk.hook_lines(unmatched=True) == ()


async def test_a_message_that_nobody_waits_for_is_kept_but_is_no_failure(desk: Desk) -> None:
    await send(desk, "shop", {**PAID, "type": "invoice.voided"}, "new")
    assert await desk.hook_lines() == ()
    [line] = await desk.hook_lines(unmatched=True)
    assert (line.event, line.failed) == ("invoice.voided", False)


async def test_a_rehearsal_says_what_would_start_and_does_nothing(desk: Desk) -> None:
    sample = desk.sample_hook("shop", "invoice.paid", json.dumps(PAID).encode(), "m")
    found = await desk.rehearse_hook("shop", sample)
    assert (found.refused, found.event, found.same_as) == (False, "invoice.paid", "evt_1")
    assert [(process, dict(inputs)) for process, inputs in found.starts] == [
        ("take-in", {"title": "Rent", "who": "a@b.test"})
    ]
    assert (await desk.cases(), await desk.store.read(arrivals)) == ((), {})


async def test_a_secret_is_never_kept_with_a_message(desk: Desk) -> None:
    with pytest.raises(Refusal):
        await send(desk, "repo", ISSUE, "one", Authorization="Bearer x", Cookie="a=b")
    [line] = await desk.hook_lines()
    _, row = await desk.hook(line.id)
    assert not {"authorization", "cookie", "x-hub-signature-256"} & json.loads(row.head_json).keys()


def test_a_digest_may_be_written_in_base64_under_another_header() -> None:
    style, now = Style("github", "X-Shopify-Hmac-Sha256"), datetime.now(UTC)
    digest = bytes.fromhex(sign(style, "s", b"{}", "m", now)["x-shopify-hmac-sha256"][7:])
    check(style, ("s",), Sent({"x-shopify-hmac-sha256": b64encode(digest).decode()}, b"{}", {}), now)
    with pytest.raises(NotSigned):
        check(style, ("t",), Sent({"x-shopify-hmac-sha256": b64encode(digest).decode()}, b"{}", {}), now)
