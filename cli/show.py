"""How commands say values: words for people, JSON for programs. Standard library only."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def say(data: Any, text: str, as_json: bool) -> None:
    """What a command did or found: `data` for programs, `text` for people."""
    if as_json:
        print_json(data)
    else:
        print(text)


def plain(value: Any) -> Any:
    """Frozen data as JSON has it: times in ISO form, decimals as text, exactly."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | Path) else value


def moment(at: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """`Mon 2 Mar 09:00`, with the year where it is another one; empty for none."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    year = f" {local.year}" if local.year != now.astimezone(zone).year else ""
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def words(name: str) -> str:
    """`no_reply` as people read it."""
    return name.replace("_", " ").replace("-", " ")
