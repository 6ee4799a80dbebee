"""connections.yaml: secrets by name only, and addresses that can be called."""

import re
from urllib.parse import urlsplit

from engine.language.checks import calls, mailboxes, secrets, senders, webhooks
from engine.language.checks.subject import excused
from engine.language.connections import Connection, Connections
from engine.language.document import Document
from engine.language.nodes import Place

_BRACED = re.compile(r"\$?\{+\s*(?:env[.:])?(\w+)\s*\}+|\$(\w+)")


def check(document: Document, connections: Connections) -> None:
    for name, connection in connections.connections.items():
        for key, word in (("webhook_secret", "secret"), ("previous_webhook_secret", "old_secret")):
            secrets.check(document, connection, key, f"{name}_{word}")
        webhooks.check(document, connection, name)
        calls.check(document, connection, name)
        _address(document, connection)
    mailboxes.check(document, connections)
    senders.check(document, connections)


def _address(document: Document, connection: Connection) -> None:
    written = connection.base_url
    if not written:
        return
    place = document.place(connection, "base_url")
    if written.startswith("env:"):
        if not secrets.VARIABLE.fullmatch(written.removeprefix("env:")):
            message = "`env:` is followed by the name of an environment variable, in capitals"
            document.source.report("E120", message, place, hint="write it like `env:CRM_URL`")
    elif found := _BRACED.search(written):
        hint = f"write `base_url: env:{(found[1] or found[2]).upper()}`"
        document.source.report("E120", f"`{found[0]}` is not how a variable is named here", place, hint=hint)
    else:
        _url(document, written, place)


def _url(document: Document, written: str, place: Place) -> None:
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        hint = "write it like `https://crm.example.com`, or `env:CRM_URL`"
        document.source.report("E025", f"`{written}` is not a web address", place, hint=hint)
        return
    if parts.username or parts.password:
        hint = "name a `token` in place of it"
        problem = document.source.problem("E120", "a password is written in this address", place, hint=hint)
        secrets.masked(document, problem, parts.password or parts.username or "")
    allowed, note = excused(document.source, "W120", place)
    if parts.scheme == "http" and not secrets.is_near(parts.hostname) and not allowed:
        note = note or "whoever carries it can read and change what is sent, the token too"
        hint = f"write `https://{written.removeprefix('http://')}`"
        fix = document.source.instead(place, written, f"https://{written.removeprefix('http://')}")
        message = "this address is not encrypted"
        problem = document.source.problem("W120", message, place, note, hint, "warning", fix)
        document.source.problems.append(problem)
