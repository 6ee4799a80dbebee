"""Mail that a provider posts: who may, in which shapes, and that each is kept once and whole."""

import asyncio
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default as modern
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from engine.gateways.hooks import Style, sign
from engine.store import health, mails
from engine.store.mails import MailRow
from tests.web.house import SECRET, House, Visitor, workspace
from tests.web.reader import Page

RAW = b"From: ann@acme.test\r\nSubject: \xff\xfe\r\n\r\nH\xe9llo\r\n"
BOXES = """
mailboxes:
  inbound:
    type: webhook
    address: replies@northwind.example
    secret: CRM_WEBHOOK_SECRET
    trust: anyone
    largest: 1
  door: { type: smtp, address: door@northwind.example, listen: 127.0.0.1:0, trust: anyone }
  forgotten: { type: webhook, address: forgotten@northwind.example, secret: NOT_SET, trust: anyone }
"""


@pytest.fixture(scope="module")
def web_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of all pages, with mailboxes of its own."""
    folder = workspace(tmp_path_factory.mktemp("mail") / "northwind")
    (folder / "definitions" / "connections.yaml").write_text(BOXES, encoding="utf-8")
    return folder


async def post(
    ann: Visitor, body: Any, *, mime: str = "", id_: str = "m1", secret: str = SECRET, age: int = 0, to: str = "inbound"
) -> Page:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    at = datetime.now(UTC) - timedelta(seconds=age)
    headers = signed(secret, content, id_, at)
    headers["content-type"] = mime or ("message/rfc822" if isinstance(body, bytes) else "application/json")
    return Page(await ann.http.post(f"/mail/{to}", content=content, headers=headers))


def signed(secret: str, content: bytes, id_: str, at: datetime) -> dict[str, str]:
    """Standard Webhooks, over bytes."""
    stamp = str(int(at.timestamp()))
    key = b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{id_}.{stamp}.".encode() + content, sha256).digest()
    return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": f"v1,{b64encode(digest).decode()}"}


def kept(house: House) -> tuple[MailRow, ...]:
    return house.desk.store.read_now(mails.new)


def health_of(house: House) -> health.Health:
    return house.desk.store.read_now(lambda c: health.get(c, "mailbox/inbound"))


async def test_a_raw_mail_is_kept_byte_by_byte_and_once(ann: Visitor, house: House) -> None:
    first, again = await post(ann, RAW), await post(ann, RAW)
    assert (first.status, first.answer.json()["status"]) == (202, "accepted")
    assert (again.status, again.answer.json()) == (200, {"status": "duplicate", "id": first.answer.json()["id"]})
    [row] = kept(house)
    assert (row.id, row.mailbox, row.raw) == (first.answer.json()["id"], "inbound", RAW)
    assert health_of(house).last_seen_at is not None


async def test_two_mails_with_the_same_words_are_two(ann: Visitor, house: House) -> None:
    await post(ann, RAW, id_="m1")
    await post(ann, RAW, id_="m2")
    assert len(kept(house)) == 2


async def test_a_raw_mail_in_json_brings_its_envelope(ann: Visitor, house: House) -> None:
    envelope = {"from": "<ann@acme.test>", "to": ["replies+x@northwind.example", "b@northwind.example"]}
    page = await post(ann, {"envelope": envelope, "raw": b64encode(RAW).decode()})
    assert page.status == 202
    [row] = kept(house)
    assert (row.raw, row.envelope_from) == (RAW, "ann@acme.test")
    assert row.envelope_to == ("replies+x@northwind.example", "b@northwind.example")


async def test_parts_become_a_mail(ann: Visitor, house: House) -> None:
    parts = {
        "from": "Ann Änn <ann@acme.test>",
        "to": "replies+x@northwind.example",
        "subject": "Grüße\r\nBcc: evil@acme.test",
        "text": "Hello\nyou",
        "html": "<p>Hello</p>",
        "headers": {"Message-ID": "<1@acme.test>", "In-Reply-To": "<2@northwind.example>\nX-Evil: 1", "Subject": "x"},
        "attachments": [{"name": "Verträge \"1\"\n.pdf", "type": "application/pdf", "content": "JVBERg=="}],
    }  # fmt: skip
    assert (await post(ann, parts)).status == 202
    message = message_from_bytes(kept(house)[0].raw, policy=modern)
    assert set(message.keys()) == {"Message-ID", "In-Reply-To", "From", "To", "Subject", "Content-Type", "MIME-Version"}
    assert kept(house)[0].raw.count(b"\nBcc:") == 0
    assert "Grüße Bcc: evil@acme.test".encode() in kept(house)[0].raw
    assert message.get_body(("plain",)).get_content() == "Hello\nyou"
    assert message.get_body(("html",)).get_content() == "<p>Hello</p>"
    [file] = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ('Verträge "1" .pdf', b"%PDF")


async def test_the_smallest_mail_is_one(ann: Visitor, house: House) -> None:
    assert (await post(ann, {"from": "ann@acme.test"})).status == 202
    assert kept(house)[0].raw.startswith(b"From: ann@acme.test\r\n")


@pytest.mark.parametrize(
    "body",
    [
        [1],
        {},
        {"from": 1},
        {"raw": "not base64!"},
        {"raw": ""},
        {"raw": 7},
        {"from": "a@b.test", "subjekt": "x"},
        {"from": "a@b.test", "headers": ["x"]},
        {"from": "a@b.test", "headers": {"X y": "z"}},
        {"from": "a@b.test", "headers": {"X": 1}},
        {"from": "a@b.test", "attachments": "x"},
        {"from": "a@b.test", "attachments": [{"name": "x", "content": "*"}]},
        {"envelope": "x", "raw": "eA=="},
    ],
)
async def test_what_is_no_mail_is_refused_with_what_it_should_be(ann: Visitor, house: House, body: Any) -> None:
    page = await post(ann, body)
    assert (page.status, page.answer.json()["status"]) == (400, "refused")
    assert kept(house) == ()
    assert page.answer.json()["error"] in health_of(house).last_error


async def test_only_the_provider_may_post(ann: Visitor, house: House) -> None:
    for wrong in ({"secret": "whsec_" + "A" * 32}, {"age": 3600}):
        assert (await post(ann, RAW, **wrong)).status == 401
    assert Page(await ann.http.post("/mail/inbound", content=RAW)).status == 401
    assert kept(house) == ()


async def test_only_to_a_mailbox_that_takes_posts(ann: Visitor, house: House) -> None:
    assert [(await post(ann, RAW, to=name)).status for name in ("nobody", "door", "%00")] == [404, 404, 404]
    page = await post(ann, RAW, to="forgotten")
    assert (page.status, "NOT_SET is not set" in page.answer.json()["error"]) == (503, True)


async def test_too_much_is_refused_before_it_is_read_and_after(ann: Visitor, house: House) -> None:
    assert (await post(ann, b"x" * 1_050_000)).status == 413
    assert (await post(ann, {"raw": b64encode(b"x" * 1_050_000).decode()})).status == 413
    assert (await post(ann, {"raw": b64encode(b"x" * 1_000_000).decode()})).status == 202


async def test_another_kind_of_body_is_refused(ann: Visitor, house: House) -> None:
    page = await post(ann, RAW, mime="text/plain")
    assert (page.status, "message/rfc822" in page.answer.json()["error"]) == (400, True)


async def test_what_the_library_signs_is_accepted(ann: Visitor, house: House) -> None:
    body = json.dumps({"from": "ann@acme.test"}).encode()
    headers = sign(Style(), SECRET, body, "m9", datetime.now(UTC)) | {"content-type": "application/json"}
    assert (await ann.http.post("/mail/inbound", content=body, headers=headers)).status_code == 202


async def test_who_sends_byte_by_byte_keeps_nobody_waiting(ann: Visitor, house: House) -> None:
    begun, end = asyncio.Semaphore(0), asyncio.Event()

    async def trickle() -> AsyncIterator[bytes]:
        yield b"F"
        begun.release()
        await end.wait()

    async with asyncio.TaskGroup() as slow:
        for number in range(12):
            headers = signed(SECRET, b"F", f"slow{number}", datetime.now(UTC))
            slow.create_task(ann.http.post("/mail/inbound", content=trickle(), headers=headers))
        for _ in range(12):
            await begun.acquire()
        async with asyncio.timeout(10):
            page = await post(ann, RAW, id_="quick")
        end.set()
    assert page.status == 202
