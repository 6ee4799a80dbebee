"""Every way out, with every trap: nothing of this machine or of a private network is ever connected to."""

import asyncio
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from engine.gateways.guard import Guard
from engine.gateways.http import HttpxCaller
from engine.gateways.notifier import AppriseNotifier, Notice
from engine.gateways.outcome import Deferred
from engine.runtime.flow import StepError
from engine.store.store import Store
from tests.calls.house import Calls, Came, calls, outside
from tests.gateways.traps import LITERAL, listening, urls

OWN = "127.0.0.77"
"""Where the system lives that may be called; everything else on this machine is a trap."""

ASK = "    operations:\n      ask: { method: GET, path: /ask, follow_redirects: true }\n"
POST = "    operations:\n      ask: { path: /ask, follow_redirects: true }\n"
PAGES = "    operations:\n      ask: { method: GET, path: /ask, pages: { items: data, next: links.next } }\n"
OAUTH = "    auth: oauth2\n    token_url: env:TRAP\n    client_id: a\n    client_secret: SECRET\n"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

USES = {
    "call": "  crm:\n    base_url: env:TRAP\n" + POST,
    "signed webhook": "  crm:\n    base_url: env:TRAP\n    signing_secret: SIGNING\n" + POST,
    "access token": "  crm:\n    base_url: env:SYSTEM\n" + OAUTH + POST,
    "redirect of GET": "  crm:\n    base_url: env:SYSTEM\n" + ASK,
    "redirect of POST": "  crm:\n    base_url: env:SYSTEM\n    idempotency_header: none\n" + POST,
    "next page": "  crm:\n    base_url: env:SYSTEM\n" + PAGES,
    "next page by header": "  crm:\n    base_url: env:SYSTEM\n"
    + PAGES.replace("links.next", "Link").replace("items: data, ", ""),
}


def sending_to(trap: list[str]) -> Callable[[Came], tuple[int, object, dict[str, str]]]:
    """A system that sends everybody to the trap of the moment, by redirects and by pages."""

    def answer(came: Came) -> tuple[int, object, dict[str, str]]:
        if came.query.get("pages"):
            return 200, {"data": [], "links": {"next": trap[0]}}, {}
        return 307, {}, {"Location": trap[0]}

    return answer


def paging(trap: list[str]) -> Callable[[Came], tuple[int, object, dict[str, str]]]:
    """One that goes on with the trap as its next page."""
    return lambda came: (200, {"data": [], "links": {"next": trap[0]}}, {})


def linking(trap: list[str]) -> Callable[[Came], tuple[int, object, dict[str, str]]]:
    return lambda came: (200, [], {"Link": f'<{trap[0]}>; rel="next"'})


ANSWERS = {"next page": paging, "next page by header": linking}


@pytest.mark.parametrize("use", USES)
async def test_no_way_out_leads_to_a_trap(tmp_path: Path, store: Store, use: str) -> None:
    trap = [""]
    async with listening() as listener:
        with outside(ANSWERS.get(use, sending_to)(trap), OWN) as system:
            caller = HttpxCaller(Guard([ip_network(OWN)], listener.resolve))
            house = calls(tmp_path, store, USES[use], caller=caller, SYSTEM=system.url, SECRET="s", SIGNING=SECRET)
            tried = [await _tried(house, trap, url, n) for n, url in enumerate(_writable(urls(listener.port), use))]
            await asyncio.sleep(0.05)
            assert len(tried) >= 60
            assert listener.came == 0
            assert system.came or "trap" not in use
            assert all(tried), use


def _writable(found: list[str], use: str) -> list[str]:
    """What can stand in a header of HTTP at all."""
    return [url for url in found if url.isascii()] if "redirect" in use or "header" in use else found


async def _tried(house: Calls, trap: list[str], url: str, number: int) -> bool:
    """True: it was refused, or could not be looked up."""
    trap[0] = house.secrets["TRAP"] = url
    try:
        await house.call(f"case-{number}/find:call")
    except (StepError, Deferred):
        return True
    return url.startswith(("http:127", "http:///"))  # as an address within the page that is: it stayed there


async def test_no_notice_leads_to_a_trap() -> None:
    notifier = AppriseNotifier([ip_network(OWN)])
    trap = [""]
    async with listening() as listener:
        with outside(sending_to(trap), OWN) as system:
            here = urlsplit(system.url).netloc
            for host in (*LITERAL, "localhost", "LOCALHOST", "user:secret@127.0.0.1"):
                await _silent(notifier, f"json://{host}:{listener.port}/x")
                trap[0] = f"http://{host}:{listener.port}/"
                await _silent(notifier, f"json://{here}/x")
        await asyncio.sleep(0.05)
        assert listener.came == 0
        assert len(system.came) == len(LITERAL) + 3
    await notifier.aclose()


async def _silent(notifier: AppriseNotifier, url: str) -> None:
    assert (await notifier.tell(Notice(url, "Hello"))).problem is not None, url


async def test_what_is_allowed_is_reached_by_the_same_ways(tmp_path: Path, store: Store) -> None:
    """Otherwise the silence above would prove nothing."""
    with outside(lambda came: (200, {"data": [1]}), OWN) as there, outside(sending_to([there.url]), OWN) as system:
        caller = HttpxCaller(Guard([ip_network(OWN)]))
        house = calls(tmp_path, store, USES["redirect of GET"], caller=caller, SYSTEM=system.url)
        await house.call()
        notifier = AppriseNotifier([ip_network(OWN)])
        await notifier.tell(Notice(f"json://{urlsplit(there.url).netloc}/x", "Hello"))
        await notifier.aclose()
    assert [c.method for c in there.came] == ["GET", "POST"]
