"""What a template file may use: the filters of the language, and ours that put a value in its place."""

from collections.abc import Callable
from html import escape
from typing import Any

from engine.gateways.rendering.sandbox import Sandbox, shown

_SAFE_ADDRESSES = ("https://", "http://", "mailto:", "tel:")


def _html(value: Any) -> str:
    return escape(shown(value)).replace("\r\n", "\n").replace("\n", "<br>")


def _attribute(value: Any) -> str:
    return escape(shown(value))


def _address(value: Any) -> str:
    """An address that came from outside: `javascript:` and its like lead nowhere."""
    address = shown(value).strip()
    return escape(address) if address.lower().startswith(_SAFE_ADDRESSES) else "#"


# The underscore keeps them apart from the author's filters.
_PLACES: dict[str, Callable[[Any], str]] = {
    "html_": _html,
    "attribute_": _attribute,
    "address_": _address,
    "text_": shown,
}


def _environment() -> Sandbox:
    environment = Sandbox()
    environment.filters.update(_PLACES)
    return environment


ENVIRONMENT = _environment()
