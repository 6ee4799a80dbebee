"""How a connection's webhooks are read: signatures, names, paths, samples. What is wrong here would be found out by the
first message that comes, and by nobody before."""

import json
from pathlib import Path

from engine.language import rhythm
from engine.language.connections import Connection, Connections, EventField, EventSchema
from engine.language.document import Document
from engine.language.payload import parts

_OF_WEBHOOKS = (
    "verify",
    "previous_webhook_secret",
    "secret_header",
    "secret_query",
    "event_from",
    "id_from",
    "data_from",
    "expect",
)
_BODY = {"header": "header X-Event", "always": "always submitted"}


def check(document: Document, connection: Connection, name: str) -> None:
    """All of it."""
    _takes_events(document, connection, name)
    _secret_query(document, connection)
    for key in ("event_from", "id_from", "data_from"):
        _where(document, connection, key)
    for schema in connection.events.values():
        for field, written in schema.fields.items():
            if isinstance(written, EventField):
                _path(document, written, "from", written.from_, field)
    if connection.expect:
        _expected(document, connection, connection.expect)


def samples(document: Document, connections: Connections, folder: Path) -> None:
    """The samples of all events are there, and can be read."""
    for connection in connections.connections.values():
        for schema in connection.events.values():
            if schema.sample:
                _sample(document, schema, folder / schema.sample)


def _takes_events(document: Document, connection: Connection, name: str) -> None:
    if connection.webhook_secret or document.node(connection, "webhook_secret") is not None:
        return
    for key in _OF_WEBHOOKS:
        if document.node(connection, key) is not None:
            message = f"`{key}` is about webhooks, and `{name}` takes none without a secret"
            hint = f"add `webhook_secret: {name.upper().replace('-', '_')}_SECRET`, or take `{key}` away"
            document.source.report("E021", message, document.place(connection, key), hint=hint)
            return


def _secret_query(document: Document, connection: Connection) -> None:
    unread = connection.verify is None and document.node(connection, "verify") is not None
    if connection.secret_query and connection.verify != "shared_secret" and not unread:
        message = "`secret_query` belongs to `verify: shared_secret`: a signature never stands in an address"
        hint = "take `secret_query` away, or write `verify: shared_secret`"
        document.source.report("E020", message, document.place(connection, "secret_query"), hint=hint)


def _where(document: Document, connection: Connection, key: str) -> None:
    written = getattr(connection, key)
    if not written or (key == "id_from" and written == "content"):
        return
    word, _, rest = written.partition(" ")
    if word in _BODY and key != "data_from" and not (word == "always" and key == "id_from"):
        if not rest.strip():
            message, hint = f"`{key}: {written}` does not say which", f"write it like `{key}: {_BODY[word]}`"
            document.source.report("E025", message, document.place(connection, key), hint=hint)
        return
    _path(document, connection, key, written, key)


def _path(document: Document, owner: Connection | EventField, key: str, written: str, name: str) -> None:
    if not written:
        return
    try:
        parts(written)
    except ValueError as wrong:
        said, _, hint = str(wrong).partition("; ")
        document.source.report("E025", said, document.place(owner, key), hint=hint)


def _expected(document: Document, connection: Connection, written: str) -> None:
    try:
        rhythm.parse(written)
    except ValueError as wrong:
        document.source.report("E047", str(wrong), document.place(connection, "expect"), hint=rhythm.HINT)


def _sample(document: Document, schema: EventSchema, file: Path) -> None:
    place = document.place(schema, "sample")
    if not file.is_file():
        hint = "put there what the other system sends, or take `sample` away"
        document.source.report("E070", f"there is no file `{schema.sample}` below the definitions", place, hint=hint)
    elif file.suffix == ".json":
        try:
            json.loads(file.read_bytes())
        except ValueError:
            document.source.report("E025", f"`{schema.sample}` is not JSON", place)
