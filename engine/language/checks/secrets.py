"""Secrets in shared files: named by environment variable, never written down, and never shown in a finding."""

import re
from dataclasses import replace

from engine.language.checks.subject import excused
from engine.language.connections import Mailbox, Sender
from engine.language.document import Document
from engine.language.model import Model
from engine.language.problems import Problem

VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_NEAR = ("localhost", "127.0.0.1", "::1")
_INSIDE = (".local", ".internal", ".test", ".localhost")


def check(document: Document, owner: Model, key: str, name: str) -> None:
    """A finding where the field `key` holds anything but the name of a variable; `name`: words to make one of."""
    written = getattr(owner, key)
    if not written or VARIABLE.fullmatch(written):
        return
    proposed = written.removeprefix("env:")
    proposed = proposed if VARIABLE.fullmatch(proposed) else variable(name)
    note = "the value itself stays out of files, which are shared and kept for ever"
    hint = f"write `{key}: {proposed}`, and give that variable its value where Baton runs"
    message = f"`{key}` is the name of an environment variable, in capitals"
    masked(document, document.source.problem("E120", message, document.place(owner, key), note, hint), written)


def variable(words: str) -> str:
    """A name for an environment variable: `crm token` is CRM_TOKEN."""
    return re.sub(r"[^A-Z0-9]+", "_", words.upper()).strip("_")


def masked(document: Document, problem: Problem, secret: str) -> None:
    """Findings go to terminals and to the logs of builds: the secret does not go with them."""
    shown = problem.source_line.replace(secret, "*" * len(secret))
    document.source.problems.append(replace(problem, source_line=shown))


def in_the_open(document: Document, account: Mailbox | Sender, message: str, better: str) -> None:
    """W131 where a password crosses the open net; `better`: what to write for `tls`."""
    place = document.place(account, "tls")
    excuse, note = excused(document.source, "W131", place)
    if account.tls != "none" or excuse or is_near(account.host or ""):
        return
    note = note or "whoever carries it can read the password, and every mail"
    fix = document.source.instead(place, "none", better)
    problem = document.source.problem("W131", message, place, note, f"write `tls: {better}`", "warning", fix)
    document.source.problems.append(problem)


def is_near(host: str) -> bool:
    """Whether what goes to this host stays inside."""
    return host in _NEAR or host.endswith(_INSIDE)
