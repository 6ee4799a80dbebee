"""Connections that go to a judged address: httpx with a network of its own under it."""

import asyncio
import ssl
from collections.abc import Iterable

import httpcore
import httpx

from engine.gateways.guard import Guard

LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """Looks a host up once, has all its addresses judged and connects to one of them.

    The name stays the host's: connections are shared by name and certificates are checked against it, which a URL
    with the address in place of the name would lose.
    """

    def __init__(self, guard: Guard, context: ssl.SSLContext | None = None) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context or httpx.create_ssl_context(trust_env=False),
            max_connections=LIMITS.max_connections,
            max_keepalive_connections=LIMITS.max_keepalive_connections,
            keepalive_expiry=LIMITS.keepalive_expiry,
            network_backend=_Network(guard),
        )


class _Network(httpcore.AsyncNetworkBackend):
    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._net = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore asks
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The first of the host's addresses that answers. Raises Refused, and what httpcore expects."""
        try:
            async with asyncio.timeout(timeout):
                return await self._first(host, port, local_address, socket_options)
        except TimeoutError as problem:
            raise httpcore.ConnectTimeout(f"no connection to {host} within {timeout:g} seconds") from problem

    async def _first(
        self, host: str, port: int, local_address: str | None, options: Iterable[httpcore.SOCKET_OPTION] | None
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._guard.addresses(host, port)
        except OSError as problem:
            raise httpcore.ConnectError(str(problem)) from problem
        for number, address in enumerate(addresses, start=1):
            try:
                return await self._net.connect_tcp(address, port, None, local_address, options)
            except httpcore.ConnectError:
                if number == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore asks
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("calls do not go to sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
