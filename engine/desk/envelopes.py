"""A message of another system, taken out of its envelope: what makes it one message, what the event is called, and what
it says. How each of them is found is said by the connection, or follows from the way in which it signs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from engine.gateways.hooks import Sent, Style
from engine.language.connections import Connection, EventField, EventSchema
from engine.language.inputs import event_from, typed_event
from engine.language.payload import dig

# What never is kept of a message's head: signatures, secrets, and whatever else lets somebody in.
_SECRET = (
    "authorization",
    "cookie",
    "proxy-authorization",
    "webhook-signature",
    "x-hub-signature",
    "x-hub-signature-256",
)
_EVENT = {"standard": "type", "github": "header X-GitHub-Event", "stripe": "type", "shared_secret": "type"}
_ID = {
    "standard": "header webhook-id",
    "github": "header X-GitHub-Delivery",
    "stripe": "id",
    "shared_secret": "content",
}
_HEADER, _ALWAYS = "header ", "always "
LONGEST_NAME = 200


class NoEvent(Exception):  # noqa: N818 - named as it is said
    """The message holds no event that can be understood; the text says why."""


@dataclass(frozen=True)
class Message:
    """What was sent. `problems`: fields that are of another type than declared, and were left out."""

    event: str
    data: Mapping[str, Any]
    problems: Mapping[str, str]


def style_of(connection: Connection) -> Style:
    """How messages of a connection are signed."""
    return Style(connection.verify or "standard", connection.secret_header or "", connection.secret_query or "")


def kept_head(connection: Connection, sent: Sent) -> dict[str, str]:
    """The headers that may be kept."""
    hidden = (*_SECRET, style_of(connection).place)
    return {name: value for name, value in sent.headers.items() if name not in hidden}


def identity_of(connection: Connection, sent: Sent) -> str:
    """What is the same when the message is sent again; its content, where it says nothing of the kind."""
    where = connection.id_from or _ID[style_of(connection).verify]
    try:
        found = "" if where == "content" else _found(where, sent)
    except NoEvent:
        found = ""
    return found if found and _is_text(found) else sha256(sent.body).hexdigest()


def message_of(connection: Connection, sent: Sent) -> Message:
    """The event as the connection declares it. Raises NoEvent."""
    name = event_name(connection, sent)
    body = body_of(sent)
    data = _data(connection, _unfolded(connection, body) if _is_form(sent) else body)
    schema = connection.events.get(name)
    try:
        event, problems = event_from(data, schema) if schema else (typed_event(data, None), {})
    except ValueError as problem:
        raise NoEvent(str(problem)) from problem
    return Message(name, event, problems)


def absent(schema: EventSchema | None, message: Message) -> dict[str, str]:
    """Declared fields that the message has no value for, each with the place that it was looked for at."""
    fields = schema.fields.items() if schema else ()
    places = {name: kind.from_ if isinstance(kind, EventField) and kind.from_ else name for name, kind in fields}
    return {n: at for n, at in places.items() if n not in message.problems and dig(message.data, n) is None}


def event_name(connection: Connection, sent: Sent) -> str:
    """What the event is called. Raises NoEvent."""
    where = _where_the_event_is(connection)
    if where.startswith(_ALWAYS):
        return where.removeprefix(_ALWAYS).strip()
    name = _found(where, sent)
    if not name:
        at = f"the header `{where.removeprefix(_HEADER)}`" if where.startswith(_HEADER) else f"`{where}`"
        raise NoEvent(f"the message does not say what happened: there is nothing at {at}")
    if not _is_text(name):
        raise NoEvent("the name of the event holds characters that are no text")
    return name[:LONGEST_NAME]


def _is_text(found: str) -> bool:
    """Whether every database can keep it: JSON can say half of a character, and zeros."""
    return "\0" not in found and not any("\ud800" <= c <= "\udfff" for c in found)


def body_of(sent: Sent) -> Any:
    """The body as data: JSON, or the fields of a form; JSON in a field of a form is data too. Raises NoEvent."""
    if _is_form(sent):
        return _form(sent.body)
    try:
        return json.loads(sent.body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise NoEvent("the body is not JSON") from problem


def _where_the_event_is(connection: Connection) -> str:
    if connection.event_from:
        return connection.event_from.strip()
    if connection.verify == "shared_secret" and len(connection.events) == 1:
        return f"{_ALWAYS}{next(iter(connection.events))}"
    return _EVENT[style_of(connection).verify]


def _found(where: str, sent: Sent) -> str:
    if where.startswith(_HEADER):
        return sent.headers.get(where.removeprefix(_HEADER).strip().lower(), "")
    found = dig(body_of(sent), where)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _data(connection: Connection, sent: Any) -> Any:
    """The part of the body that the fields are in."""
    if not isinstance(sent, Mapping):
        raise NoEvent("an event is a JSON object")
    if connection.data_from:
        found = dig(sent, connection.data_from)
        if not isinstance(found, Mapping):
            raise NoEvent(f"there is no object at `{connection.data_from}`")
        return found
    if style_of(connection).verify == "stripe" and isinstance(inner := dig(sent, "data.object"), Mapping):
        return inner
    return sent.get("data", sent) if style_of(connection).verify == "standard" else sent


def _is_form(sent: Sent) -> bool:
    kind = sent.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/x-www-form-urlencoded"


def _unfolded(connection: Connection, form: Any) -> Any:
    """GitHub sends a form if nobody has chosen JSON: all of the JSON is in its one field."""
    inner = form.get("payload") if len(form) == 1 else None
    whole = style_of(connection).verify == "github" and isinstance(inner, Mapping) and not connection.data_from
    return inner if whole else form


def _form(body: bytes) -> dict[str, Any]:
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=1_000, errors="strict")
    except ValueError as problem:
        raise NoEvent("the body is not a form") from problem
    return {name: _field(values) for name, values in fields.items()}


def _field(values: list[str]) -> Any:
    if len(values) > 1:
        return values
    text = values[0]
    if text[:1] in ("{", "["):
        try:
            return json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return text
    return text


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
