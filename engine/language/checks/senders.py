"""The senders of connections.yaml: a server, who signs in to it, and how fast it may be used."""

import re

from engine.language.addresses import is_email
from engine.language.checks import accounts, secrets
from engine.language.connections import Connections, Sender
from engine.language.document import Document
from engine.language.rate import Rate

_OF_A_SERVER = ("port", "tls", "ca", "username", "password", "auth", *accounts.OAUTH)
_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9a-fA-F:]+")


def check(document: Document, connections: Connections) -> None:
    for name, sender in connections.senders.items():
        accounts.check(document, sender, "sender", name, like="surveys", port=587)
        _belongs(document, sender)
        _needs(document, sender, name)
        _values(document, sender)
        secrets.in_the_open(document, sender, "mails are sent without encryption", "starttls")


def _belongs(document: Document, sender: Sender) -> None:
    if sender.host is None and document.node(sender, "host") is None:
        for key in accounts.written(document, sender, _OF_A_SERVER):
            hint = f"add `host: smtp.example.com`, or take `{key}` away: then the server of baton.yaml is used"
            accounts.report(
                document, sender, key, f"`{key}` belongs to a server, and this sender names none", hint, "E021"
            )
            return
    accounts.signs_in_one_way(document, sender)


def _needs(document: Document, sender: Sender, name: str) -> None:
    by_password: tuple[str, ...] = ("password",) if sender.username and sender.host else ()
    needed = accounts.FOR_OAUTH if sender.auth == "oauth2" else by_password
    accounts.needs(document, sender, "sender", name, needed)


def _values(document: Document, sender: Sender) -> None:
    if sender.address and not is_email(sender.address):
        hint = "write it like `surveys@example.com`; the name beside it is `name:`"
        accounts.report(document, sender, "address", f"`{sender.address}` is not an email address", hint)
    if sender.host and not _HOST.fullmatch(sender.host):
        accounts.report(
            document, sender, "host", f"`{sender.host}` is not the name of a server", "write `smtp.example.com`"
        )
    for key in ("rate", "rate_per_domain"):
        if written := getattr(sender, key):
            _rate(document, sender, key, written)


def _rate(document: Document, sender: Sender, key: str, written: str) -> None:
    try:
        Rate.parse(written)
    except ValueError:
        hint = f"write `{key}: 60 per minute`; there are second, minute, hour and day"
        accounts.report(document, sender, key, f"`{written}` does not say how many mails in what time", hint)
