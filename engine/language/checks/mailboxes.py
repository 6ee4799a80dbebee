"""The mailboxes of connections.yaml: each says what its type needs, and nothing of the other types."""

import re
from collections.abc import Mapping
from ipaddress import ip_network

from engine.language import rhythm
from engine.language.addresses import is_email, is_url
from engine.language.checks import secrets
from engine.language.checks.subject import excused
from engine.language.connections import Connections, Mailbox
from engine.language.document import Document
from engine.language.problems import one_of

_OAUTH = ("token_url", "client_id", "client_secret", "refresh_token", "scope")
_OF_IMAP = ("host", "port", "tls", "ca", "username", "password", "auth", *_OAUTH, "folder", "existing")
_OWN: Mapping[str, tuple[str, ...]] = {
    "imap": _OF_IMAP,
    "smtp": ("listen", "servers", "certificate", "key"),
    "webhook": ("secret",),
}
_EXAMPLES: Mapping[str, str] = {
    "host": "imap.example.com",
    "certificate": "mail.crt",
    "key": "mail.key",
    "listen": "0.0.0.0:25",
    "token_url": "https://oauth2.googleapis.com/token",
    "client_id": "1234.apps.googleusercontent.com",
}
_SECRETS = ("password", "client_secret", "refresh_token", "secret")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})")
_LARGEST = 200


def check(document: Document, connections: Connections) -> None:
    for name, mailbox in connections.mailboxes.items():
        _name(document, mailbox, name)
        _belongs(document, mailbox)
        _needs(document, mailbox, name)
        for key in _SECRETS:
            secrets.check(document, mailbox, key, f"{name}_{key}")
        _values(document, mailbox)
        _trust(document, mailbox)
        secrets.in_the_open(document, mailbox, "the mailbox is read without encryption", "tls")
        _forged(document, mailbox)
    _only_one(document, connections)


def _name(document: Document, mailbox: Mailbox, name: str) -> None:
    """It stands in addresses of the web, `/mail/NAME`."""
    if not _NAME.fullmatch(name):
        message = f"`{name}` cannot be the name of a mailbox"
        hint = "write small letters, digits, `-` and `_`, as in `replies`"
        document.source.report("E026", message, document.place(mailbox), hint=hint)


def _belongs(document: Document, mailbox: Mailbox) -> None:
    for kind, keys in _OWN.items():
        for key in keys if kind != mailbox.type else ():
            if document.node(mailbox, key) is not None:
                message = f"`{key}` belongs to a mailbox of `type: {kind}`, and this one is {mailbox.type}"
                hint = f"take `{key}` away, or write `type: {kind}`"
                document.source.report("E020", message, document.place(mailbox, key), hint=hint)
    if mailbox.type == "imap":
        unused = ("password",) if mailbox.auth == "oauth2" else _OAUTH
        other = "password" if mailbox.auth == "oauth2" else "oauth2"
        for key in unused:
            if document.node(mailbox, key) is not None:
                message = f"`{key}` belongs to `auth: {other}`"
                hint = f"take `{key}` away, or write `auth: {other}`"
                document.source.report("E020", message, document.place(mailbox, key), hint=hint)


def _needs(document: Document, mailbox: Mailbox, name: str) -> None:
    pair = ("certificate", "key") if mailbox.certificate or mailbox.key else ()
    sign_in = ("token_url", "client_id", "client_secret") if mailbox.auth == "oauth2" else ("password",)
    needed = {"imap": ("host", *sign_in), "smtp": ("listen", *pair), "webhook": ("secret",)}[mailbox.type]
    for key in needed:
        if getattr(mailbox, key) is None and document.node(mailbox, key) is None:
            hint = f"add `{key}: {_EXAMPLES.get(key) or secrets.variable(f'{name}_{key}')}`"
            document.source.report("E021", f"the mailbox `{name}` needs `{key}`", document.place(mailbox), hint=hint)


