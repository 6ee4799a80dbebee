"""What a turn asks of the world, and how the world answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.language.plan import Plan
from engine.runtime.step import Retry


@dataclass(frozen=True)
class Effect:
    """One effect. `key` is `case/path:purpose`, unique in the ledger for ever.

    `fresh`: the case has never asked for it before, so an earlier attempt is most unlikely.
    """

    key: str
    case: str
    path: str
    purpose: str
    kind: str
    payload: Mapping[str, Any]
    retry: Retry
    fresh: bool = True

    @property
    def page(self) -> str:
        """The path with its round, see `rounds.page_path`."""
        return self.key.removeprefix(f"{self.case}/").rpartition(":")[0]


DECISIONS = frozenset({"assign", "reach"})
"""Kinds of effect that only decide something from how things stand now: nothing goes out, nobody hears of it."""


@dataclass(frozen=True)
class Later:
    """The effect will be performed outside the turn; `attempted` attempts have already been made.

    `posted`: it waits in the outbox, nobody tries it for the case, and how it ends is an arrival; `said` tells the
    timeline why it waits.
    """

    attempted: int = 0
    posted: bool = False
    said: str = ""


Answer = dict[str, Any] | Later
"""The effect's result, or that it comes later. A definite failure is raised as StepError."""

Perform = Callable[[Plan, Effect], Awaitable[Answer]]

SLOW = frozenset({"document", "call", "notify", "python"})
"""Kinds of effect that are never performed inside a turn: their answer is the next news."""

POSTED = "@posted"
"""What the activity of an effect answers that waits in the outbox now: why, in words."""
