"""How fast mails may leave: `60 per minute`. Standard library only: settings are read by quick commands."""

import re
from dataclasses import dataclass

_RATE = re.compile(r"(\d{1,6}) per (?:(\d{1,4}) )?(second|minute|hour|day)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_AT_ONCE = 20  # one in so many may leave at once; the others keep their distance


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` mails within any `seconds`."""

    most: int
    seconds: int
    words: str  # as it was written

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """`60 per minute`, `20 per 10 seconds`. Raises ValueError with a sentence's end."""
        found = _RATE.fullmatch(" ".join(text.split()))
        most, number = (int(found[1]), int(found[2] or 1)) if found else (0, 0)
        if not found or not most or not number:
            raise ValueError("must be like 60 per minute")
        return cls(most, _SECONDS[found[3]] * number, found[0])

    @property
    def at_once(self) -> int:
        """So many may leave without a distance: those of one turn of a case need not wait for one another."""
        return 1 + self.most // _AT_ONCE

    @property
    def distance(self) -> int:
        """Microseconds between two mails. With those at once there are never more than `most` in any `seconds`."""
        return -(-self.seconds * 1_000_000 // (self.most - self.at_once + 1))
