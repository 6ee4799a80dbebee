"""Mail addresses and header texts, checked before any server sees them."""

import re

from engine.gateways.outcome import Refused
from engine.language.addresses import ascii_domain

_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+)*"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
LONGEST_HEADER = 998  # one line of RFC 5322
LONGEST_NAME = 250  # characters of somebody's name or of a file's


def checked_address(address: str, field: str = "to") -> str:
    """The address with its domain in ASCII (IDNA 2008). Raises Refused with the code `address`."""
    if _CONTROL.search(address) or " " in address:
        raise Refused("address", f"`{field}`: {_shown(address)} holds a line break, a space or a control character.")
    local, at, domain = address.rpartition("@")
    if not at or len(address) > 254 or len(local.encode()) > 64 or not _LOCAL.fullmatch(local):
        raise Refused("address", f"`{field}`: {_shown(address)} is not an email address.")
    return f"{local}@{_ascii_domain(domain, address, field)}"


def checked_text(text: str, field: str, longest: int = LONGEST_HEADER) -> str:
    """A text fit for a header. Raises Refused with the code `header` where it holds a line break, or is longer than
    so many characters."""
    if _CONTROL.search(text):
        raise Refused("header", f"`{field}`: {_shown(text)} holds a line break or a control character.")
    if len(text) > longest:
        raise Refused("header", f"`{field}` is {len(text)} characters long; {longest} are allowed.")
    return text


def _ascii_domain(domain: str, address: str, field: str) -> str:
    try:
        return ascii_domain(domain)
    except ValueError:
        raise Refused("address", f"`{field}`: {_shown(address)} has no valid domain after the @.") from None


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
