"""How a call finds its system, shows who it is, and writes what it sends."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.gateways.outcome import Deferred
from engine.runtime.flow import StepError
from engine.store import ledger, requests
from engine.store.store import Store
from tests.calls.house import Answer, Came, calls, outside

CRM = "  crm:\n    base_url: env:CRM_URL\n"
ASK = "    operations:\n      ask: { path: /ask }\n"


async def test_name_and_password_are_sent_as_basic(tmp_path: Path, store: Store) -> None:
    auth = "    auth: basic\n    username: ann\n    password: CRM_PASSWORD\n"
    with outside() as system:
        await calls(tmp_path, store, CRM + auth + ASK, CRM_URL=system.url, CRM_PASSWORD="pässword").call()
    assert system.came[0].headers["authorization"] == "Basic YW5uOnDDpHNzd29yZA=="


async def test_a_token_may_have_a_header_of_its_own(tmp_path: Path, store: Store) -> None:
    auth = "    auth: header\n    header: X-Api-Key\n    token: KEY\n    headers: { X-Team: ops, X-More: env:MORE }\n"
    with outside() as system:
        await calls(tmp_path, store, CRM + auth + ASK, CRM_URL=system.url, KEY="k1", MORE="m1").call()
    headers = system.came[0].headers
    assert (headers["x-api-key"], headers["x-team"], headers["x-more"]) == ("k1", "ops", "m1")
    assert "authorization" not in headers


OAUTH = """\
    auth: oauth2
    token_url: env:TOKEN_URL
    client_id: baton
    client_secret: CRM_SECRET
    scope: contacts.read
"""


def provider(accepted: list[str], made: list[str]) -> Any:
    """Gives out `made` one after the other; its API takes only those in `accepted`."""
    rest = iter(made)

    def answer(came: Came) -> Answer:
        if came.path == "/token":
            return 200, {"access_token": next(rest), "token_type": "Bearer", "expires_in": 3600}
        known = came.headers["authorization"].removeprefix("Bearer ") in accepted
        return (200, {"id": "1"}) if known else (401, {"error": "expired"})

    return answer


async def test_an_access_token_is_fetched_once_and_kept(tmp_path: Path, store: Store) -> None:
    with outside(provider(["t1"], ["t1"])) as system:
        secrets = {"CRM_URL": system.url, "TOKEN_URL": f"{system.url}/token", "CRM_SECRET": "s:1"}
        house = calls(tmp_path, store, CRM + OAUTH + ASK, **secrets)
        await house.call()
        await house.call("case-1/find#2:call")
    assert system.paths == ["/token", "/ask", "/ask"]
    assert system.came[0].form == {"grant_type": "client_credentials", "scope": "contacts.read"}
    assert system.came[0].headers["authorization"] == "Basic YmF0b246cyUzQTE="  # baton:s%3A1


async def test_a_token_that_is_refused_is_fetched_anew_once(tmp_path: Path, store: Store) -> None:
    with outside(provider(["t2"], ["t1", "t2"])) as system:
        secrets = {"CRM_URL": system.url, "TOKEN_URL": f"{system.url}/token", "CRM_SECRET": "s1"}
        await calls(tmp_path, store, CRM + OAUTH + ASK, **secrets).call()
    assert system.paths == ["/token", "/ask", "/token", "/ask"]


async def test_an_access_token_that_is_repeated_to_us_is_not_shown(tmp_path: Path, store: Store) -> None:
    def answer(came: Came) -> Answer:
        if came.path == "/token":
            return 200, {"access_token": "opaque-token-1"}
        return 400, {"got": came.headers["authorization"]}

    with outside(answer) as system:
        secrets = {"CRM_URL": system.url, "TOKEN_URL": f"{system.url}/token", "CRM_SECRET": "s1"}
        with pytest.raises(StepError) as problem:
            await calls(tmp_path, store, CRM + OAUTH + ASK, **secrets).call()
    assert "Bearer ***" in str(problem.value)


async def test_a_basic_pair_that_is_repeated_to_us_is_not_shown(tmp_path: Path, store: Store) -> None:
    auth = "    auth: basic\n    username: ann\n    password: CRM_PASSWORD\n"
    with (
        outside(lambda came: (400, {"got": came.headers["authorization"]})) as system,
        pytest.raises(StepError) as problem,
    ):
        await calls(tmp_path, store, CRM + auth + ASK, CRM_URL=system.url, CRM_PASSWORD="pässword").call()
    assert "Basic ***" in str(problem.value)


async def test_a_second_refusal_is_the_end(tmp_path: Path, store: Store) -> None:
    with outside(provider([], ["t1", "t2", "t3"])) as system:
        secrets = {"CRM_URL": system.url, "TOKEN_URL": f"{system.url}/token", "CRM_SECRET": "s1"}
        with pytest.raises(StepError, match="answered 401"):
            await calls(tmp_path, store, CRM + OAUTH + ASK, **secrets).call()
    assert system.paths == ["/token", "/ask", "/token", "/ask"]


async def test_a_provider_that_repeats_the_secret_does_not_bring_it_into_an_incident(
    tmp_path: Path, store: Store
) -> None:
    with outside(lambda came: (400, {"error": f"wrong secret: {came.form['client_secret']}"})) as system:
        secrets = {"CRM_URL": system.url, "TOKEN_URL": f"{system.url}/token", "CRM_SECRET": "very-secret"}
        house = calls(tmp_path, store, CRM + OAUTH + "    credentials: body\n" + ASK, **secrets)
        with pytest.raises(StepError, match=r"wrong secret: \*\*\*") as problem:
            await house.call()
    assert "very-secret" not in f"{problem.value.message} {problem.value.__cause__!r} {problem.value.__cause__}"
    assert "very-secret" not in str(await store.read(ledger.listing))


async def test_an_address_that_is_a_secret_itself_does_not_get_into_an_incident(tmp_path: Path, store: Store) -> None:
    with outside(lambda came: (404, {})) as system:
        house = calls(tmp_path, store, CRM + ASK, CRM_URL=f"{system.url}/catch/1234/s3cret/")
        with pytest.raises(StepError, match=r"answered 404 to POST \*\*\*/ask") as problem:
            await house.call()
    assert "s3cret" not in problem.value.message + str(await store.read(requests.listing))


async def test_a_variable_that_is_not_set_is_named(tmp_path: Path, store: Store) -> None:
    with outside() as system, pytest.raises(StepError, match="CRM_TOKEN is not set"):
        await calls(tmp_path, store, CRM + "    token: CRM_TOKEN\n" + ASK, CRM_URL=system.url).call()
    assert system.came == []


async def test_what_get_is_given_is_the_query(tmp_path: Path, store: Store) -> None:
    ask = """\
    operations:
      ask: { method: GET, path: "/c/${ inputs.id }?v=2", query: { q: "n:${ inputs.name }" } }
