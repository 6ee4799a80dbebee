"""Where something stands in what another system sends: a path of names, numbers of items, and items with a value."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

_PART = re.compile(r"([^.\[\]]+)|\[([^\]=]+)=([^\]]*)\]")


@dataclass(frozen=True)
class _With:
    """The first item of a list where this path has this value."""

    path: str
    value: str


@cache
def parts(path: str) -> tuple[str | _With, ...]:
    """The parts of `payload.answers[field.ref=email].email`. Raises ValueError with a sentence for its author."""
    found: list[str | _With] = []
    at = 0
    for part in _PART.finditer(path):
        between = path[at : part.start()]
        if between not in (("",) if part[1] is None or not found else (".",)):
            break
        found.append(part[1] if part[1] is not None else _With(part[2], part[3]))
        at = part.end()
    if not found or at != len(path):
        raise ValueError(
            f"`{path}` is not a path; write it like `payload.email`, `answers.0` or `answers[ref=email].text`"
        )
    return tuple(found)


def dig(sent: Any, path: str) -> Any:
    """What stands at a path; None where nothing does. A dot or nothing is all of it. A name with dots of its own is
    found too, where it stands so."""
    if path in ("", "."):
        return sent
    if isinstance(sent, Mapping) and path in sent:
        return sent[path]
    for part in parts(path):
        sent = _inside(sent, part)
    return sent


def _inside(sent: Any, part: str | _With) -> Any:
    if isinstance(part, _With):
        items = sent if isinstance(sent, Sequence) and not isinstance(sent, str) else ()
        return next((item for item in items if _written(dig(item, part.path)) == part.value), None)
    if isinstance(sent, Mapping):
        return sent.get(part)
    if isinstance(sent, list) and part.isascii() and part.isdigit() and int(part) < len(sent):
        return sent[int(part)]
    return None


def _written(value: Any) -> str | None:
    """As it stands in JSON, without quotes."""
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
