"""Whether a text is an email address, a phone number or a web address."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

import idna

MAX_EMAIL = 254
MAX_URL = 2_000
MANY = 4_096  # addresses that are remembered: the same ones are asked for again and again

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_DOMAIN_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9 ()./-]+")
_NOT_IN_URLS = re.compile('[\\s<>"\\\\\x00-\x1f\x7f\ud800-\udfff]')


def is_email(address: str) -> bool:
    """One mailbox, `local@domain`; the domain may be written in any script."""
    local, at, domain = address.rpartition("@")
    if not at or len(address) > MAX_EMAIL or len(local) > 64:
        return False
    return _LOCAL_PART.fullmatch(local) is not None and _is_domain(domain)


def _is_domain(domain: str) -> bool:
    try:
        labels = domain.encode("idna").decode("ascii").split(".")
    except UnicodeError:
        return False
    return len(labels) >= 2 and all(_DOMAIN_LABEL.fullmatch(label) for label in labels)


@lru_cache(maxsize=MANY)
def ascii_domain(domain: str) -> str:
    """The domain as it goes over the wire (IDNA 2008), in lower case. Raises ValueError where it is none."""
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except idna.IDNAError as problem:  # itself a UnicodeError, and so a ValueError
        raise ValueError(str(problem)) from problem


@lru_cache(maxsize=MANY)
def normal(address: str) -> str:
    """The one text that stands for a mailbox, however it was written: what contacts are known by.

    Before the @, too, upper and lower case are one: by the standard they could be two mailboxes, but nobody has
    them, and somebody who unsubscribed as Ann@ must not be written to as ann@. What is no address comes out in
    lower case and is found again by nothing but itself.
    """
    address = unicodedata.normalize("NFC", address).strip().lower()
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{ascii_domain(domain.rstrip('.'))}" if local else address
    except ValueError:
        return address


def is_phone(number: str) -> bool:
    return _PHONE.fullmatch(number) is not None and 5 <= sum(map(str.isdigit, number)) <= 15


def is_url(address: str) -> bool:
    """An absolute http or https address."""
    if len(address) > MAX_URL or _NOT_IN_URLS.search(address):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
