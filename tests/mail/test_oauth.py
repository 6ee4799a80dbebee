"""Signing in with access tokens, as Google and Microsoft want it: a real Dovecot, and a token server of our own."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.gateways.access import Grant, Tokens
from engine.gateways.http import HttpRequest, HttpResponse, MemoryCaller
from engine.gateways.imap import MemoryServer
from engine.gateways.outcome import Deferred
from engine.mailroom.accounts import Accounts
from engine.store.store import Store
from tests.mail.dovecot import PASSWORD, Dovecot
from tests.mail.mailroom import BOX, box_of, ingest, kept, mail, running, state, until

SECRETS = {"MAIL_CLIENT_SECRET": "s3cret", "MAIL_REFRESH_TOKEN": "r3fresh"}
OAUTH = {
    "auth": "oauth2",
    "password": None,
    "token_url": "https://login.example/token",
    "client_id": "baton",
    "client_secret": "MAIL_CLIENT_SECRET",
    "refresh_token": "MAIL_REFRESH_TOKEN",
}


@dataclass
class TokenServer:
    """Gives the tokens in their order; the last one again and again."""

    tokens: list[str]
    requests: list[HttpRequest] = field(default_factory=list)

    def answer(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        token = self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]
        return HttpResponse(200, {"access_token": token, "expires_in": 3600})

    def accounts(self) -> Accounts:
        return Accounts(SECRETS.get, MemoryCaller(self.answer))


@pytest.fixture
def tokens() -> TokenServer:
    return TokenServer([PASSWORD])


def box(server: Dovecot, **more: Any) -> Any:
    return box_of(server, **{**OAUTH, **more})


async def test_a_refresh_token_opens_the_mailbox(store: Store, server: Dovecot, tokens: TokenServer) -> None:
    server.deliver([mail(1)])
    async with running(ingest(store, box=box(server), accounts=tokens.accounts())):
        await until(lambda: kept(store))
    [request] = tokens.requests
    assert request.form == {
        "grant_type": "refresh_token",
        "refresh_token": "r3fresh",
        "client_id": "baton",
        "client_secret": "s3cret",
    }


async def test_an_application_signs_in_for_itself(store: Store, server: Dovecot, tokens: TokenServer) -> None:
    server.deliver([mail(1)])
    own = box(server, refresh_token=None, scope="https://outlook.office365.com/.default")
    async with running(ingest(store, box=own, accounts=tokens.accounts())):
        await until(lambda: kept(store))
    form = tokens.requests[0].form or {}
    assert (form["grant_type"], form["scope"]) == ("client_credentials", "https://outlook.office365.com/.default")


async def test_a_token_whose_life_is_no_number_is_fetched_anew_in_a_while() -> None:
    seconds = iter([0.0, 0.0, 3600.0, 3600.0])
    server = MemoryCaller(lambda _: HttpResponse(200, {"access_token": PASSWORD, "expires_in": "nan"}))
    tokens, grant = Tokens(lambda: next(seconds)), Grant("https://login.example/token", "baton", "s3cret")
    for _ in range(2):
        await tokens.get(server, grant)
    assert len(server.requests) == 2


async def test_a_token_that_is_refused_is_replaced_and_not_shown(
    store: Store, server: Dovecot, tokens: TokenServer
) -> None:
    tokens.tokens = ["t0o-old", PASSWORD]
    server.deliver([mail(1)])
    async with running(ingest(store, box=box(server), accounts=tokens.accounts())):
        await until(lambda: state(store).last_error)
        await until(lambda: kept(store))
    assert "does not let us in" in state(store).last_error
    assert "t0o-old" not in state(store).last_error


async def test_no_token_is_said_and_tried_again(store: Store) -> None:
    twin = MemoryServer("token")
    twin.deliver(mail(1))
    answers = (Deferred("http_503", "login.example answered 503."), HttpResponse(200, {"error": "x"}))
    caller = MemoryCaller(lambda _: HttpResponse(200, {"access_token": "token"}), answers)
    own = BOX.model_copy(update=OAUTH)
    async with running(ingest(store, twin, own, accounts=Accounts(SECRETS.get, caller))):
        await until(lambda: "no access token: login.example answered 503" in state(store).last_error)
        await until(lambda: kept(store))


async def test_a_secret_that_is_not_set_is_named(store: Store) -> None:
    own = BOX.model_copy(update={**OAUTH, "refresh_token": "FORGOTTEN"})
    async with running(ingest(store, MemoryServer(), own, accounts=TokenServer(["x"]).accounts())):
        await until(lambda: "the secret FORGOTTEN is not set" in state(store).last_error)
