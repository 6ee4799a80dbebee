"""Outgoing HTTP requests with JSON both ways: the protocol, httpx, and its twin in memory."""

import asyncio
import json
import re
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

import httpx

from engine.gateways.guard import Guard
from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from engine.gateways.transport import GuardedTransport
from engine.language.money import Money

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
LARGEST_ANSWER = 256 * 1024
_LAST_PORT = 65535
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_AGAIN_LATER = (408, 425, 429)
_REPEATABLE = ("GET", "PUT", "DELETE")


@dataclass(frozen=True)
class HttpRequest:
    """`json` is sent as the body where it is not None; `timeout` in seconds for the whole request.

    `idempotency_key` goes out as the header Idempotency-Key, which makes a
    request safe to repeat: a lost answer is then Deferred and not Unconfirmed.
    """

    method: Method
    url: str
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 20.0
    idempotency_key: str = ""

    @property
    def repeatable(self) -> bool:
        return bool(self.idempotency_key) or self.method in _REPEATABLE


@dataclass(frozen=True)
class HttpResponse:
    """`json` is the parsed body (numbers with a point as Decimal), a text for other types, None for an empty one."""

    status: int
    json: Any = None


class HttpCaller(Protocol):
    async def call(self, request: HttpRequest) -> HttpResponse:
        """The answer to one request, always a 2xx.

        Raises Deferred (408, 425, 429, 5xx, no connection, and a lost answer of
        a repeatable request), Unconfirmed (a lost answer of any other), Refused
        (every other status, redirects among them, an address that is not public,
        and answers over 256 KB or of broken JSON).
        """
        ...


class HttpxCaller:
    """Calls with httpx, only to addresses that the guard lets pass.

    Never follows a redirect: a request with a secret goes only where it was sent.
    `context` says which certificates are trusted; those of certifi if not said.
    """

    def __init__(self, guard: Guard | None = None, context: ssl.SSLContext | None = None) -> None:
        transport = GuardedTransport(guard or Guard(), context)
        self._client = httpx.AsyncClient(follow_redirects=False, transport=transport, trust_env=False)

    async def call(self, request: HttpRequest) -> HttpResponse:
        _check(request)
        async with self._answer(request) as answer:
            body = await _read(answer)
        return judged(request, _parsed(answer.status_code, body, answer.headers.get("content-type", "")))

    async def aclose(self) -> None:
        await self._client.aclose()

    @asynccontextmanager
    async def _answer(self, request: HttpRequest) -> AsyncIterator[httpx.Response]:
        # half of the time for the connection: what is cut off after that was on its way
        limits = httpx.Timeout(request.timeout, connect=request.timeout / 2)
        try:
            async with (
                asyncio.timeout(request.timeout),
                self._client.stream(
                    request.method, request.url, content=_body(request), headers=_headers(request), timeout=limits
                ) as answer,
            ):
                yield answer
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as problem:
            raise Deferred("http_connect", f"{_host(request)} cannot be reached: {_words(problem)}") from problem
        except (httpx.TransportError, TimeoutError) as problem:
            raise lost(request, _words(problem)) from problem


class MemoryCaller:
    """Keeps `requests`. `answers` are used up in their order; after them `answer` decides.

    An answer is a response, or an exception to raise (see `lost` for a broken connection).
    """

    def __init__(
        self,
        answer: Callable[[HttpRequest], HttpResponse] = lambda request: HttpResponse(200, {}),
        answers: tuple[HttpResponse | Exception, ...] = (),
    ) -> None:
        self.requests: list[HttpRequest] = []
        self.answers: deque[HttpResponse | Exception] = deque(answers)
        self._answer = answer

    async def call(self, request: HttpRequest) -> HttpResponse:
        _check(request)
        _body(request)  # what cannot be written as JSON must not pass here either
        self.requests.append(request)
        answer = self.answers.popleft() if self.answers else self._answer(request)
        if isinstance(answer, Exception):
            raise answer
        return judged(request, answer)

    async def aclose(self) -> None:
        """Nothing to close; there for whoever closes a caller."""


def judged(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The answer if it is a yes; otherwise raises what its status means."""
    if 200 <= answer.status < 300:
        return answer
    words = f"{_host(request)} answered {answer.status} to {request.method} {httpx.URL(request.url).path}"
    if answer.status in _AGAIN_LATER or answer.status >= 500:
        raise Deferred(f"http_{answer.status}", f"{words}.")
    if 300 <= answer.status < 400:
        raise Refused("http_redirect", f"{words}, a redirect. Write the final address into the connection.")
    raise Refused(f"http_{answer.status}", f"{words}: {_excerpt(answer.json)}")


def lost(request: HttpRequest, cause: str) -> Deferred | Unconfirmed:
    """What it means that a request went out and no answer came back."""
    words = f"No answer from {_host(request)} to {request.method} {httpx.URL(request.url).path}: {cause}"
    return Deferred("http_lost", words) if request.repeatable else Unconfirmed(words)


def _check(request: HttpRequest) -> None:
    try:
        url = httpx.URL(request.url)
    except httpx.InvalidURL as problem:
        raise Refused("http_request", f"{request.url[:200]!r} is not an address: {problem}") from problem
    if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > _LAST_PORT:
        raise Refused("http_request", f"{request.url[:200]!r} is not an address of a web server.")
    if url.userinfo:
        raise Refused("http_request", f"The address of {url.host} holds a name or a password; name them in `auth`.")
    for name, value in request.headers.items():
        if not _HEADER.fullmatch(name) or not value.isprintable() or not value.isascii():
            raise Refused("http_request", f"The header {name!r} holds something that no header can carry.")


async def _read(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise Refused("http_too_large", f"{answer.url.host} answered with more than {LARGEST_ANSWER // 1024} KB.")
    return bytes(body)


def _parsed(status: int, body: bytes, mime: str) -> HttpResponse:
    if not body.strip():
        return HttpResponse(status)
    if "json" not in mime:
        return HttpResponse(status, body.decode("utf-8", "replace"))
    try:
        return HttpResponse(status, json.loads(body, parse_float=Decimal))
    except (ValueError, RecursionError) as problem:
        if status >= 300:  # the status says more than the body
            return HttpResponse(status, body.decode("utf-8", "replace"))
        raise Refused("http_bad_json", f"The answer says it is JSON and is not: {problem}") from problem


def _headers(request: HttpRequest) -> dict[str, str]:
    headers = {"Accept": "application/json", **request.headers}
    if request.json is not None:
        headers["Content-Type"] = "application/json"
    if request.idempotency_key:
        headers["Idempotency-Key"] = request.idempotency_key
    return headers


def _body(request: HttpRequest) -> bytes | None:
    return None if request.json is None else json.dumps(request.json, default=_written).encode()


def _written(value: object) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Money):
        return {"amount": str(value.amount), "currency": value.currency}
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _host(request: HttpRequest) -> str:
    return httpx.URL(request.url).host


def _words(problem: BaseException) -> str:
    return str(problem) or type(problem).__name__


def _excerpt(answer: Any) -> str:
    text = answer if isinstance(answer, str) else json.dumps(answer, default=str)
    return " ".join(text.split())[:300]
