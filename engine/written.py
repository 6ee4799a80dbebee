"""How a value of baton.yaml, or of its variable, is read: each takes the text and raises ValueError with the end of a
sentence. Standard library only, as in `engine.settings`."""

from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from engine.language.problems import one_of

Network = IPv4Network | IPv6Network


def text(text: str) -> str:
    return text


def number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must be an address such as https://baton.example.com")
    return text.rstrip("/")


def zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as problem:
        raise ValueError("must be a time zone such as Europe/London") from problem
    return text


def address(text: str) -> str:
    name, at, domain = text.rpartition("@")
    if not (name and at and domain) or any(c.isspace() for c in text):
        raise ValueError("must be an email address such as hello@example.com")
    return text


def listening(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) <= 65535):
        raise ValueError("must be an address and a port such as 127.0.0.1:2525")
    return text


def one_word(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be {one_of(words)}")
        return text

    return read


def database(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    return text.replace("postgresql://", "postgresql+psycopg://", 1)


LENGTHS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}  # seconds


def length(text: str) -> timedelta:
    count, _, unit = text.partition(" ")
    seconds = LENGTHS.get(unit.strip().removesuffix("s"))
    if seconds is None or not (count.isascii() and count.isdigit()):
        raise ValueError("must be a length of time such as 5 minutes")
    return timedelta(seconds=int(count) * seconds)


def currency(text: str) -> str:
    if not (len(text) == 3 and text.isascii() and text.isupper()):
        raise ValueError("must be a currency code such as GBP")
    return text


def networks(text: str) -> tuple[Network, ...]:
    found = []
    for word in text.replace(",", " ").split():
        try:
            found.append(ip_network(word))
        except ValueError as problem:
            raise ValueError("must be networks such as 10.1.0.0/16, 127.0.0.1") from problem
    return tuple(found)


def length_or_off(text: str) -> timedelta:
    """Nothing at all for `off`."""
    return timedelta(0) if text == "off" else length(text)
