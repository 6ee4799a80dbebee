"""Header fields of a mail as text: unfolded, decoded, without control characters, and never longer than is sane."""

import re
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import parsedate_to_datetime
from typing import Any

from engine.gateways.parsing.charsets import text_of
from engine.gateways.parsing.tolerance import tolerant
from engine.language.addresses import ascii_domain

LONGEST = 20_000
"""Characters of one field that are looked at."""
MOST_FIELDS = 2_000

_FOLD = re.compile(r"[\r\n]+[ \t]*")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ID = re.compile(r"<([^<>\s]{1,990})>")
_ATOM = r"[^\s<>()\[\]\\,;:\"@]{1,64}"
_ADDRESS = rf"{_ATOM}@[^\s<>()\[\]\\,;:\"@]{{1,255}}"
_ANY_ADDRESS = re.compile(rf"(?<![^\s<>()\[\]\\,;:\"]){_ADDRESS}")
_ONE_PERSON = re.compile(
    rf'\s*(?:(?P<name>(?:"(?:[^"\\]|\\.)*"|[^<>"@,;:()])*)<\s*(?P<named>{_ADDRESS})\s*>|(?P<bare>{_ADDRESS}))'
    r"\s*(?:\((?P<comment>[^()]*)\)\s*)?"
)


class Loose(Compat32):
    """Header fields with bytes beyond ASCII are text, too, instead of an object that nothing can be done with."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return _readable(value)


class Fields:
    """The header fields of one part. Names in any case."""

    def __init__(self, part: "Message[Any, Any]") -> None:
        self._items: list[tuple[str, str]] = []
        for name, value in list(part.raw_items())[:MOST_FIELDS]:
            self._items.append((name.lower(), _unfolded(str(value))))

    def every(self, name: str) -> tuple[str, ...]:
        """The values of all fields of this name, as they were written, in their order."""
        return tuple(value for known, value in self._items if known == name)

    def first(self, name: str) -> str:
        """The first of them; empty where there is none."""
        return next(iter(self.every(name)), "")

    def has(self, *names: str) -> str:
        """The first of these names that is there; or empty."""
        present = {name for name, _ in self._items}
        return next((name for name in names if name in present), "")

    def text(self, name: str) -> str:
        """The first of them for people: encoded words are decoded."""
        return decoded(self.first(name))

    def ids(self, name: str) -> tuple[str, ...]:
        """The Message-IDs in the fields of this name, in their order."""
        joined = " ".join(self.every(name))[:LONGEST]
        found = _ID.findall(joined) or [word for word in joined.split() if "@" in word]
        return tuple(dict.fromkeys(map(clean, found)))

    def addresses(self, *names: str) -> tuple[str, ...]:
        """Everything in these fields that looks like an address."""
        values = (value[:LONGEST] for name in names for value in self.every(name))
        found = (address for value in values for address in _ANY_ADDRESS.findall(value))
        return tuple(dict.fromkeys(normal for address in found if (normal := normalised(address))))

    def sender(self) -> tuple[str, str]:
        """Address and name of the one author; empty where From does not name exactly one person beyond doubt.

        What can be read in two ways is read in none: programs differ about it, and that is how senders are forged.
        """
        fields = self.every("from")
        found = _ONE_PERSON.fullmatch(fields[0][:LONGEST]) if len(fields) == 1 else None
        if found is None:
            return "", decoded(fields[0]) if fields else ""
        name = decoded(_unquoted((found["name"] or found["comment"] or "").strip()))
        return normalised(found["named"] or found["bare"]), name[:200]

    def date(self) -> datetime | None:
        """When it was written, as it says itself."""
        found = tolerant(lambda: parsedate_to_datetime(self.first("date")[:200]), None)
        if found is None:
            return None
        return tolerant(lambda: (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC), None)


def decoded(value: str) -> str:
    """A header's text for people (RFC 2047), on one line."""
    value = value[:LONGEST]
    parts = tolerant(lambda: decode_header(value), None) if "=?" in value else None
    words = [_word(*part) for part in parts] if parts else [value]
    return clean("".join(words)).strip()


def clean(text: str) -> str:
    """The text without control characters, without what changes the direction of writing, and without halves of
    surrogate pairs."""
    return _CONTROL.sub(" ", text.encode("utf-8", "replace").decode("utf-8"))


def normalised(address: str) -> str:
    """The address with its domain in lower-case ASCII; empty where it cannot be one."""
    local, _, domain = address.rpartition("@")
    domain = domain.strip(".").lower()
    if not domain.isascii():
        domain = tolerant(lambda: ascii_domain(domain), "")
    whole = f"{local}@{domain}"
    return whole if local and domain and whole.isprintable() else ""


def _unfolded(value: str) -> str:
    return _FOLD.sub(" ", _readable(value[: LONGEST * 2])).strip()


def _readable(value: str) -> str:
    """Bytes beyond ASCII arrive as halves of surrogate pairs."""
    return value if value.isascii() else text_of(value.encode("utf-8", "surrogateescape"), "utf-8")


def _word(content: bytes | str, charset: str | None) -> str:
    return content if isinstance(content, str) else text_of(content, charset or "utf-8")


def _unquoted(name: str) -> str:
    return re.sub(r'"((?:[^"\\]|\\.)*)"', lambda found: re.sub(r"\\(.)", r"\1", found[1]), name)
