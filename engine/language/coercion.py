"""The door for values from outside: raw form fields, JSON and command line text become typed values."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from engine.language.addresses import is_email, is_phone, is_url
from engine.language.money import MAX_AMOUNT, SYMBOLS, Money, places
from engine.language.resources import Input, People

MAX_TEXT = 500
MAX_LONG_TEXT = 20_000
MAX_ITEMS = 1_000
MAX_DEPTH = 20
MAX_DIGITS = 40

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_UNSTORABLE = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_YES = frozenset({"yes", "true", "on", "1"})
_NO = frozenset({"no", "false", "off", "0"})


@dataclass(frozen=True)
class _Door:
    """What a value is checked against; `label` begins every sentence."""

    spec: Input
    people: People | None
    label: str
    currency: str
    zone: tzinfo

    def wrong(self, sentence: str) -> ValueError:
        return ValueError(f"{self.label} {sentence}")


def coerce(
    raw: Any,
    spec: Input,
    people: People | None = None,
    *,
    name: str = "",
    currency: str = "GBP",
    zone: tzinfo = UTC,
) -> Any:
    """The value of `raw` as `spec` declares it; None for an optional value that was not given.

    `name` stands for a missing label, `currency` for a missing currency, `zone` for the zone
    of a time that names none. Raises ValueError with a sentence for the person who gave it.
    """
    door = _Door(spec, people, _label(spec, name), currency, zone)
    if _absent(raw) and spec.default is not None:
        raw = spec.default
    if _absent(raw):
        if spec.optional:
            return None
        raise door.wrong("is required.")
    return _limited(_DOORS[spec.type](raw, door), door)


def _label(spec: Input, name: str) -> str:
    words = name or getattr(spec, "id", "")
    return spec.label or words.replace("_", " ").capitalize() or "This value"


def _absent(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []


def _text(raw: Any, door: _Door) -> str:
    # Line breaks end here: a one-line value may become a subject, a header or a name.
    return " ".join(_checked_text(raw, door, MAX_TEXT).split())


def _long_text(raw: Any, door: _Door) -> str:
    return _checked_text(raw, door, MAX_LONG_TEXT).replace("\r\n", "\n").replace("\r", "\n")


def _checked_text(raw: Any, door: _Door, limit: int) -> str:
    if not isinstance(raw, str):
        raise door.wrong("must be text.")
    limit = door.spec.max_length or limit
    text = raw.strip()
    if len(text) > limit:
        raise door.wrong(f"is too long: at most {limit:,} characters.")
    if _UNSTORABLE.search(text):
        raise door.wrong("contains a character that cannot be used. Please type it again.")
    return text


def _number(raw: Any, door: _Door) -> int | Decimal:
    number = _exact(raw)
    if number is None:
        raise door.wrong("must be a number, like 25.")
    if abs(number) >= MAX_AMOUNT:
        raise door.wrong("is too large a number.")
    return int(number) if number == number.to_integral_value() and number.as_tuple().exponent == 0 else number


def _exact(raw: Any) -> Decimal | None:
    """The number that was meant, or None. Text may group thousands: `12,000.50`."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, float | Decimal):
        number = Decimal(str(raw))
        # 1E-999999 is finite, but printing it would take a million digits.
        return number if number.is_finite() and abs(number.adjusted()) <= MAX_DIGITS else None
    if isinstance(raw, str) and len(raw) <= MAX_DIGITS and _NUMBER.fullmatch(raw.strip()) and raw.isascii():
        return Decimal(raw.strip().replace(",", ""))
    return None


def _money(raw: Any, door: _Door) -> Money:
    if isinstance(raw, Money):
        return raw
    amount, currency = _money_parts(raw, door)
    number = _exact(amount)
    if number is None or not isinstance(currency, str):
        raise door.wrong("must be an amount of money, like 12,000.00.")
    currency = currency.strip().upper()
    if not _CURRENCY.fullmatch(currency):
        raise door.wrong("must name its currency by three letters, like GBP.")
    if abs(number) >= MAX_AMOUNT:
        raise door.wrong("is too large an amount.")
    if number != round(number, places(currency)):
        raise door.wrong(f"must have at most {places(currency)} decimal places.")
    return Money(number, currency)


def _money_parts(raw: Any, door: _Door) -> tuple[Any, Any]:
    if isinstance(raw, Mapping):
        return raw.get("amount"), raw.get("currency") or door.currency
    if not isinstance(raw, str):
        return raw, door.currency
    text = raw.strip()
    for code, symbol in SYMBOLS.items():
        if text.startswith(symbol):
            return text.removeprefix(symbol), code
    words = text.split()
    if len(words) == 2:
        first, second = words
        return (second, first) if first.isalpha() else (first, second)
    return text, door.currency


def _boolean(raw: Any, door: _Door) -> bool:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().casefold() if isinstance(raw, str) else ""
    if word in _YES | _NO:
        return word in _YES
    raise door.wrong("must be yes or no.")


def _date(raw: Any, door: _Door) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    try:
        return date.fromisoformat(str(raw).strip() if isinstance(raw, str) else "")
    except ValueError:
        raise door.wrong("must be a date, like 2026-03-01.") from None


