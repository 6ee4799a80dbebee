"""Who a webhook is from: the signatures that other systems use, checked and made. Pure functions of bytes and time."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

Verify = Literal["standard", "github", "stripe", "shared_secret"]
TOLERANCE = 300.0  # seconds that a signed time may be away from ours

HEADERS: Mapping[Verify, str] = {
    "standard": "webhook-signature",
    "github": "x-hub-signature-256",
    "stripe": "stripe-signature",
    "shared_secret": "x-webhook-secret",
}


class NotSigned(Exception):  # noqa: N818 - named as it is said
    """The message is not from whom it says; the text says why, for whoever set it up."""


class NoSecret(Exception):  # noqa: N818 - named as it is said
    """The secret cannot be used for this kind of signature; the text says what it must look like."""


@dataclass(frozen=True)
class Sent:
    """A message as it came. Names of headers are in small letters; `query` is the address's part after the `?`."""

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str]


@dataclass(frozen=True)
class Style:
    """How a connection signs. `header`: where, if not at the usual place; `query`: where a shared secret may stand."""

    verify: Verify = "standard"
    header: str = ""
    query: str = ""

    @property
    def place(self) -> str:
        return (self.header or HEADERS[self.verify]).lower()


def usable(style: Style, secret: str) -> str:
    """Why nothing can be signed with this secret, in words; empty: it can."""
    try:
        sign(style, secret, b"", "", datetime.now(UTC))
    except NoSecret as problem:
        return str(problem)
    return ""


def check(style: Style, secrets: tuple[str, ...], sent: Sent, now: datetime) -> None:
    """Pass where one of the secrets has signed this message. Raises NotSigned, NoSecret."""
    failed: NotSigned | None = None
    for secret in secrets:
        try:
            return _CHECKS[style.verify](style, secret, sent, now)
        except NotSigned as problem:
            failed = failed or problem
    raise failed or NoSecret("is not set")


def sign(style: Style, secret: str, body: bytes, message: str, now: datetime) -> dict[str, str]:
    """The headers with which a sender of this style would send the body. Raises NoSecret."""
    if style.verify == "standard":
        stamp = str(int(now.timestamp()))
        signature = b64encode(_standard_digest(secret, message, stamp, body)).decode()
        return {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}
    if style.verify == "github":
        return {style.place: f"sha256={_digest(secret, body).hex()}", "x-github-delivery": message}
    if style.verify == "stripe":
        stamp = f"{now.timestamp():.0f}"
        return {style.place: f"t={stamp},v1={_digest(secret, stamp.encode() + b'.' + body).hex()}"}
    return {} if style.query else {style.place: secret}


def _check_standard(style: Style, secret: str, sent: Sent, now: datetime) -> None:
    if missing := [n for n in ("webhook-id", "webhook-timestamp", "webhook-signature") if not sent.headers.get(n)]:
        raise NotSigned(f"the header `{missing[0]}` is missing")
    stamp = sent.headers["webhook-timestamp"]
    wanted = _standard_digest(secret, sent.headers["webhook-id"], stamp, sent.body)
    given = [one.partition(",") for one in sent.headers["webhook-signature"].split()]
    in_time = stamp.isascii() and stamp.isdigit() and len(stamp) < 13 and abs(now.timestamp() - int(stamp)) <= TOLERANCE
    if not in_time or not any(_same(_bytes_of(value), wanted) for version, _, value in given if version == "v1"):
        raise NotSigned("the signature is wrong or out of time")


def _standard_digest(secret: str, message: str, stamp: str, body: bytes) -> bytes:
    """Over bytes: what is signed need not be text, as a mail is not, and the library takes texts only."""
    signed = f"{message}.{stamp}.".encode("utf-8", "replace") + body
    return hmac.new(_key(secret), signed, sha256).digest()


def _key(secret: str) -> bytes:
    _standard(secret)  # as the library wants it
    return b64decode(secret.removeprefix("whsec_") + "==")


def _standard(secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except (EmptyWebhookSecretError, ValueError) as problem:
        raise NoSecret("must hold a secret such as `whsec_...`") from problem


def _check_github(style: Style, secret: str, sent: Sent, now: datetime) -> None:
    """A digest of the body, as `sha256=` and hexadecimal numbers; others leave the first part out, or use base64."""
    given = _header(style, sent)
    if not _same(_bytes_of(given.removeprefix("sha256=")), _digest(secret, sent.body)):
        raise NotSigned("the signature is wrong")


def _check_stripe(style: Style, secret: str, sent: Sent, now: datetime) -> None:
    """`t=TIME,v1=DIGEST`, the digest of time, a dot and the body; there may be several digests."""
    pairs = [part.strip().partition("=") for part in _header(style, sent).split(",")]
    stamp = next((value for name, _, value in pairs if name == "t"), "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 13):
        raise NotSigned("the signature says no time")
    wanted = _digest(secret, stamp.encode() + b"." + sent.body)
    if not any(_same(_bytes_of(value), wanted) for name, _, value in pairs if name == "v1"):
        raise NotSigned("the signature is wrong")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE:
        raise NotSigned(
            f"the signature is out of time: it was made at {datetime.fromtimestamp(int(stamp), UTC):%H:%M:%S} UTC"
        )


def _check_shared(style: Style, secret: str, sent: Sent, now: datetime) -> None:
    given = sent.headers.get(style.place, "")
    if style.place == "authorization":
        given = given.removeprefix("Bearer ")
    if not given and style.query:
        given = sent.query.get(style.query, "")
    if not given:
        at = f"the header `{style.place}`" + (f" or `?{style.query}=`" if style.query else "")
        raise NotSigned(f"the secret is missing: it is expected in {at}")
    if not _same(given.encode(), secret.encode()):
        raise NotSigned("the secret is wrong")


def _header(style: Style, sent: Sent) -> str:
    given = sent.headers.get(style.place, "")
    if not given:
        raise NotSigned(f"the header `{style.place}` is missing")
    return given


def _digest(secret: str, signed: bytes) -> bytes:
    return hmac.new(secret.encode(), signed, sha256).digest()


def _bytes_of(text: str) -> bytes:
    """A digest as it is written: 64 hexadecimal digits, or base64."""
    try:
        return bytes.fromhex(text) if len(text) == 64 else b64decode(text, validate=True)
    except (ValueError, NotBase64):
        return b""


def _same(given: bytes, wanted: bytes) -> bool:
    """In a time that says nothing about where they differ."""
    return hmac.compare_digest(given, wanted)


_CHECKS: Mapping[Verify, Callable[[Style, str, Sent, datetime], None]] = {
    "standard": _check_standard,
    "github": _check_github,
    "stripe": _check_stripe,
    "shared_secret": _check_shared,
}