def _values(document: Document, mailbox: Mailbox) -> None:
    if mailbox.address and not (is_email(mailbox.address) and "+" not in mailbox.address):
        hint = "write it like `replies@example.com`, without `+`"
        _wrong(document, mailbox, "address", f"`{mailbox.address}` is not the address of a mailbox", hint)
    if mailbox.port is not None and not 1 <= mailbox.port <= 65535:
        _wrong(document, mailbox, "port", f"there is no port {mailbox.port}", "write `port: 993`")
    if mailbox.token_url and not is_url(mailbox.token_url):
        hint = f"write it like `{_EXAMPLES['token_url']}`"
        _wrong(document, mailbox, "token_url", f"`{mailbox.token_url}` is not a web address", hint)
    if mailbox.listen and not _is_listening(mailbox.listen):
        hint = "write `listen: 0.0.0.0:25` for every network card, or `listen: 127.0.0.1:2525` for this machine alone"
        _wrong(document, mailbox, "listen", f"`{mailbox.listen}` is not an address and a port", hint)
    _servers(document, mailbox)
    if not 1 <= mailbox.largest <= _LARGEST:
        hint = f"write a number of megabytes from 1 to {_LARGEST}, as in `largest: 25`"
        _wrong(document, mailbox, "largest", f"the largest mail cannot be {mailbox.largest} megabytes", hint)
    if mailbox.expect:
        _rhythm(document, mailbox, "expect", mailbox.expect)
    if mailbox.canary:
        _rhythm(document, mailbox, "canary", mailbox.canary)


def _is_listening(text: str) -> bool:
    found = _LISTEN.fullmatch(text)
    return found is not None and int(found[2]) <= 65535


def _servers(document: Document, mailbox: Mailbox) -> None:
    for n, server in enumerate(mailbox.servers):
        if not _is_network(server):
            hint = "write an IP address or a network, as in `servers: [192.0.2.7, 10.0.0.0/8]`"
            place = document.place(mailbox, "servers", n)
            document.source.report("E025", f"`{server}` is not an address of a server", place, hint=hint)


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _rhythm(document: Document, mailbox: Mailbox, key: str, text: str) -> None:
    try:
        rhythm.parse(text)
    except ValueError as wrong:
        document.source.report(
            "E047", str(wrong), document.place(mailbox, key), hint=rhythm.HINT.replace("expect", key)
        )


def _wrong(document: Document, mailbox: Mailbox, key: str, message: str, hint: str) -> None:
    document.source.report("E025", message, document.place(mailbox, key), hint=hint)


def _trust(document: Document, mailbox: Mailbox) -> None:
    """Every answer would wait in triage: worth a word before the first client has written."""
    place = document.place(mailbox)
    excuse, note = excused(document.source, "W130", place)
    if mailbox.authserv or document.node(mailbox, "trust") or excuse:
        return
    note = note or "whoever knows an address can write in its name; the server that took the mail knows better"
    hint = "add `authserv: mx.example.com`, as the Authentication-Results of your mails begin, or `trust: anyone`"
    message = "no sender will be authenticated, so no reply goes on with a case by itself"
    problem = document.source.problem("W130", message, place, note, hint, "warning")
    document.source.problems.append(problem)


def _forged(document: Document, mailbox: Mailbox) -> None:
    """Whoever can deliver here could write the header that says who they are."""
    place = document.place(mailbox, "authserv")
    excuse, note = excused(document.source, "W132", place)
    if mailbox.type != "smtp" or not mailbox.authserv or mailbox.servers or excuse:
        return
    message = f"everybody may deliver here, and so write what `{mailbox.authserv}` is believed to say"
    note = note or "only the server that checks senders may be able to reach this mailbox"
    hint = "add `servers: [192.0.2.7]`, the addresses of that server"
    problem = document.source.problem("W132", message, place, note, hint, "warning")
    document.source.problems.append(problem)


def _only_one(document: Document, connections: Connections) -> None:
    """One mailbox for replies, and one reader for each source: two would take each mail twice."""
    first = ""
    known: dict[tuple[str, ...], str] = {}
    for name, mailbox in connections.mailboxes.items():
        if mailbox.replies and first:
            message = f"replies come to one mailbox, and `{first}` has them already"
            place = document.place(mailbox, "replies")
            document.source.report("E130", message, place, hint="take `replies: true` away from one of them")
        first = first or (name if mailbox.replies else "")
        other = known.setdefault(_source(mailbox, name), name)
        if other != name:
            message = f"`{other}` and `{name}` would take the same mail"
            hint = f"take one of them away, or give them different {one_of(_apart(mailbox))}"
            document.source.report("E130", message, document.place(mailbox), hint=hint)


def _source(mailbox: Mailbox, name: str) -> tuple[str, ...]:
    if mailbox.type == "imap":
        user = mailbox.username or mailbox.address
        return ("imap", (mailbox.host or "").lower(), user.lower(), mailbox.folder or "INBOX")
    return (mailbox.type, mailbox.address.lower() if mailbox.type == "smtp" else name)


def _apart(mailbox: Mailbox) -> tuple[str, ...]:
    return ("username", "folder") if mailbox.type == "imap" else ("address",)
