"""What another system answered, and what that means for what was asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from engine.gateways.outgoing import HttpRequest

LONGEST_PAUSE = timedelta(hours=1)
"""Who asks for a longer one is asked earlier."""

_AGAIN_LATER = (408, 425, 429)
_NOT_DONE = (501, 503)  # of the 5xx those that say that nothing was done; after the others nobody knows


@dataclass(frozen=True)
class HttpResponse:
    """`json` is the parsed body (numbers with a point as Decimal), a text for other types, None for an empty one.
    Names of `headers` are in small letters."""

    status: int
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


def parsed(status: int, body: bytes, headers: Mapping[str, str]) -> HttpResponse:
    """Raises Refused for JSON that is none."""
    if not body.strip():
        return HttpResponse(status, None, headers)
    if "json" not in headers.get("content-type", ""):
        return HttpResponse(status, body.decode("utf-8", "replace"), headers)
    try:
        return HttpResponse(status, json.loads(body, parse_float=Decimal, parse_constant=_no_number), headers)
    except (ValueError, RecursionError) as problem:
        if status >= 300:  # the status says more than the body
            return HttpResponse(status, body.decode("utf-8", "replace"), headers)
        raise Refused("http_bad_json", f"The answer says it is JSON and is not: {problem}") from problem


def _no_number(word: str) -> Decimal:
    raise ValueError(f"{word} is no number in JSON")


def judged(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The answer if it is a yes; otherwise raises what its status means."""
    if 200 <= answer.status < 300:
        return answer
    words = f"{request.host} answered {answer.status} to {request.method} {httpx.URL(request.url).path}"
    if answer.status in _AGAIN_LATER or answer.status >= 500:
        if answer.status >= 500 and answer.status not in _NOT_DONE and not request.repeatable:
            raise Unconfirmed(f"{words}, and may have done it all the same.")
        raise Deferred(f"http_{answer.status}", f"{words}.", _pause(answer.headers.get("retry-after", "")))
    if 300 <= answer.status < 400:
        raise Refused("http_redirect", f"{words}, a redirect. Write the final address into the connection.")
    raise Refused(f"http_{answer.status}", f"{words}: {_excerpt(answer.json)}")


def lost(request: HttpRequest, cause: str) -> Deferred | Unconfirmed:
    """What it means that a request went out and no answer came back."""
    words = f"No answer from {request.host} to {request.method} {httpx.URL(request.url).path}: {cause}"
    return Deferred("http_lost", words) if request.repeatable else Unconfirmed(words)


def _pause(written: str) -> timedelta | None:
    """Retry-After: seconds or a date, within reason."""
    if written.isascii() and written.isdigit():
        return LONGEST_PAUSE if len(written) > 6 else min(timedelta(seconds=int(written)), LONGEST_PAUSE)
    try:
        at = parsedate_to_datetime(written)
    except (ValueError, OverflowError):  # the second: a zone that is no zone
        return None
    until = at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)
    return min(max(until, timedelta(0)), LONGEST_PAUSE)


def _excerpt(answer: Any) -> str:
    text = answer if isinstance(answer, str) else json.dumps(answer, default=str)
    return " ".join(text.split())[:300]
