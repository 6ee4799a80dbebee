"""Outgoing HTTP requests with JSON both ways: the protocol, httpx, and its twin in memory."""

import asyncio
import ssl
import zlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from time import monotonic
from typing import Protocol

import httpx

from engine.gateways.answers import HttpResponse, judged, lost, parsed
from engine.gateways.guard import Guard
from engine.gateways.outcome import Deferred, Refused
from engine.gateways.outgoing import HttpRequest, body, check, headers, onward
from engine.gateways.transport import GuardedTransport

__all__ = ["HttpCaller", "HttpRequest", "HttpResponse", "HttpxCaller", "MemoryCaller", "judged", "lost"]

LEAST = 0.1  # seconds that a redirect has at least


class HttpCaller(Protocol):
    async def call(self, request: HttpRequest) -> HttpResponse:
        """The answer to one request, always a 2xx.

        Raises Deferred (408, 425, 429, 5xx, no connection, and a lost answer of
        a repeatable request), Unconfirmed (a lost answer of any other, and a 5xx
        after which nobody knows), Refused (every other status, redirects that are
        not followed, an address that is not public, and answers that are larger
        than `largest` or of broken JSON).
        """
        ...


class HttpxCaller:
    """Calls with httpx, only to addresses that the guard lets pass.

    Follows a redirect only where the request says so: a secret goes only where it was sent.
    `context` says which certificates are trusted; those of certifi if not said.
    """

    def __init__(self, guard: Guard | None = None, context: ssl.SSLContext | None = None) -> None:
        transport = GuardedTransport(guard or Guard(), context)
        none = CookieJar(DefaultCookiePolicy(allowed_domains=()))  # cookies of one case are none of another's business
        packing = {"Accept-Encoding": "gzip"}
        self._client = httpx.AsyncClient(
            follow_redirects=False, transport=transport, trust_env=False, cookies=none, headers=packing
        )

    async def call(self, request: HttpRequest) -> HttpResponse:
        end = monotonic() + request.timeout
        while True:
            check(request)
            answer = await self._once(request)
            follow = onward(request, answer.status, answer.headers.get("location", ""))
            if follow is None:
                return judged(request, answer)
            request = replace(follow, timeout=max(end - monotonic(), LEAST))

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _once(self, request: HttpRequest) -> HttpResponse:
        async with self._answer(request) as answer:
            content = await _read(answer, request.largest)
        return parsed(answer.status_code, content, {name.lower(): value for name, value in answer.headers.items()})

    @asynccontextmanager
    async def _answer(self, request: HttpRequest) -> AsyncIterator[httpx.Response]:
        # half of the time for the connection: what is cut off after that was on its way
        limits = httpx.Timeout(request.timeout, connect=request.timeout / 2)
        content = body(request)
        sent = {"content": content, "headers": headers(request, content), "timeout": limits}
        try:
            async with (
                asyncio.timeout(request.timeout),
                self._client.stream(request.method, request.url, **sent) as answer,  # type: ignore[arg-type]
            ):
                yield answer
        except httpx.InvalidURL as problem:  # httpx reads the address of a redirect, also where it is not to follow it
            raise Refused("http_redirect", f"{request.host} sends us to what is no address.") from problem
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as problem:
            raise Deferred("http_connect", f"{request.host} cannot be reached: {_words(problem)}") from problem
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
        while True:
            check(request)
            headers(request, body(request))  # what cannot be written must not pass here either
            self.requests.append(request)
            answer = self.answers.popleft() if self.answers else self._answer(request)
            if isinstance(answer, Exception):
                raise answer
            follow = onward(request, answer.status, answer.headers.get("location", ""))
            if follow is None:
                return judged(request, answer)
            request = follow

    async def aclose(self) -> None:
        """Nothing to close; there for whoever closes a caller."""


async def _read(answer: httpx.Response, largest: int) -> bytes:
    """The content. Of a no that cannot be unpacked the status says enough: it may be "later"."""
    try:
        return await _unpacked(answer, largest)
    except Refused as problem:
        if problem.code == "http_encoding" and answer.status_code >= 300:
            return b""
        raise


async def _unpacked(answer: httpx.Response, largest: int) -> bytes:
    """The content, unpacked here and only as far as there is room: httpx unpacks it all, and a few KB may be GB."""
    found, unpacked = bytearray(), _unpacker(answer)
    try:
        async for piece in answer.aiter_raw():
            found += unpacked(piece, largest + 1 - len(found))
            if len(found) > largest:
                raise Refused("http_too_large", f"{answer.url.host} answered with more than {largest // 1024} KB.")
    except zlib.error as problem:
        raise Refused("http_encoding", f"{answer.url.host} answered with a gzip that is none: {problem}") from problem
    return bytes(found)


def _unpacker(answer: httpx.Response) -> Callable[[bytes, int], bytes]:
    """(piece, room) -> at most so many bytes of the content."""
    packing = answer.headers.get("content-encoding", "identity").strip().lower()
    if packing == "identity":
        return lambda piece, room: piece
    if packing == "gzip":
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress
    raise Refused("http_encoding", f"{answer.url.host} packed its answer as {packing[:50]}; only gzip was asked for.")


def _words(problem: BaseException) -> str:
    return str(problem) or type(problem).__name__
