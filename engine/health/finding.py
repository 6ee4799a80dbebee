"""What the doctor says of one thing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """One line: what was asked, how it is, in words, and what to do."""

    name: str
    state: State
    said: str
    do: str = ""


Check = Callable[[], Awaitable[list[Finding]]]
"""Asks one thing, or several that belong together."""
