"""HTTP requests against a real server of bytes, and the twin beside it."""

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from ipaddress import ip_network
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from engine.gateways.guard import Guard
from engine.gateways.http import HttpCaller, HttpRequest, HttpResponse, HttpxCaller, MemoryCaller, lost
from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from engine.language.values import Money

HERE = Guard([ip_network("127.0.0.0/8")])


class Server:
    """Answers every request with the same bytes; no bytes hang up, None says nothing."""

    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer
        self.head = ""
        self.raw = b""
        self.body: Any = None

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = [line.split(":")[1] for line in self.head.lower().splitlines() if line.startswith("content-length")]
        self.raw = await reader.readexactly(int(length[0])) if length else b""
        self.body = json.loads(self.raw) if self.raw[:1] == b"{" else None
        if self.answer is None:
            await asyncio.sleep(3600)
        writer.write(self.answer or b"")
        writer.close()


@asynccontextmanager
async def answering(answer: bytes | None) -> AsyncIterator[tuple[Server, str, HttpxCaller]]:
    script, caller = Server(answer), HttpxCaller(HERE)
    server = await asyncio.start_server(script.meet, "127.0.0.1", 0)
    yield script, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/workspaces", caller
    await caller.aclose()
    server.close()


def reply(status: int, body: bytes = b"{}", mime: str = "application/json", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Type: {mime}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


async def test_a_request_carries_json_headers_and_its_idempotency_key() -> None:
    async with answering(reply(201, b'{"id": "ws_1", "price": 1.10}')) as (server, url, caller):
        request = HttpRequest("POST", url, {"seats": Decimal(5)}, {"X-Team": "a"}, idempotency_key="onboarding-17/x")
        answer = await caller.call(request)
    assert answer == HttpResponse(201, {"id": "ws_1", "price": Decimal("1.10")})
    assert server.body == {"seats": 5}
    assert {"X-Team: a", "Idempotency-Key: onboarding-17/x"} <= set(server.head.splitlines())


async def test_money_and_decimals_are_written_exactly() -> None:
    async with answering(reply(200)) as (server, url, caller):
        await caller.call(HttpRequest("PUT", url, {"fee": Money(Decimal("12.50"), "GBP"), "rate": Decimal("0.5")}))
    assert server.body == {"fee": {"amount": "12.50", "currency": "GBP"}, "rate": 0.5}


STATES = [
    *((status, Deferred) for status in (408, 425, 429, 501, 503)),
    *((status, Unconfirmed) for status in (500, 502, 504)),  # after these nobody knows whether it was done
    *((status, Refused) for status in (301, 302, 307, 400, 401, 403, 404, 409, 410, 422)),
]


@pytest.mark.parametrize(("status", "state"), STATES)
@pytest.mark.parametrize("kind", ["http", "memory"])
async def test_every_status_has_one_meaning(kind: str, status: int, state: type[Exception]) -> None:
    async with answering(reply(status, b'{"error": "seats must be positive"}', more="Location: /x\r\n")) as (
        _,
        url,
        real,
    ):
        twin = MemoryCaller(answers=(HttpResponse(status, {"error": "seats must be positive"}),))
        caller: HttpCaller = real if kind == "http" else twin
        with pytest.raises(state, match=f"answered {status} to POST /workspaces"):
            await caller.call(HttpRequest("POST", url, {}))


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_request_that_is_safe_to_repeat_is_tried_again_whatever_went_wrong(status: int) -> None:
    async with answering(reply(status)) as (_, url, caller):
        with pytest.raises(Deferred):
            await caller.call(HttpRequest("POST", url, {}, idempotency_key="k"))


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("7", 7),
        ("99999999", 3600),
        ("9" * 5000, 3600),
        ("Wed, 01 Jan 2020 00:00:00 GMT", 0),
        ("soon", None),
        (f"Wed, 01 Jan 2020 00:00:00 +{'9' * 20}", None),
    ],
)
async def test_a_wish_to_be_left_alone_is_honoured_within_reason(written: str, seconds: int | None) -> None:
    async with answering(reply(429, more=f"Retry-After: {written}\r\n")) as (_, url, caller):
        with pytest.raises(Deferred) as problem:
            await caller.call(HttpRequest("POST", url, {}))
    assert problem.value.after == (None if seconds is None else timedelta(seconds=seconds))


async def test_a_form_is_sent_as_a_web_page_sends_it() -> None:
    async with answering(reply(200)) as (server, url, caller):
        await caller.call(HttpRequest("POST", url, form={"name": "A & B", "tag": ["x", "y"], "vip": True}))
    assert server.raw == b"name=A+%26+B&tag=x&tag=y&vip=true"
    assert "Content-Type: application/x-www-form-urlencoded" in server.head


async def test_a_signed_request_is_one_that_standard_webhooks_verifies() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    async with answering(reply(200)) as (server, url, caller):
        await caller.call(HttpRequest("POST", url, {"a": 1}, secret=secret, message_id="msg_1"))
    headers = dict(line.split(": ", 1) for line in server.head.strip().splitlines()[1:])
    assert Webhook(secret).verify(server.raw, headers) == {"a": 1}
    assert headers["webhook-id"] == "msg_1"


async def test_of_a_no_that_cannot_be_unpacked_the_status_counts() -> None:
    async with answering(reply(503, b"no gzip", more="Content-Encoding: gzip\r\n")) as (_, url, caller):
        with pytest.raises(Deferred, match="answered 503"):
            await caller.call(HttpRequest("GET", url))