def _datetime(raw: Any, door: _Door) -> datetime:
    try:
        at = raw if isinstance(raw, datetime) else datetime.fromisoformat(raw.strip() if isinstance(raw, str) else "")
        at = at if at.tzinfo else at.replace(tzinfo=door.zone)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise door.wrong("must be a date and a time, like 2026-03-01 09:00.") from None


def _email(raw: Any, door: _Door) -> str:
    address = raw.strip() if isinstance(raw, str) else ""
    if not is_email(address):
        raise door.wrong("must be an email address, like ann@example.com.")
    return address


def _phone(raw: Any, door: _Door) -> str:
    number = " ".join(raw.split()) if isinstance(raw, str) else ""
    if not is_phone(number):
        raise door.wrong("must be a phone number, like +44 20 7946 0000.")
    return number


def _url(raw: Any, door: _Door) -> str:
    address = raw.strip() if isinstance(raw, str) else ""
    if not is_url(address):
        raise door.wrong("must be a web address, like https://example.com.")
    return address


def _choice(raw: Any, door: _Door) -> str:
    choice = _text(raw, door)
    if choice in door.spec.choices:
        return choice
    raise door.wrong(f"must be one of: {', '.join(door.spec.choices)}.")


def _multi_choice(raw: Any, door: _Door) -> list[str]:
    chosen = [_choice(item, door) for item in (raw if isinstance(raw, list | tuple) else [raw])]
    return list(dict.fromkeys(chosen))


def _file(raw: Any, door: _Door) -> dict[str, Any]:
    shape = {"file": str, "name": str, "sha256": str, "size": int}
    if not isinstance(raw, Mapping) or raw.keys() != shape.keys():
        raise door.wrong("must be a file.")
    if any(type(raw[key]) is not kind for key, kind in shape.items()):
        raise door.wrong("must be a file.")
    return dict(raw)


def _user(raw: Any, door: _Door) -> str:
    who = _text(raw, door)
    if door.people is None:
        return who
    for user in door.people.users:
        if who == user.id or who.casefold() == user.email.casefold():
            return user.id
    raise door.wrong(f"must be somebody of the team; `{who}` is not.")


def _group(raw: Any, door: _Door) -> str:
    which = _text(raw, door)
    if door.people is None or any(which == group.id for group in door.people.groups):
        return which
    raise door.wrong(f"must be a group of the team; `{which}` is not.")


def _list(raw: Any, door: _Door) -> list[Any]:
    items = raw.splitlines() if isinstance(raw, str) else raw
    if not isinstance(items, list | tuple):
        raise door.wrong("must be a list.")
    return [_entry(item, door) for item in items if not _absent(item)]


def _entry(raw: Any, door: _Door) -> Any:
    """An entry of a list, of the type that the list declares."""
    return _DOORS[door.spec.of](raw, door) if door.spec.of else _data(raw, door)


def _table(raw: Any, door: _Door) -> list[Any]:
    if isinstance(raw, list | tuple) and all(isinstance(row, Mapping) for row in raw):
        return [_data(row, door) for row in raw]
    raise door.wrong("must be a table: a list of rows.")


def _data(raw: Any, door: _Door, depth: int = 0) -> Any:
    """Data of no declared type, as values: floats become decimals, text is checked as text."""
    if depth > MAX_DEPTH or (isinstance(raw, list | tuple | Mapping) and len(raw) > MAX_ITEMS):
        raise door.wrong(f"is too large: at most {MAX_ITEMS:,} items, {MAX_DEPTH} deep.")
    if isinstance(raw, Mapping):
        return {_checked_text(key, door, MAX_TEXT): _data(item, door, depth + 1) for key, item in raw.items()}
    if isinstance(raw, list | tuple):
        return [_data(item, door, depth + 1) for item in raw]
    if isinstance(raw, str):
        return _long_text(raw, door)
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return _number(raw, door)
    if raw is None or isinstance(raw, bool | Money | date):
        return raw
    raise door.wrong("contains something that is not data.")


def _limited(value: Any, door: _Door) -> Any:
    """The value, if it lies between `min` and `max`, and is not too many."""
    if isinstance(value, list) and len(value) > MAX_ITEMS:
        raise door.wrong(f"has too many entries: at most {MAX_ITEMS:,}.")
    measure = value.amount if isinstance(value, Money) else value
    for limit, word in ((door.spec.min, "at least"), (door.spec.max, "at most")):
        bound = _bound(limit, value, door)
        if bound is not None and (measure < bound if word == "at least" else measure > bound):
            raise door.wrong(f"must be {word} {limit}.")
    return value


def _bound(limit: str | None, value: Any, door: _Door) -> Any:
    if limit is None or isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal | Money):
        return _exact(limit)
    if isinstance(value, datetime):
        return _datetime(limit, door)
    return _date(limit, door) if isinstance(value, date) else None


_DOORS: dict[str, Callable[[Any, _Door], Any]] = {
    "text": _text,
    "long_text": _long_text,
    "number": _number,
    "money": _money,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "email": _email,
    "phone": _phone,
    "url": _url,
    "choice": _choice,
    "multi_choice": _multi_choice,
    "file": _file,
    "user": _user,
    "group": _group,
    "list": _list,
    "table": _table,
}
