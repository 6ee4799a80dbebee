"""What a template file may use: the filters of the language, and ours that put a value in its place."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from typing import Any

from engine.gateways.rendering.paper import escaped, quoted
from engine.gateways.rendering.sandbox import Missing, Sandbox, shown
from engine.language.calendar import WorkCalendar
from engine.language.filters import Clock, template_filters, template_functions

_SAFE_ADDRESSES = ("https://", "http://", "mailto:", "tel:")
_ENDLESS_WORD = re.compile(r"\S{60,}")
_BREAK = "\u200b"  # a place where a line may end


def _html(value: Any) -> str:
    return "<br>".join(escape(line) for line in shown(value).splitlines())


def _attribute(value: Any) -> str:
    return escape(shown(value))


def _address(value: Any) -> str:
    """An address that came from outside: `javascript:` and its like lead nowhere."""
    address = shown(value).strip()
    return escape(address) if address.lower().startswith(_SAFE_ADDRESSES) else "#"


def _typst(value: Any) -> str:
    """Strings of Typst, which hold text only; a word too long for a line may break anywhere."""
    lines = (_ENDLESS_WORD.sub(lambda word: _BREAK.join(word[0]), line) for line in shown(value).splitlines())
    return "#linebreak();".join(f"#{quoted(line)};" for line in lines)


def _typst_string(value: Any) -> str:
    return escaped(shown(value))


def _typst_address(value: Any) -> str:
    address = shown(value).strip()
    return escaped(address) if address.lower().startswith(_SAFE_ADDRESSES) else "#"


# The underscore keeps them apart from the author's filters.
_PLACES: dict[str, Callable[[Any], str]] = {
    "html_": _html,
    "attribute_": _attribute,
    "address_": _address,
    "text_": shown,
    "typst_": _typst,
    "typst_string_": _typst_string,
    "typst_address_": _typst_address,
}

ENVIRONMENT = Sandbox()
ENVIRONMENT.filters.update(_PLACES)


def use(calendar: WorkCalendar) -> None:
    """Give the language's filters and functions this calendar, until the next call."""
    filters, functions = _bound(calendar)
    ENVIRONMENT.filters.update(filters)
    ENVIRONMENT.allow(functions)


Table = dict[str, Callable[..., Any]]


@lru_cache(maxsize=16)
def _bound(calendar: WorkCalendar) -> tuple[Table, Table]:
    clock = Clock(now=lambda: datetime.now(UTC), calendar=calendar)
    return template_filters(Missing, clock), template_functions(clock)


use(WorkCalendar())  # templates are compiled against the names