async def test_no_cookie_is_kept() -> None:
    async with answering(reply(200, more="Set-Cookie: a=1; Path=/\r\n")) as (server, url, caller):
        await caller.call(HttpRequest("GET", url))
        await caller.call(HttpRequest("GET", url))
    assert "cookie" not in server.head.lower()


async def test_a_refusal_tells_what_the_server_said() -> None:
    async with answering(reply(422, b'{"error": "seats must be positive"}')) as (_, url, caller):
        with pytest.raises(Refused, match="seats must be positive") as problem:
            await caller.call(HttpRequest("POST", url, {}))
    assert problem.value.code == "http_422"


@pytest.mark.parametrize("answer", [b"", None, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"])
@pytest.mark.parametrize(
    ("method", "key", "state"),
    [("POST", "", Unconfirmed), ("PATCH", "", Unconfirmed), ("POST", "k", Deferred), ("GET", "", Deferred)],
)
@pytest.mark.parametrize("kind", ["http", "memory"])
async def test_a_lost_answer_is_tried_again_only_where_that_is_safe(
    kind: str, answer: bytes | None, method: Any, key: str, state: type[Exception]
) -> None:
    async with answering(answer) as (_, url, real):
        request = HttpRequest(method, url, None, timeout=0.2, idempotency_key=key)
        caller: HttpCaller = real if kind == "http" else MemoryCaller(answers=(lost(request, "cut off"),))
        with pytest.raises(state):
            await caller.call(request)


async def test_a_server_that_is_not_there_defers() -> None:
    async with answering(b"") as (_, url, _):
        pass
    with pytest.raises(Deferred, match="cannot be reached"):
        await HttpxCaller(HERE).call(HttpRequest("POST", url, {}))


async def test_an_answer_that_drips_for_ever_is_cut_off() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.05)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    with pytest.raises(Deferred):
        await asyncio.wait_for(HttpxCaller(HERE).call(HttpRequest("GET", url, timeout=0.3)), 1)
    server.close()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (reply(200, b"x" * 300_000), "http_too_large"),
        (reply(200, b"{not json"), "http_bad_json"),
        (reply(200, b"[" * 100_000), "http_bad_json"),
        (reply(200, b'{"amount": Infinity}'), "http_bad_json"),
        (reply(200, b"[NaN]"), "http_bad_json"),
    ],
)
async def test_an_answer_that_cannot_be_used_is_refused(answer: bytes, code: str) -> None:
    async with answering(answer) as (_, url, caller):
        with pytest.raises(Refused) as problem:
            await caller.call(HttpRequest("GET", url))
    assert problem.value.code == code


def packed(size: int, times: int) -> bytes:
    """So many zeros, packed so often."""
    content = bytes(size)
    for _ in range(times):
        content = gzip.compress(content, 9)
    return content


async def test_an_answer_that_was_packed_is_read() -> None:
    body = gzip.compress(b'{"id": "ws_1"}')
    async with answering(reply(200, body, more="Content-Encoding: gzip\r\n")) as (server, url, caller):
        assert (await caller.call(HttpRequest("GET", url))).json == {"id": "ws_1"}
    assert "Accept-Encoding: gzip" in server.head.splitlines()


@pytest.mark.parametrize(
    ("times", "written", "code"),
    [(1, "gzip", "http_too_large"), (2, "gzip, gzip", "http_encoding"), (1, "br", "http_encoding")],
)
async def test_a_small_answer_that_becomes_a_large_one_costs_no_memory(times: int, written: str, code: str) -> None:
    body = packed(40_000_000, times)
    async with answering(reply(200, body, "text/plain", f"Content-Encoding: {written}\r\n")) as (_, url, caller):
        tracemalloc.start()
        with pytest.raises(Refused) as problem:
            await caller.call(HttpRequest("GET", url))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (problem.value.code, peak < 4_000_000) == (code, True)


async def test_an_answer_that_is_not_packed_as_it_says_is_refused() -> None:
    async with answering(reply(200, b"{}", more="Content-Encoding: gzip\r\n")) as (_, url, caller):
        with pytest.raises(Refused) as problem:
            await caller.call(HttpRequest("GET", url))
    assert problem.value.code == "http_encoding"


async def test_an_answer_without_json_is_a_text_or_nothing() -> None:
    async with answering(reply(200, b"ok", "text/plain")) as (_, url, caller):
        assert await caller.call(HttpRequest("POST", url, {})) == HttpResponse(200, "ok")
    async with answering(reply(204, b"")) as (_, url, caller):
        assert await caller.call(HttpRequest("DELETE", url)) == HttpResponse(204, None)


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest("GET", "ftp://a.test/"),
        HttpRequest("GET", "no address"),
        HttpRequest("GET", "http://ann:secret@127.0.0.1:1/"),
        HttpRequest("GET", "http://127.0.0.1:1/", headers={"X-A": "1\r\nX-B: 2"}),
        HttpRequest("GET", "http://127.0.0.1:1/", headers={"X-A: 1\r\nX-B": "2"}),
        HttpRequest("GET", "http://127.0.0.1:99999/"),
    ],
)
async def test_what_is_no_request_is_refused_and_not_sent(request_: HttpRequest) -> None:
    for caller in (HttpxCaller(HERE), MemoryCaller()):
        with pytest.raises(Refused):
            await caller.call(request_)


def test_a_request_shows_nothing_of_what_it_carries() -> None:
    request = HttpRequest("POST", "http://a.test/", {"name": "Ann"}, {"Authorization": "s3cret"}, secret="whsec_s3cret")
    assert "s3cret" not in repr(request)
    assert "Ann" not in repr(request)
