"""Access tokens by OAuth 2.0, with an application's own credentials or with a refresh token that somebody has given
it: fetched when they are needed, kept until they end."""

import asyncio
import base64
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import isnan
from time import monotonic
from urllib.parse import quote

from engine.gateways.http import HttpCaller, HttpRequest
from engine.gateways.outcome import Refused
from engine.language.connections import Mailbox, Sender

EARLY = 30.0  # seconds before its end at which a token is not used any more
UNSAID = 300.0  # seconds, where the answer does not say how long
LONGEST = 86_400.0


@dataclass(frozen=True)
class Grant:
    """Who asks whom for what. `in_body`: id and secret go in the form and not in the header Authorization.
    `refresh_token`: for somebody who has agreed; without it the application asks for itself."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    in_body: bool = False
    refresh_token: str = field(default="", repr=False)


def grant_of(account: Mailbox | Sender, secret: Callable[[str], str]) -> Grant:
    """How a mail account is signed in to: id and secret in the form, as Google and Microsoft both take them.
    `secret` answers names of environment variables, and may raise."""
    return Grant(
        token_url=account.token_url or "",
        client_id=account.client_id or "",
        client_secret=secret(account.client_secret or ""),
        scope=account.scope or "",
        in_body=True,
        refresh_token=secret(account.refresh_token) if account.refresh_token else "",
    )


class Tokens:
    """The access tokens of one worker. Use it from one event loop."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._known: dict[Grant, tuple[str, float]] = {}
        self._locks: defaultdict[Grant, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, caller: HttpCaller, grant: Grant) -> str:
        """A token that is good for a while yet; whoever comes together fetches it once.

        Raises Deferred, and Refused where the answer is a no or holds no token.
        """
        async with self._locks[grant]:
            token, until = self._known.get(grant, ("", 0.0))
            if until <= self._clock():
                token, seconds = await _fetched(caller, grant)
                self._known[grant] = token, self._clock() + seconds
            return token

    def forget(self, grant: Grant, token: str) -> None:
        """This token was refused; another one that was fetched meanwhile is kept."""
        if self._known.get(grant, ("", 0.0))[0] == token:
            del self._known[grant]


async def _fetched(caller: HttpCaller, grant: Grant) -> tuple[str, float]:
    form = {"grant_type": "client_credentials"}
    if grant.refresh_token:
        form = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
    form |= {"scope": grant.scope} if grant.scope else {}
    request = HttpRequest("POST", grant.token_url, form=form, harmless=True)
    answer = await caller.call(_with_credentials(request, grant))
    found = answer.json if isinstance(answer.json, dict) else {}
    token = found.get("access_token")
    if not isinstance(token, str) or not token.isprintable() or not token.isascii() or not token:
        raise Refused("oauth_no_token", f"{request.host} answered without an access token.")
    return token, _seconds(found.get("expires_in"))


def _with_credentials(request: HttpRequest, grant: Grant) -> HttpRequest:
    if grant.in_body:
        own = {"client_id": grant.client_id, "client_secret": grant.client_secret}
        return replace(request, form={**(request.form or {}), **own})
    pair = f"{quote(grant.client_id, safe='')}:{quote(grant.client_secret, safe='')}"  # as RFC 6749 has it
    return replace(request, headers={"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"})


def _seconds(written: object) -> float:
    try:
        seconds = float(str(written))
    except ValueError:
        seconds = UNSAID
    return UNSAID if isnan(seconds) else min(max(seconds - EARLY, 0.0), LONGEST)