"""
    with outside() as system:
        house = calls(tmp_path, store, CRM + ask, CRM_URL=system.url)
        await house.call(id="a/b?c", name="Ann & Co", tag=["x", "y"], vip=True, since=date(2026, 3, 1), none=None)
    assert system.came[0].path == "/c/a%2Fb%3Fc"
    expected = {"v": ["2"], "q": ["n:Ann & Co"], "tag": ["x", "y"], "vip": ["true"], "since": ["2026-03-01"]}
    assert system.came[0].query == expected


@pytest.mark.parametrize("value", ["", ".", "..", None])
async def test_a_value_never_makes_another_path(tmp_path: Path, store: Store, value: object) -> None:
    ask = "    operations:\n      ask: { method: DELETE, path: '/contacts/${ inputs.id }' }\n"
    with outside() as system, pytest.raises(StepError, match="would make it another address"):
        await calls(tmp_path, store, CRM + ask, CRM_URL=system.url).call(id=value)
    assert system.came == []


async def test_a_form_is_written_like_that_of_a_web_page(tmp_path: Path, store: Store) -> None:
    ask = "    operations:\n      ask: { path: /ask, body: form }\n"
    with outside() as system:
        await calls(tmp_path, store, CRM + ask, CRM_URL=system.url).call(name="A & B", fee=Decimal("1.50"))
    assert system.came[0].form == {"name": "A & B", "fee": "1.50"}


async def test_values_are_taken_from_where_they_stand(tmp_path: Path, store: Store) -> None:
    ask = """\
    operations:
      ask:
        path: /ask
        result:
          id: { from: data.0.id, type: text }
          owner: { from: data.0.by.email, type: email }
          company.name: text
          gone: text
