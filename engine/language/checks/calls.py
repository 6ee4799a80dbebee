"""What connections.yaml says of calls: how a system knows us, headers, and how its answers are read."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from engine.language.checks import secrets
from engine.language.connections import Connection, Operation, Pages, Picked
from engine.language.document import Document
from engine.language.model import Model
from engine.language.payload import parts
from engine.language.picking import picks

_AUTH: Mapping[str, tuple[str, ...]] = {
    "bearer": ("token",),
    "basic": ("username", "password"),
    "header": ("header", "token"),
    "oauth2": ("token_url", "client_id", "client_secret"),
}
_MORE = {"oauth2": ("scope", "credentials")}
_EXAMPLES = {
    "username": "env:CRM_USER",
    "header": "X-Api-Key",
    "token_url": "https://login.example.com/oauth/token",
    "client_id": "env:CRM_CLIENT_ID",
}
_SECRETS = ("token", "password", "client_secret", "signing_secret")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_OURS = frozenset(
    ("authorization", "host", "content-length", "content-type", "transfer-encoding", "connection", "cookie", "te",
     "webhook-id", "webhook-timestamp", "webhook-signature", "proxy-authorization", "upgrade", "trailer", "expect")
)  # fmt: skip
_SECRET_NAME = re.compile(r"(?i)key|token|secret|password|auth")
_LONGEST = 60


def check(document: Document, connection: Connection, name: str) -> None:
    """All of it."""
    for key in _SECRETS:
        secrets.check(document, connection, key, f"{name}_{key}")
    _sign_in(document, connection, name)
    _headers(document, connection)
    _notify(document, connection, name)
    if not 1 <= connection.timeout <= _LONGEST and document.node(connection, "timeout") is not None:
        hint = f"write a number of seconds from 1 to {_LONGEST}, as in `timeout: 20`"
        _report(
            document, "E025", f"a request cannot have {connection.timeout} seconds", connection, "timeout", hint=hint
        )
    for operation in connection.operations.values():
        _operation(document, operation)


def _sign_in(document: Document, connection: Connection, name: str) -> None:
    chosen = connection.auth or "bearer"
    for key in _AUTH[chosen] if connection.auth else ():
        if document.node(connection, key) is None:
            hint = f"add `{key}: {_EXAMPLES.get(key) or secrets.variable(f'{name}_{key}')}`"
            message = f"`auth: {chosen}` needs `{key}`"
            document.source.report("E021", message, document.place(connection, "auth"), hint=hint)
    own = (*_AUTH[chosen], *_MORE.get(chosen, ()))
    for other, keys in _AUTH.items():
        for key in (*keys, *_MORE.get(other, ())):
            if key not in own and document.node(connection, key) is not None and not _said(document, connection, key):
                hint = f"take `{key}` away, or write `auth: {other}`"
                _report(document, "E020", f"`{key}` belongs to `auth: {other}`", connection, key, hint=hint)
    if connection.token_url:
        _address(document, connection, connection.token_url)


def _said(document: Document, connection: Connection, key: str) -> bool:
    """Whether this place has its finding: `token` belongs to two kinds."""
    place = document.place(connection, key)
    return any((p.line, p.column) == (place.line, place.column) for p in document.source.problems)


def _address(document: Document, connection: Connection, written: str) -> None:
    if written.startswith("env:") and secrets.VARIABLE.fullmatch(written.removeprefix("env:")):
        return
    parts_ = urlsplit(written)
    if parts_.scheme == "https" or (parts_.scheme == "http" and secrets.is_near(parts_.hostname or "")):
        return
    hint = f"write it like `{_EXAMPLES['token_url']}`, or `env:TOKEN_URL`"
    message = f"`{written}` is not an address that a secret may go to"
    _report(document, "E025", message, connection, "token_url", hint=hint)


def _headers(document: Document, connection: Connection) -> None:
    for name, value in connection.headers.items():
        code, message, note, hint = _of_header(name, value)
        if code:
            place = document.place(connection, "headers", name)
            secrets.masked(document, document.source.problem(code, message, place, note, hint), value)
    for key in ("header", "idempotency_header"):
        written = getattr(connection, key) or ""
        if written and (not _NAME.fullmatch(written) or written.lower() in _OURS - {"authorization"}):
            _report(document, "E121", f"`{written}` cannot be the name of a header here", connection, key)


def _of_header(name: str, value: str) -> tuple[str, str, str, str]:
    """Code, message, note and hint of what is wrong with a header; an empty code where nothing is."""
    if name.lower() in _OURS:
        hint = "choose how it knows us by `auth`" if name.lower() == "authorization" else "take it away"
        return "E121", f"the header `{name}` is Baton's own", "", hint
    if not _NAME.fullmatch(name) or not value.isascii() or not value.isprintable():
        note = "a header is letters, digits and `-`, and what it says is plain ASCII"
        return "E121", f"`{name}` cannot be sent as a header", note, ""
    if _SECRET_NAME.search(name) and not secrets.VARIABLE.fullmatch(value.removeprefix("env:")):
        note = "the value itself stays out of files, which are shared and kept for ever"
        hint = f"write `{name}: env:{secrets.variable(name)}`, and give that variable its value where Baton runs"
        return "E120", f"a secret is written in the header `{name}`", note, hint
    return "", "", "", ""


def _notify(document: Document, connection: Connection, name: str) -> None:
    named = connection.notify or ()
    for n, variable in enumerate((named,) if isinstance(named, str) else named):
        if not secrets.VARIABLE.fullmatch(variable):
            place = document.place(connection, "notify", *(() if isinstance(named, str) else (n,)))
            note = "an address of Apprise holds tokens, so it stays out of files"
            hint = f"write `notify: {secrets.variable(f'{name}_url')}`, and give that variable the address"
            message = "`notify` is the name of an environment variable, in capitals"
            problem = document.source.problem("E120", message, place, note, hint)
            secrets.masked(document, problem, variable)


def _operation(document: Document, operation: Operation) -> None:
    if operation.body == "form" and operation.method == "GET":
        hint = "take `body` away, or write `method: POST`"
        _report(
            document, "E020", "`body` belongs to requests that have one, and GET has none", operation, "body", hint=hint
        )
    for name, told in picks(operation).items():
        written = operation.result[name]
        owner: tuple[Model, tuple[str, ...]] = (
            (written, ("from",)) if isinstance(written, Picked) else (operation, ("result", name))
        )
        _place(document, told.from_, *owner)
    if operation.pages:
        _pages(document, operation, operation.pages)


def _pages(document: Document, operation: Operation, pages: Pages) -> None:
    if operation.method != "GET":
        message = f"pages are fetched with GET, and this is {operation.method}"
        document.source.report("E122", message, document.place(operation, "pages"), hint="write `method: GET`")
    if bool(pages.next) == bool(pages.cursor):
        message = "how the next page is found is said by `next` or by `cursor`"
        hint = "write `next: links.next`, `next: Link` for the header, or `cursor: meta.next_cursor`; one of them"
        document.source.report("E122", message, document.place(operation, "pages"), hint=hint)
    if pages.parameter and not pages.cursor:
        message = "`parameter` belongs to `cursor`"
        document.source.report("E122", message, document.place(pages, "parameter"), hint="write `cursor: ...`")
    for key in ("items", "next", "cursor"):
        _place(document, getattr(pages, key) or "", pages, (key,))


def _place(document: Document, written: str, owner: Model, path: tuple[str, ...]) -> None:
    try:
        parts(written or "all")
    except ValueError as wrong:
        said, _, hint = str(wrong).partition("; ")
        document.source.report("E025", said, document.place(owner, *path), hint=hint)


def _report(
    document: Document, code: str, message: str, owner: Model, *path: str, note: str = "", hint: str = ""
) -> None:
    document.source.report(code, message, document.place(owner, *path), note, hint)
