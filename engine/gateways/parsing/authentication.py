"""Who vouches for a sender: only the header that the configured server has written counts."""

import re
from collections.abc import Iterable
from typing import Any

import authres

from engine.gateways.parsing.headers import Fields
from engine.gateways.parsing.tolerance import tolerant

_FEATURES = authres.all_features()
_SERVER = re.compile(r'(?:\s|\([^()]*\))*"?([^\s;"()]+)')  # its name may stand in quotes, and after a comment

MICROSOFT = "microsoft365"
"""Its servers write the header without their name, and take away what others have written in it."""


def authenticated(fields: Fields, authserv: str, sender: str) -> str:
    """By what the server `authserv` knows that the sender's domain has sent this: dmarc, dkim, spf, auth; or empty.

    Only the topmost of its headers counts: one that came with the mail stands below it (RFC 8601, 5).
    """
    domain = sender.rpartition("@")[2]
    if not authserv or not domain:
        return ""
    for value in fields.every("authentication-results"):
        if (found := _of(value, authserv.strip().lower())) is not None:
            return _vouched(tuple(found.results), sender, domain)
    return ""


def _of(value: str, authserv: str) -> Any:
    """The parsed header if it is of this server."""
    if authserv == MICROSOFT:
        value = f"{MICROSOFT}; {value}"
    name = _SERVER.match(value)
    if name is None or name[1].lower() != authserv:
        return None
    # One that cannot be read still is the topmost: whoever stands below it is not believed.
    return tolerant(lambda: _FEATURES.parse_value(value), _Nothing())


class _Nothing:
    results: tuple[Any, ...] = ()


def _vouched(results: tuple[Any, ...], sender: str, domain: str) -> str:
    dmarc = [one for one in results if _method(one) == "dmarc"]
    if dmarc:
        if any(_passed(one) and _property(one, "header", "from") in (domain, "") for one in dmarc):
            return "dmarc"
        if any(_result(one) not in ("none", "bestguesspass") for one in dmarc):
            return ""  # the domain itself says that this is not from it
    if any(_is(one, "dkim") and _within(domain, _property(one, "header", "d")) for one in results):
        return "dkim"
    if any(_is(one, "spf") and _within(domain, _mailfrom(one)) for one in results):
        return "spf"
    own = (_property(one, "smtp", "auth") for one in results if _is(one, "auth"))
    return "auth" if sender.lower() in own else ""


def _method(one: Any) -> str:
    return str(getattr(one, "method", "") or "").lower()


def _result(one: Any) -> str:
    return str(getattr(one, "result", "") or "").lower()


def _passed(one: Any) -> bool:
    return _result(one) == "pass"


def _is(one: Any, method: str) -> bool:
    return _method(one) == method and _passed(one)


def _property(one: Any, kind: str, name: str) -> str:
    properties: Iterable[Any] = getattr(one, "properties", ()) or ()
    values = (str(p.value or "") for p in properties if str(p.type).lower() == kind and str(p.name).lower() == name)
    return next(values, "").strip().strip('"').lower()


def _mailfrom(one: Any) -> str:
    return _property(one, "smtp", "mailfrom").rpartition("@")[2]


def _within(domain: str, signer: str) -> bool:
    """Whether the signer speaks for the domain: its own name, or that of a domain above it."""
    return "." in signer and (domain == signer or domain.endswith(f".{signer}"))