"""
    answer = {"data": [{"id": "c1", "by": {"email": "ann@acme.test"}}], "company": {"name": "Acme"}}
    with outside(lambda came: (200, answer)) as system:
        result = await calls(tmp_path, store, CRM + ask, CRM_URL=system.url).call()
    assert result == {"id": "c1", "owner": "ann@acme.test", "company": {"name": "Acme"}, "gone": None}


async def test_an_answer_of_another_type_is_an_incident_with_its_field(tmp_path: Path, store: Store) -> None:
    ask = "    operations:\n      ask: { path: /ask, result: { seats: number } }\n"
    with outside(lambda came: (200, {"seats": "many"})) as system, pytest.raises(StepError, match="Seats must"):
        await calls(tmp_path, store, CRM + ask, CRM_URL=system.url).call()


async def test_a_page_to_sign_in_is_no_answer_with_fields(tmp_path: Path, store: Store) -> None:
    operation = CRM + "    operations:\n      ask: { method: GET, path: /contacts, result: { id: text } }\n"
    page = 200, "<html>Please sign in</html>", {"Content-Type": "text/html"}
    with outside(lambda came: page) as system, pytest.raises(StepError, match="no JSON with fields: <html>Please"):
        await calls(tmp_path, store, operation, CRM_URL=system.url).call()


async def test_an_answer_is_as_large_as_the_operation_allows(tmp_path: Path, store: Store) -> None:
    ask = "    operations:\n      ask: { path: /ask, max_kb: 500, result: { id: text } }\n"
    with outside(lambda came: (200, {"id": "1", "rest": "x" * 400_000})) as system:
        assert await calls(tmp_path / "a", store, CRM + ask, CRM_URL=system.url).call() == {"id": "1"}
        small = calls(tmp_path / "b", store, CRM + ASK, CRM_URL=system.url)
        with pytest.raises(StepError, match="more than 256 KB"):
            await small.call("case-1/find#2:call")


# -- repeats --------------------------------------------------------------------


async def test_the_key_stays_the_same_over_repeats_and_its_header_can_be_named(tmp_path: Path, store: Store) -> None:
    answers: list[Answer] = [(503, {}), None, (200, {})]
    with outside(lambda came: answers.pop(0)) as system:
        house = calls(tmp_path, store, CRM + "    idempotency_header: X-Request-Id\n" + ASK, CRM_URL=system.url)
        for _ in range(2):
            with pytest.raises(Deferred):
                await house.call()
        await house.call()
        await house.call()  # answered from the ledger
    assert len({came.headers["x-request-id"] for came in system.came}) == 1
    assert len(system.came) == 3


NONE = "    idempotency_header: none\n"


@pytest.mark.parametrize("answer", [None, (500, {}), (502, {}), (504, {})])
async def test_what_may_have_arrived_is_not_sent_again_where_no_key_is_known(
    tmp_path: Path, store: Store, answer: Answer
) -> None:
    with outside(lambda came: answer) as system:
        house = calls(tmp_path, store, CRM + NONE + ASK, CRM_URL=system.url)
        for _ in range(3):
            with pytest.raises(StepError) as problem:
                await house.call()
            assert problem.value.code in ("unconfirmed", "unknown")
    assert len(system.came) == 1
    assert "idempotency-key" not in system.came[0].headers


async def test_a_definite_not_now_is_tried_again_without_a_key_too(tmp_path: Path, store: Store) -> None:
    answers: list[Answer] = [(429, {}), (503, {}), (200, {})]
    with outside(lambda came: answers.pop(0)) as system:
        house = calls(tmp_path, store, CRM + NONE + ASK, CRM_URL=system.url)
        for _ in range(2):
            with pytest.raises(Deferred):
                await house.call()
        await house.call()
    assert len(system.came) == 3


# -- the log ---------------------------------------------------------------------


async def test_every_attempt_is_written_down_without_anybodys_data(tmp_path: Path, store: Store) -> None:
    ask = "    operations:\n      ask: { path: '/contacts/${ inputs.email }?k=${ inputs.code }' }\n"
    answers: list[Answer] = [(503, {}), (422, {"error": "ann@acme.test is taken"})]
    with outside(lambda came: answers.pop(0)) as system:
        house = calls(tmp_path, store, CRM + ask, CRM_URL=system.url)
        for problem in (Deferred, StepError):
            with pytest.raises(problem):
                await house.call(email="ann@acme.test", code="k-secret")
    kept = await store.read(requests.listing)
    assert [(a.status, a.error, a.host) for a in kept] == [
        (422, "http_422", "127.0.0.1"),
        (503, "http_503", "127.0.0.1"),
    ]
    assert {(a.case, a.connection, a.target) for a in kept} == {("case-1", "crm", "/contacts/${ inputs.email }")}
    assert "acme" not in str(kept)
    assert "k-secret" not in str(kept)
