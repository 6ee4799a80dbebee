"""Webhooks: the answers that other systems get."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from standardwebhooks.webhooks import Webhook

from engine.desk.desk import Desk
from engine.store import cases
from tests.web.house import SECRET, House, Visitor, app_of, visitor
from tests.web.reader import Page

WON = {
    "type": "deal.updated",
    "data": {
        "stage": "won",
        "value": {"amount": 12000, "currency": "GBP"},
        "company": {"name": "Acme"},
        "contact": {"name": "Ann", "email": "ann@acme.test"},
        "owner": {"email": "sam@northwind.example"},
    },
}


async def post(ann: Visitor, body: Any = WON, *, id_: str = "m1", secret: str = SECRET, age: int = 0) -> Page:
    at = datetime.now(UTC) - timedelta(seconds=age)
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, at, text),
    }
    return Page(await ann.http.post("/hooks/crm", content=text, headers=headers))


@pytest.fixture(autouse=True)
async def _published(house: House) -> None:
    await house.desk.publish("client-onboarding")


async def test_a_signed_message_is_accepted_and_starts_its_case(ann: Visitor, house: House) -> None:
    page = await post(ann)
    assert (page.status, page.answer.json()["status"]) == (202, "accepted")
    (case,) = await house.desk.store.read(cases.listing)
    assert case.title == "Client onboarding for Acme"


async def test_the_same_message_again_is_a_duplicate(ann: Visitor) -> None:
    first, again = await post(ann), await post(ann)
    assert (again.status, again.answer.json()) == (200, {"status": "duplicate", "id": first.answer.json()["id"]})


async def test_a_wrong_signature_is_refused(ann: Visitor) -> None:
    page = await post(ann, secret="whsec_" + "A" * 32)
    assert (page.status, page.answer.json()["status"]) == (401, "refused")


async def test_a_message_without_a_signature_is_refused(ann: Visitor) -> None:
    assert Page(await ann.http.post("/hooks/crm", json=WON)).status == 401


async def test_an_old_message_is_refused(ann: Visitor) -> None:
    assert (await post(ann, age=3600)).status == 401


NO_TEXT = ('{"type": "a\\u0000b", "data": {}}', '{"type": "\\ud800", "data": {}}')


@pytest.mark.parametrize("body", ["not json", "[1, 2]", '{"data": {}}', "[" * 100_000, *NO_TEXT])
async def test_what_is_no_event_is_refused(ann: Visitor, body: str) -> None:
    assert (await post(ann, body)).status == 400


async def test_a_large_message_is_refused_before_it_is_read(ann: Visitor) -> None:
    page = await post(ann, "x" * 1_000_001)
    assert (page.status, page.answer.json()["error"]) == (413, "the message is larger than 1,000,000 bytes")


async def test_a_connection_that_nobody_knows_is_refused(ann: Visitor) -> None:
    for name in ("nobody", "%00", "product-api"):
        assert Page(await ann.http.post(f"/hooks/{name}", json=WON)).status == 404


async def test_a_message_of_another_site_needs_no_origin(ann: Visitor) -> None:
    page = Page(await ann.http.post("/hooks/crm", json=WON, headers={"origin": "https://crm.example"}))
    assert page.status == 401, "only the signature counts here"


async def test_while_the_database_takes_nothing_the_sender_is_asked_to_send_it_again(house: House) -> None:
    async with visitor(app_of(Full(house.desk))) as ann:
        hooked = await post(ann)
        opened = await ann.open(await house.welcome())
    assert (hooked.status, hooked.answer.json()["status"]) == (503, "refused")
    assert (opened.status, "just now" in opened.words) == (503, True)
    assert hooked.answer.headers["retry-after"] == opened.answer.headers["retry-after"] == "30"


class Full(House):
    """A house whose database has no room."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(FullDesk(desk.settings, desk.store, desk.registry))


class FullDesk(Desk):
    async def receive_webhook(self, *args: Any, **more: Any) -> Any:
        raise OperationalError("INSERT", None, Exception("database or disk is full"))

    open_link = receive_webhook
