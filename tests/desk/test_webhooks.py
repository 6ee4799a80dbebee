"""Webhooks: signed, once, and brought to whom they concern."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from engine.desk import Refusal
from engine.desk.desk import Desk
from engine.dispatcher import Dispatcher, MemoryCourier
from engine.runtime.state import State
from tests.desk.conftest import ANN, SECRET, Show, listens
from tests.store.samples import arrivals

DEAL = {
    "stage": "won",
    "value": {"amount": 12000, "currency": "GBP"},
    "company": {"name": "Acme"},
    "contact": {"name": "Ann", "email": "ann@acme.test"},
    "owner": {"email": "sam@northwind.example"},
}


def signed(
    type_: str, data: Any, message: str = "msg_1", at: datetime | None = None, secret: str = SECRET
) -> tuple[dict[str, str], bytes]:
    at = at or datetime.now(UTC)
    body = json.dumps({"type": type_, "data": data})
    signature = Webhook(secret).sign(message, at, body)
    head = {"webhook-id": message, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
    return head, body.encode()


async def test_a_won_deal_starts_an_onboarding(desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier) -> None:
    receipt = await desk.receive_webhook("crm", *signed("deal.updated", DEAL))
    await dispatcher.deliver()
    assert not receipt.duplicate
    (case,) = courier.started
    assert State.load(courier.states[case]).inputs["account_manager"] == "sam"


async def test_a_deal_that_is_not_won_starts_nothing_and_is_kept(desk: Desk) -> None:
    await desk.receive_webhook("crm", *signed("deal.updated", {**DEAL, "stage": "lost"}))
    assert await desk.store.read(arrivals) == {"unmatched": 1}
    assert await desk.cases() == ()


async def test_the_same_id_counts_once(desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier) -> None:
    first = await desk.receive_webhook("crm", *signed("deal.updated", DEAL))
    again = await desk.receive_webhook("crm", *signed("deal.updated", DEAL))
    await dispatcher.deliver()
    assert (again.id, again.duplicate) == (first.id, True)
    assert len(courier.started) == 1


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_replay_at_another_time_is_refused(desk: Desk, minutes: int) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(Refusal) as refusal:
        await desk.receive_webhook("crm", *signed("deal.updated", DEAL, at=at))
    assert refusal.value.status == 401


@pytest.mark.parametrize("signature", ["v1,AAAA", "v1", "", "v1,%%%", "v2,AAAA", "\u00e9,\u00e9"])
async def test_a_wrong_signature_is_refused_and_nothing_is_stored(desk: Desk, signature: str) -> None:
    head, body = signed("deal.updated", DEAL)
    with pytest.raises(Refusal) as refusal:
        await desk.receive_webhook("crm", {**head, "webhook-signature": signature}, body)
    assert refusal.value.status == 401
    assert await desk.store.read(arrivals) == {}


async def test_a_changed_body_is_refused(desk: Desk) -> None:
    head, body = signed("deal.updated", DEAL)
    with pytest.raises(Refusal, match="signature"):
        await desk.receive_webhook("crm", head, body.replace(b"12000", b"99000"))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"data": {}}', b"\xff\xfe", b"[" * 100_000])
async def test_what_is_no_event_is_refused(desk: Desk, body: bytes) -> None:
    at = datetime.now(UTC)
    signature = Webhook(SECRET).sign("m", at, body.decode(errors="replace"))
    head = {"webhook-id": "m", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
    with pytest.raises(Refusal):
        await desk.receive_webhook("crm", head, body)


async def test_an_unknown_connection_is_not_found(desk: Desk) -> None:
    with pytest.raises(Refusal) as refusal:
        await desk.receive_webhook("nobody", *signed("deal.updated", DEAL))
    assert refusal.value.status == 404


async def test_an_event_reaches_the_one_case_that_waits_for_it(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show
) -> None:
    ann = await desk.start("client-onboarding", ANN)
    bob = await desk.start("client-onboarding", {**ANN, "email": "bob@acme.test"})
    for case, email in ((ann.case, "ann@acme.test"), (bob.case, "bob@acme.test")):
        await show(case, subscriptions=[listens("calendar/meeting.booked", "booking", {"invitee_email": email})])
    booked = {"invitee_email": "bob@acme.test", "starts_at": "2026-03-09T14:00:00Z"}
    receipt = await desk.receive_webhook("calendar", *signed("meeting.booked", booked))
    await dispatcher.deliver()
    assert courier.told == [(bob.case, (receipt.id,))]


async def test_typed_data_from_outside_never_becomes_a_value_of_ours(desk: Desk) -> None:
    forged = {**DEAL, "company": {"name": {"$money": ["1", "GBP"]}}}
    await desk.receive_webhook("crm", *signed("deal.updated", forged))
    assert await desk.cases() == ()
