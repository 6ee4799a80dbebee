"""Values at run time: plain data with decimals, money, dates and times; how they are stored and shown.

A value is None, bool, int, Decimal, str, date, aware datetime, Money, a list of values,
or a dict from text to values. A file is the dict `{"file": id, "name", "sha256", "size"}`.
"""

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from engine.language.coercion import coerce
from engine.language.locales import manner, written_date
from engine.language.money import Money

__all__ = [
    "Money", "coerce", "decode", "display", "display_date", "display_datetime", "display_decimal", "encode",
    "encode_known", "is_file",
]  # fmt: skip


_AS_IT_IS = frozenset({str, int, bool, type(None)})


def encode(value: Any) -> str:
    """The value as JSON; `decode` gives it back with its types. Floats become decimals.

    Raises TypeError for anything that is not a value, ValueError for a number that is not finite.
    """
    return json.dumps(_plain(value), separators=(",", ":"), allow_nan=False)


def encode_known(value: Any) -> str:
    """The same text in half the time, for what has come through a door and so has no keys but text.

    The encoder walks the value itself, and asks only for what it does not know. Where more begins with `$` than
    was tagged, a key of outside data does, and `encode` must look at each.
    """
    tags = 0

    def tagged(found: Any) -> Any:
        nonlocal tags
        if isinstance(found, Mapping):
            return dict(found)
        tags += 1
        return _tagged(found)

    text = json.dumps(value, separators=(",", ":"), allow_nan=False, default=tagged)
    return text if text.count('"$') == tags else encode(value)


def decode(text: str) -> Any:
    """The value that `encode` wrote. Raises ValueError for any other text."""
    return json.loads(text, object_hook=_typed, parse_float=Decimal, parse_constant=_refuse)


def _plain(value: Any) -> Any:
    # Every state and every answer comes through here: what is common goes first, and by its very type.
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is dict or isinstance(value, Mapping):
        return {_key(key): item if type(item) in _AS_IT_IS else _plain(item) for key, item in value.items()}
    if kind is list or isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if kind is datetime:
        return _time(value)
    if isinstance(value, str | int):
        return value
    return _tagged(value)


def _tagged(value: Any) -> dict[str, Any]:
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            raise ValueError("a number must be finite")
        return {"$decimal": str(value)}
    if isinstance(value, Money):
        return {"$money": [str(value.amount), value.currency]}
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    raise TypeError(f"{type(value).__name__} is not a value")


def _time(at: datetime) -> dict[str, Any]:
    if at.tzinfo is None:
        raise ValueError("a time must know its time zone")
    return {"$datetime": (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat()}


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError("the keys of a mapping are text")
    # Outside data may hold {"$money": ...}: one more `$` keeps it from coming back as money.
    return f"${key}" if key.startswith("$") else key


_TAGS: dict[str, Callable[[Any], Any]] = {
    "$decimal": Decimal,
    "$money": lambda pair: Money(Decimal(pair[0]), pair[1]),
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
}


def _typed(found: dict[str, Any]) -> Any:
    if len(found) == 1:  # most of what is tagged, and most of all objects, are times
        (tag, content), *_ = found.items()
        if tag in _TAGS:
            return _TAGS[tag](content)
    for key in found:
        if key[:1] == "$":
            return _escaped(found)
    return found


def _escaped(found: dict[str, Any]) -> dict[str, Any]:
    if not all(key.startswith("$$") for key in found if key.startswith("$")):
        raise ValueError("this text was not written by encode")
    return {key[1:] if key.startswith("$") else key: item for key, item in found.items()}


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a value")


def display(value: Any, zone: tzinfo = UTC) -> str:
    """The value for people: `£12,000.00`, `2 March 2026, 09:00` (in `zone`), `yes`, `Ann, Sam`, a file's name."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        words = manner()
        return (words.yes if words else "yes") if value else (words.no if words else "no")
    if isinstance(value, Mapping):
        return _display_mapping(value, zone)
    if isinstance(value, list | tuple):
        return ", ".join(display(item, zone) for item in value)
    return _display_scalar(value, zone)


def _display_scalar(value: Any, zone: tzinfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return display_datetime(value, zone)
    if isinstance(value, date):
        return display_date(value)
    if isinstance(value, Decimal):
        return display_decimal(value)
    return str(value)


def _display_mapping(value: Mapping[str, Any], zone: tzinfo) -> str:
    if is_file(value):
        return str(value["name"])
    return ", ".join(f"{key}: {display(item, zone)}" for key, item in value.items())


def display_date(day: date) -> str:
    return written_date(day, "long") or f"{day.day} {day:%B} {day.year}"


def display_datetime(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{display_date(local)}, {local:%H:%M}"


def display_decimal(number: Decimal) -> str:
    """Every digit that counts, never an exponent: `1200`, `0.5`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_file(value: Any) -> bool:
    """Whether this is a file of a case."""
    return isinstance(value, Mapping) and value.keys() == {"file", "name", "sha256", "size"}
