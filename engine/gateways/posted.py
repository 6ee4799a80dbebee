"""What a mail provider posts: a mail as it went over the wire, or its parts as JSON, of which we make one.

Text from outside becomes text of a header or a part, whatever is in it: no line of it begins another header.
"""

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.encoders import encode_base64
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from typing import Any

RFC822 = "message/rfc822"
_KEYS = {"from", "to", "cc", "subject", "text", "html", "headers", "attachments", "envelope"}
_OURS = ("from", "to", "cc", "subject", "mime-version")
_NAME = re.compile(r"[!-9;-~]{1,200}")
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")
_WIRE = compat32.clone(linesep="\r\n", max_line_length=998)


class NoMail(Exception):  # noqa: N818  said as it is shown
    """The body is no mail; the text says what it should be, for whoever set it up."""


@dataclass(frozen=True)
class Posted:
    """A mail with the envelope that the provider tells of, if it does."""

    raw: bytes
    sender: str = ""
    recipients: tuple[str, ...] = ()


def posted(mime: str, body: bytes) -> Posted:
    """The mail in a request's body. `mime`: its Content-Type. Raises NoMail."""
    kind = mime.partition(";")[0].strip().lower()
    if kind == RFC822:
        if not body:
            raise NoMail("the body is empty")
        return Posted(body)
    if kind != "application/json":
        raise NoMail(f"send the mail as `{RFC822}`, or as `application/json`")
    return _of_json(_object(body))


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise NoMail("the body is not JSON") from problem
    if not isinstance(sent, dict):
        raise NoMail("a mail is a JSON object")
    return sent


def _of_json(sent: Mapping[str, Any]) -> Posted:
    envelope = sent.get("envelope") or {}
    if not isinstance(envelope, dict):
        raise NoMail("`envelope` is an object with `from` and `to`")
    sender = _text(envelope, "from").strip("<> ")
    recipients = _texts(envelope, "to")
    if "raw" in sent:
        raw = _bytes(sent, "raw")
        if not raw:
            raise NoMail("`raw` is empty")
        return Posted(raw, sender, recipients)
    if unknown := sorted(set(sent) - _KEYS):
        raise NoMail(f"`{unknown[0]}` is not known: a mail has `raw`, or {', '.join(sorted(_KEYS))}")
    if not _text(sent, "from"):
        raise NoMail("a mail has `raw`, or at least `from`")
    return Posted(_made(sent), sender, recipients or _texts(sent, "to"))


def _made(sent: Mapping[str, Any]) -> bytes:
    """Headers as UTF-8, which every mail program understands; the parts below them encoded."""
    head = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in _headers(sent))
    return head.encode("utf-8", "replace") + _content(sent).as_bytes(policy=_WIRE)


def _headers(sent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in _further(sent.get("headers")):
        if name.lower() not in _OURS and not name.lower().startswith("content-"):
            yield name, value
    yield "From", _text(sent, "from")
    for name in ("to", "cc"):
        if addresses := _texts(sent, name):
            yield name.capitalize(), ", ".join(addresses)
    if "subject" in sent:
        yield "Subject", _text(sent, "subject")


def _further(headers: Any) -> Iterator[tuple[str, str]]:
    """Name and value, from an object or from a list of pairs: some headers are there several times."""
    pairs = list(headers.items()) if isinstance(headers, dict) else headers or []
    for pair in pairs if isinstance(pairs, list) else [None]:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(isinstance(word, str) for word in pair):
            raise NoMail('`headers` is an object of texts, or a list of pairs such as ["Date", "..."]')
        if not _NAME.fullmatch(pair[0]):
            raise NoMail(f"`{_one_line(pair[0])[:50]}` is not the name of a header")
        yield pair[0], pair[1]


def _content(sent: Mapping[str, Any]) -> Message:
    texts = [_part(_text(sent, name), kind) for name, kind in (("text", "plain"), ("html", "html")) if name in sent]
    texts = texts or [_part("", "plain")]
    body = texts[0] if len(texts) == 1 else _together("alternative", texts)
    given = sent.get("attachments") or []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise NoMail("`attachments` is a list of objects with `name`, `type` and `content`")
    return _together("mixed", [body, *map(_attachment, given)]) if given else body


def _together(kind: str, parts: list[Message]) -> Message:
    whole = MIMEMultipart(kind)
    for part in parts:
        whole.attach(part)
    return whole


def _part(text: str, kind: str) -> Message:
    return MIMEText(text.encode("utf-8", "replace").decode(), kind, "utf-8")


def _attachment(one: Mapping[str, Any]) -> Message:
    kind = _text(one, "type").lower()
    main, sub = (kind if _TYPE.fullmatch(kind) else "application/octet-stream").split("/")
    if main in ("multipart", "message"):  # what is inside is a file and nothing to be opened
        main, sub = "application", "octet-stream"
    part = MIMEBase(main, sub)
    part.set_payload(_bytes(one, "content"))
    encode_base64(part)
    name = _one_line(_text(one, "name")) or "attachment"
    filename = ("utf-8", "", name.encode("utf-8", "replace").decode())
    part.add_header("Content-Disposition", "attachment", filename=filename)
    return part


def _text(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise NoMail(f"`{name}` is a text")
    return value


def _texts(sent: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """One address, or a list of them."""
    value = sent.get(name)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    return (text,) if (text := _text(sent, name)) else ()


def _bytes(sent: Mapping[str, Any], name: str) -> bytes:
    try:
        return b64decode("".join(_text(sent, name).split()), validate=True)
    except (NotBase64, ValueError) as problem:
        raise NoMail(f"`{name}` is not base64") from problem


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
