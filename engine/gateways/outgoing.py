"""A request to another system, as it goes out: checked, written as bytes, signed, and sent on by a redirect."""

import json as json_
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlencode

import httpx
from standardwebhooks.webhooks import Webhook

from engine.gateways.outcome import Refused
from engine.language.money import Money

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
LARGEST_BODY = 1024 * 1024
LARGEST_ANSWER = 256 * 1024
_LAST_PORT = 65535
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_REPEATABLE = ("GET", "PUT", "DELETE")
_SAME_AGAIN = (307, 308)
_MOVED = (301, 302, 303, *_SAME_AGAIN)


@dataclass(frozen=True)
class HttpRequest:
    """`json`, or else `form`, is sent as the body where it is not None; `timeout` in seconds for the whole request,
    redirects and all.

    `idempotency_key` goes out in `idempotency_header`, which makes a request safe to repeat: a lost answer is then
    Deferred and not Unconfirmed. `harmless` says the same of one that changes nothing. `redirects` is how many are
    followed, `largest` how many bytes an answer may have. With `secret` (`whsec_...`) the request is signed by the
    rules of Standard Webhooks, as the message `idempotency_key`.
    """

    method: Method
    url: str
    json: Any = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 20.0
    idempotency_key: str = ""
    form: Mapping[str, Any] | None = field(default=None, repr=False)
    idempotency_header: str = "Idempotency-Key"
    harmless: bool = False
    redirects: int = 0
    largest: int = LARGEST_ANSWER
    secret: str = field(default="", repr=False)
    message_id: str = ""

    @property
    def repeatable(self) -> bool:
        return self.harmless or bool(self.idempotency_key) or self.method in _REPEATABLE

    @property
    def host(self) -> str:
        """Empty for an address that is none."""
        try:
            return httpx.URL(self.url).host
        except httpx.InvalidURL:
            return ""


def check(request: HttpRequest) -> None:
    """Raises Refused (`http_request`) for what is no request to a web server."""
    try:
        url = httpx.URL(request.url)
    except (httpx.InvalidURL, UnicodeError) as problem:
        raise Refused("http_request", f"{request.url[:200]!r} is not an address: {problem}") from problem
    if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > _LAST_PORT:
        raise Refused("http_request", f"{request.url[:200]!r} is not an address of a web server.")
    if url.userinfo:
        raise Refused("http_request", f"The address of {url.host} holds a name or a password; name them in `auth`.")
    for name, value in request.headers.items():
        if not _HEADER.fullmatch(name) or not value.isprintable() or not value.isascii():
            raise Refused("http_request", f"The header {name!r} holds something that no header can carry.")


def body(request: HttpRequest) -> bytes | None:
    """The bytes that are sent. Raises Refused where the values cannot be written so, or are too many."""
    written = None
    if request.form is not None:
        written = urlencode(list(_pairs(request.form))).encode()
    elif request.json is not None:
        written = json_.dumps(request.json, default=_written).encode()
    if written and len(written) > LARGEST_BODY:
        raise Refused("http_too_large", f"More than {LARGEST_BODY // 1024} KB would be sent to {request.host}.")
    return written


def headers(request: HttpRequest, content: bytes | None) -> dict[str, str]:
    """All headers of ours; a signature is over `content` and this moment."""
    found = {"Accept": "application/json", **request.headers}
    if content is not None:
        found["Content-Type"] = "application/json" if request.form is None else "application/x-www-form-urlencoded"
    if request.idempotency_key:
        found[request.idempotency_header] = request.idempotency_key
    return {**found, **_signature(request, content or b"")} if request.secret else found


def onward(request: HttpRequest, status: int, location: str) -> HttpRequest | None:
    """The request that a redirect asks for; None where there is none, or none is followed.

    Nothing of ours but the body goes to another host, and nothing from https to http.
    """
    if status not in _MOVED or not location or not request.redirects:
        return None
    here = httpx.URL(request.url)
    try:
        there = here.join(location)
    except (httpx.InvalidURL, UnicodeError) as problem:
        raise Refused("http_redirect", f"{here.host} sends us to what is no address.") from problem
    if here.scheme == "https" and there.scheme != "https":
        raise Refused("http_redirect", f"{here.host} sends us from https to {there.scheme}: nothing is sent there.")
    follow = replace(request, url=str(there), redirects=request.redirects - 1)
    if not same_origin(request.url, str(there)):
        follow = replace(follow, headers={}, idempotency_key="", secret="")
    return _again(follow, status)


def same_origin(url: str, other: str) -> bool:
    """Whether both are of one scheme, host and port."""
    try:
        one, two = httpx.URL(url), httpx.URL(other)
    except httpx.InvalidURL:
        return False
    return (one.scheme, one.host, _port(one)) == (two.scheme, two.host, _port(two))


def _port(url: httpx.URL) -> int:
    return url.port or {"http": 80, "https": 443}.get(url.scheme, 0)


def _again(request: HttpRequest, status: int) -> HttpRequest:
    if status in _SAME_AGAIN or request.method == "GET":
        return request
    if status == 303:  # it was done; its result is over there
        return replace(request, method="GET", json=None, form=None, idempotency_key="", secret="")
    words = f"{request.method} was answered with {status}, which does not say what to do with what was sent"
    raise Refused("http_redirect", f"{words}. Write the final address into the connection.")


def _signature(request: HttpRequest, content: bytes) -> dict[str, str]:
    now = datetime.now(UTC)
    name = request.message_id or request.idempotency_key
    try:
        signature = Webhook(request.secret).sign(name, now, content.decode())
    except (ValueError, RuntimeError) as problem:
        words = "The signing secret is none: it is `whsec_` and letters and digits, as Standard Webhooks has it."
        raise Refused("not_configured", words) from problem
    return {"webhook-id": name, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and texts as a web page's form sends them; a list is its name several times."""
    for name, value in values.items():
        for one in value if isinstance(value, (list, tuple)) else (value,):
            yield name, plain(one, name)


def plain(value: Any, name: str) -> str:
    """A value as text in an address or a form. Raises Refused where it has an inside of its own."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Money):
        return str(value.amount)
    if isinstance(value, (Mapping, list, tuple)):
        raise Refused("bad_inputs", f"`{name}` is a group of values; an address or a form takes single ones.")
    return str(value)


def _written(value: object) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Money):
        return {"amount": str(value.amount), "currency": value.currency}
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
