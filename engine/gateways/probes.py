"""What can be found out from here about a web address: does it answer, its certificate, its clock."""

import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

TIMEOUT = 6.0  # seconds


@dataclass(frozen=True)
class Answer:
    """`status` of the answer; `ahead`: seconds by which its clock is ahead of ours, None where it does not say."""

    status: int
    ahead: float | None


def ask(url: str) -> Answer:
    """Get a page. Raises OSError with words where nothing answers."""
    before = time.time()
    try:
        answer = httpx.get(url, timeout=TIMEOUT, trust_env=False)
    except httpx.HTTPError as problem:
        raise OSError(str(problem) or type(problem).__name__) from problem
    said = answer.headers.get("date")
    try:
        ahead = parsedate_to_datetime(said).timestamp() - (before + time.time()) / 2 if said else None
    except ValueError:
        ahead = None
    return Answer(answer.status_code, ahead)


def certificate_until(url: str) -> datetime | None:
    """When the certificate of an https address ends; None for http. Raises OSError (a bad certificate is one, too)."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return None
    context = ssl.create_default_context()
    with (
        socket.create_connection((parts.hostname, parts.port or 443), timeout=TIMEOUT) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as secured,
    ):
        found = secured.getpeercert() or {}
    until = ssl.cert_time_to_seconds(str(found["notAfter"]))
    return datetime.fromtimestamp(until, UTC)


def listens(host: str, port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT):
            return True
    except OSError:
        return False
