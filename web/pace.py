"""How often one sender may send: enough for people, too little to fill a database. (Links cannot be guessed anyway.)"""

import time
from collections.abc import Callable
from dataclasses import dataclass

MINUTE = 60.0
REMEMBERED = 10_000  # senders; beyond that everybody starts afresh


@dataclass(frozen=True)
class Limits:
    """How many in one minute."""

    sends_of_a_link: int = 30
    starts_of_an_address: int = 120


class Pace:
    """Counts per sender within one minute; kept in this process only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[float, int]] = {}

    def count(self, sender: str) -> None:
        """One more from this sender."""
        since, number = self._current(sender)
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        self._seen[sender] = (since, number + 1)

    def is_over(self, sender: str, limit: int) -> bool:
        """Whether the sender has used up `limit` within this minute."""
        return self._current(sender)[1] >= limit

    def _current(self, sender: str) -> tuple[float, int]:
        now = self._clock()
        since, number = self._seen.get(sender, (now, 0))
        return (now, 0) if now - since >= MINUTE else (since, number)
