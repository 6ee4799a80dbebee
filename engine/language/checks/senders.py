"""The senders of connections.yaml: a server, who signs in to it, and how fast it may be used."""

import re

from engine.language.addresses import is_email, is_url
from engine.language.checks import secrets
from engine.language.connections import Connections, Sender
from engine.language.document import Document
from engine.language.rate import Rate

_OAUTH = ("token_url", "client_id", "client_secret", "refresh_token", "scope")
_OF_A_SERVER = ("port", "tls", "ca", "username", "password", "auth", *_OAUTH)
_EXAMPLES = {"token_url": "https://oauth2.googleapis.com/token", "client_id": "1234.apps.googleusercontent.com"}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9a-fA-F:]+")


def check(document: Document, connections: Connections) -> None:
    for name, sender in connections.senders.items():
        if not _NAME.fullmatch(name):
            hint = "write small letters, digits, `-` and `_`, as in `surveys`"
            _wrong(document, sender, "", f"`{name}` cannot be the name of a sender", hint, "E026")
        _belongs(document, sender)
        _needs(document, sender, name)
        for key in ("password", "client_secret", "refresh_token"):
            secrets.check(document, sender, key, f"{name}_{key}")
        _values(document, sender)
        secrets.in_the_open(document, sender, "mails are sent without encryption", "starttls")


def _belongs(document: Document, sender: Sender) -> None:
    if sender.host is None and document.node(sender, "host") is None:
        for key in _written(document, sender, _OF_A_SERVER):
            hint = f"add `host: smtp.example.com`, or take `{key}` away: then the server of baton.yaml is used"
            _wrong(document, sender, key, f"`{key}` belongs to a server, and this sender names none", hint, "E021")
            return
    unused, other = (("password",), "password") if sender.auth == "oauth2" else (_OAUTH, "oauth2")
    for key in _written(document, sender, unused):
        hint = f"take `{key}` away, or write `auth: {other}`"
        _wrong(document, sender, key, f"`{key}` belongs to `auth: {other}`", hint, "E020")


def _needs(document: Document, sender: Sender, name: str) -> None:
    signs_in = ("password",) if sender.username and sender.host else ()
    wanted: tuple[str, ...] = ("token_url", "client_id", "client_secret") if sender.auth == "oauth2" else signs_in
    for key in wanted:
        if not getattr(sender, key) and document.node(sender, key) is None:
            hint = f"add `{key}: {_EXAMPLES.get(key) or secrets.variable(f'{name}_{key}')}`"
            _wrong(document, sender, "", f"the sender `{name}` needs `{key}`", hint, "E021")


def _values(document: Document, sender: Sender) -> None:
    if sender.address and not is_email(sender.address):
        hint = "write it like `surveys@example.com`; the name beside it is `name:`"
        _wrong(document, sender, "address", f"`{sender.address}` is not an email address", hint)
    if sender.host and not _HOST.fullmatch(sender.host):
        _wrong(document, sender, "host", f"`{sender.host}` is not the name of a server", "write `smtp.example.com`")
    if sender.port is not None and not 1 <= sender.port <= 65535:
        _wrong(document, sender, "port", f"there is no port {sender.port}", "write `port: 587`")
    if sender.token_url and not is_url(sender.token_url):
        hint = f"write it like `{_EXAMPLES['token_url']}`"
        _wrong(document, sender, "token_url", f"`{sender.token_url}` is not a web address", hint)
    for key in ("rate", "rate_per_domain"):
        if written := getattr(sender, key):
            _rate(document, sender, key, written)


def _rate(document: Document, sender: Sender, key: str, written: str) -> None:
    try:
        Rate.parse(written)
    except ValueError:
        hint = f"write `{key}: 60 per minute`; there are second, minute, hour and day"
        _wrong(document, sender, key, f"`{written}` does not say how many mails in what time", hint)


def _written(document: Document, sender: Sender, keys: tuple[str, ...]) -> list[str]:
    return [key for key in keys if document.node(sender, key) is not None]


def _wrong(document: Document, sender: Sender, key: str, message: str, hint: str, code: str = "E025") -> None:
    place = document.place(sender, key) if key else document.place(sender)
    document.source.report(code, message, place, hint=hint)
