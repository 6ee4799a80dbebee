"""The mailboxes of connections.yaml: each says what its type needs, and nothing of the other types."""

import re
from collections.abc import Mapping
from ipaddress import ip_network

from engine.language import rhythm
from engine.language.addresses import is_email
from engine.language.checks import accounts, secrets
from engine.language.checks.subject import excused
from engine.language.connections import Connections, Mailbox
from engine.language.document import Document
from engine.language.problems import one_of

_OF_IMAP = ("host", "port", "tls", "ca", "username", "password", "auth", *accounts.OAUTH, "folder", "existing")
_OWN: Mapping[str, tuple[str, ...]] = {
    "imap": _OF_IMAP,
    "smtp": ("listen", "servers", "certificate", "key"),
    "webhook": ("secret",),
}
_LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})")
_LARGEST = 200


def check(document: Document, connections: Connections) -> None:
    for name, mailbox in connections.mailboxes.items():
        accounts.check(document, mailbox, "mailbox", name, like="replies", port=993)
        secrets.check(document, mailbox, "secret", f"{name}_secret")
        _belongs(document, mailbox)
        _needs(document, mailbox, name)
        _values(document, mailbox)
        _trust(document, mailbox)
        secrets.in_the_open(document, mailbox, "the mailbox is read without encryption", "tls")
        _forged(document, mailbox)
    _only_one(document, connections)


def _belongs(document: Document, mailbox: Mailbox) -> None:
    for kind, keys in _OWN.items():
        for key in accounts.written(document, mailbox, keys) if kind != mailbox.type else ():
            message = f"`{key}` belongs to a mailbox of `type: {kind}`, and this one is {mailbox.type}"
            accounts.report(document, mailbox, key, message, f"take `{key}` away, or write `type: {kind}`", "E020")
    if mailbox.type == "imap":
        accounts.signs_in_one_way(document, mailbox)


def _needs(document: Document, mailbox: Mailbox, name: str) -> None:
    pair = ("certificate", "key") if mailbox.certificate or mailbox.key else ()
    sign_in = accounts.FOR_OAUTH if mailbox.auth == "oauth2" else ("password",)
    needed = {"imap": ("host", *sign_in), "smtp": ("listen", *pair), "webhook": ("secret",)}[mailbox.type]
    accounts.needs(document, mailbox, "mailbox", name, needed)


def _values(document: Document, mailbox: Mailbox) -> None:
    if mailbox.address and not (is_email(mailbox.address) and "+" not in mailbox.address):
        hint = "write it like `replies@example.com`, without `+`"
        accounts.report(document, mailbox, "address", f"`{mailbox.address}` is not the address of a mailbox", hint)
    if mailbox.listen and not _is_listening(mailbox.listen):
        hint = "write `listen: 0.0.0.0:25` for every network card, or `listen: 127.0.0.1:2525` for this machine alone"
        accounts.report(document, mailbox, "listen", f"`{mailbox.listen}` is not an address and a port", hint)
    _servers(document, mailbox)
    if not 1 <= mailbox.largest <= _LARGEST:
        hint = f"write a number of megabytes from 1 to {_LARGEST}, as in `largest: 25`"
        accounts.report(document, mailbox, "largest", f"the largest mail cannot be {mailbox.largest} megabytes", hint)
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
