"""What operators changed, as plain JSON: what reads it has no time to load more than the standard library."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

Values = Mapping[str, Any]
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")  # as `written` has it


def written(before: Values, after: Values) -> str:
    """The changes of one line of the timeline; empty for none. Dates become ISO text, amounts their words."""
    if not before and not after:
        return ""
    return json.dumps({"before": _plain(before), "after": _plain(after)}, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> tuple[Values, Values]:
    """Before and after."""
    found = json.loads(text) if text else {}
    return found.get("before", {}), found.get("after", {})


def moment_of(value: Any) -> datetime | None:
    """The moment that a value of a change is, for whoever shows it in words; None where it is something else."""
    return datetime.fromisoformat(value) if isinstance(value, str) and _MOMENT.fullmatch(value) else None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
