"""Where requests may go: traps in every spelling, a listener that counts, and the networks allowed by name."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from engine.gateways.guard import Guard, forbidden
from engine.gateways.http import HttpRequest, HttpxCaller
from engine.gateways.outcome import Deferred, Refused
from tests.gateways.traps import listening, urls

PUBLIC = ("93.184.215.14", "1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::8.8.8.8", "::ffff:1.1.1.1")


async def test_no_trap_is_ever_connected_to() -> None:
    async with listening() as listener:
        caller = HttpxCaller(Guard(resolve=listener.resolve))
        traps = urls(listener.port)
        for url in traps:
            with pytest.raises((Refused, Deferred)) as problem:
                await caller.call(HttpRequest("POST", url, {"a": 1}, timeout=5))
            # a few have no address at all, as with every resolver's own idea of names
            assert isinstance(problem.value, Refused) or "Errno -" in problem.value.message
        await asyncio.sleep(0.05)
    assert len(traps) >= 60
    assert listener.came == 0


async def test_the_listener_would_have_noticed() -> None:
    async with listening() as listener:
        caller = HttpxCaller(Guard([ip_network("127.0.0.0/8"), ip_network("::1")]))
        for host in ("127.0.0.1", "127.0.0.2", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"):
            with pytest.raises(Deferred):
                await caller.call(HttpRequest("GET", f"http://{host}:{listener.port}/"))
    assert listener.came == 5


async def test_a_name_is_looked_up_once_and_the_address_that_was_judged_is_the_one_called() -> None:
    async with listening() as listener:
        answers: list[Sequence[str]] = [["127.0.0.1"], ["127.0.0.2"]]

        async def turning(host: str, port: int) -> Sequence[str]:
            return answers.pop(0)

        caller = HttpxCaller(Guard([ip_network("127.0.0.1")], turning))
        with pytest.raises(Deferred):
            await caller.call(HttpRequest("GET", f"http://turns.example:{listener.port}/"))
        assert (listener.came, len(answers)) == (1, 1)
        with pytest.raises(Refused, match=r"turns.example is at 127\.0\.0\.2"):
            await caller.call(HttpRequest("GET", f"http://turns.example:{listener.port}/"))
    assert listener.came == 1


async def test_the_refusal_says_what_to_write_where_it_is_meant() -> None:
    with pytest.raises(Refused, match=r"`network.allow: 10\.1\.2\.3` into baton.yaml") as problem:
        await HttpxCaller().call(HttpRequest("GET", "http://10.1.2.3/"))
    assert problem.value.code == "network_denied"


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public_however_it_is_written(address: str) -> None:
    assert forbidden(ip_address(address)) == ""


async def test_a_port_of_another_service_is_not_called() -> None:
    guard = Guard()
    for port in (22, 25, 5432, 6379, 11211):
        with pytest.raises(Refused, match=f"Port {port} "):
            guard.judge("a.example", "93.184.215.14", port)
    guard.judge("a.example", "93.184.215.14", 8443)


async def test_the_next_address_is_taken_where_the_first_does_not_answer() -> None:
    async def two(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1", "127.0.0.2"]

    second = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.2", 0)
    caller = HttpxCaller(Guard([ip_network("127.0.0.0/8")], two))
    with pytest.raises(Deferred) as problem:
        await caller.call(HttpRequest("GET", f"http://two.example:{second.sockets[0].getsockname()[1]}/"))
    assert problem.value.code == "http_lost"  # there was a connection
    second.close()


async def test_a_resolver_that_does_not_answer_is_a_connection_that_was_not_made() -> None:
    async def silent(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(3600)
        return []

    with pytest.raises(Deferred, match="cannot be reached"):
        await HttpxCaller(Guard(resolve=silent)).call(HttpRequest("POST", "http://a.example/", {}, timeout=0.2))
