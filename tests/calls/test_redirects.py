"""Redirects: followed only where an operation says so, and nothing secret goes elsewhere."""

from pathlib import Path

import pytest

from engine.gateways.outcome import Refused
from engine.gateways.outgoing import HttpRequest, onward
from engine.runtime.flow import StepError
from engine.store.store import Store
from tests.calls.house import Answer, Came, calls, outside

CRM = "  crm:\n    base_url: env:CRM_URL\n    token: TOKEN\n    headers: { X-Team: ops }\n"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def operation(method: str, follow: str = "true") -> str:
    return f"    operations:\n      ask: {{ method: {method}, path: /ask, follow_redirects: {follow} }}\n"


async def test_a_redirect_is_refused_where_nothing_is_said(tmp_path: Path, store: Store) -> None:
    with outside(lambda came: (302, {}, {"Location": "/there"})) as system, pytest.raises(StepError, match="redirect"):
        await calls(tmp_path, store, CRM + operation("GET", "false"), CRM_URL=system.url, TOKEN="tok-1").call()
    assert system.paths == ["/ask"]


async def test_within_a_host_everything_goes_along(tmp_path: Path, store: Store) -> None:
    def answer(came: Came) -> Answer:
        return (308, {}, {"Location": "/there"}) if came.path == "/ask" else (200, {})

    with outside(answer) as system:
        await calls(tmp_path, store, CRM + operation("POST"), CRM_URL=system.url, TOKEN="tok-1").call(name="Ann")
    assert system.paths == ["/ask", "/there"]
    assert system.came[1].headers["authorization"] == "Bearer tok-1"
    assert system.came[1].json == {"name": "Ann"}


async def test_nothing_secret_goes_to_another_host(tmp_path: Path, store: Store) -> None:
    signed = CRM + "    signing_secret: SIGNING\n" + operation("POST")
    with outside() as there, outside(lambda came: (307, {}, {"Location": f"{there.url}/x"})) as system:
        await calls(tmp_path, store, signed, CRM_URL=system.url, TOKEN="tok-1", SIGNING=SECRET).call(name="Ann")
    assert {"authorization", "x-team", "idempotency-key", "webhook-signature"} <= set(system.came[0].headers)
    assert not {"authorization", "x-team", "idempotency-key", "webhook-signature"} & set(there.came[0].headers)


async def test_see_other_is_asked_for_and_not_sent_again(tmp_path: Path, store: Store) -> None:
    def answer(came: Came) -> Answer:
        return (303, {}, {"Location": "/done"}) if came.path == "/ask" else (200, {})

    with outside(answer) as system:
        await calls(tmp_path, store, CRM + operation("POST"), CRM_URL=system.url, TOKEN="tok-1").call(name="Ann")
    assert [(c.method, c.path) for c in system.came] == [("POST", "/ask"), ("GET", "/done")]


@pytest.mark.parametrize("status", [301, 302])
async def test_a_redirect_that_does_not_say_what_to_send_is_refused(tmp_path: Path, store: Store, status: int) -> None:
    with outside(lambda came: (status, {}, {"Location": "/there"})) as system, pytest.raises(StepError):
        await calls(tmp_path, store, CRM + operation("POST"), CRM_URL=system.url, TOKEN="tok-1").call()
    assert len(system.came) == 1


async def test_a_circle_ends(tmp_path: Path, store: Store) -> None:
    with outside(lambda came: (302, {}, {"Location": "/ask"})) as system, pytest.raises(StepError, match="redirect"):
        await calls(tmp_path, store, CRM + operation("GET"), CRM_URL=system.url, TOKEN="tok-1").call()
    assert len(system.came) == 6


@pytest.mark.parametrize("location", ["http://a.example/", "ftp://a.example/", "file:///etc/passwd"])
def test_nothing_goes_from_https_to_what_is_less(location: str) -> None:
    with pytest.raises(Refused):
        onward(HttpRequest("GET", "https://a.example/", redirects=5), 302, location)
