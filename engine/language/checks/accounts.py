"""What a mailbox and a sender have in common: a name, and how one signs in to its server."""

import re
from typing import Literal

from engine.language.addresses import is_url
from engine.language.checks import secrets
from engine.language.connections import Mailbox, Sender
from engine.language.document import Document

Account = Mailbox | Sender
Kind = Literal["mailbox", "sender"]
"""What people call it."""

OAUTH = ("token_url", "client_id", "client_secret", "refresh_token", "scope")
FOR_OAUTH = ("token_url", "client_id", "client_secret")  # of these, what nobody can do without
SECRETS = ("password", "client_secret", "refresh_token")

_EXAMPLES = {
    "host": "imap.example.com",
    "listen": "0.0.0.0:25",
    "certificate": "mail.crt",
    "key": "mail.key",
    "token_url": "https://oauth2.googleapis.com/token",
    "client_id": "1234.apps.googleusercontent.com",
}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")  # it stands in addresses of the web, `/mail/NAME`


def check(document: Document, account: Account, kind: Kind, name: str, *, like: str, port: int) -> None:
    """Findings about name, secrets, port and token address. `like`: a good name; `port`: what is usual."""
    if not _NAME.fullmatch(name):
        hint = f"write small letters, digits, `-` and `_`, as in `{like}`"
        report(document, account, "", f"`{name}` cannot be the name of a {kind}", hint, "E026")
    for key in SECRETS:
        secrets.check(document, account, key, f"{name}_{key}")
    if account.port is not None and not 1 <= account.port <= 65535:
        report(document, account, "port", f"there is no port {account.port}", f"write `port: {port}`")
    if account.token_url and not is_url(account.token_url):
        hint = f"write it like `{_EXAMPLES['token_url']}`"
        report(document, account, "token_url", f"`{account.token_url}` is not a web address", hint)


def needs(document: Document, account: Account, kind: Kind, name: str, keys: tuple[str, ...]) -> None:
    """A finding for each key that is missing."""
    for key in keys:
        if getattr(account, key) is None and document.node(account, key) is None:
            hint = f"add `{key}: {_EXAMPLES.get(key) or secrets.variable(f'{name}_{key}')}`"
            report(document, account, "", f"the {kind} `{name}` needs `{key}`", hint, "E021")


def signs_in_one_way(document: Document, account: Account) -> None:
    """A finding for each key of the way to sign in that was not chosen."""
    unused, other = (("password",), "password") if account.auth == "oauth2" else (OAUTH, "oauth2")
    for key in written(document, account, unused):
        hint = f"take `{key}` away, or write `auth: {other}`"
        report(document, account, key, f"`{key}` belongs to `auth: {other}`", hint, "E020")


def written(document: Document, account: Account, keys: tuple[str, ...]) -> list[str]:
    """Those of the keys that stand in the file."""
    return [key for key in keys if document.node(account, key) is not None]


def report(document: Document, account: Account, key: str, message: str, hint: str, code: str = "E025") -> None:
    """A finding at the key, or at the whole account without one."""
    place = document.place(account, key) if key else document.place(account)
    document.source.report(code, message, place, hint=hint)
