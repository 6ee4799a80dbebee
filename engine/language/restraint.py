"""How often, and when, people outside may be written to: what baton.yaml says of it. Standard library only: settings
are read where every millisecond counts."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

MailClass = Literal["transactional", "process", "marketing"]
"""What is owed to the reader, what belongs to a matter under way, and what is offered."""

CLASSES: tuple[MailClass, ...] = get_args(MailClass)

_CAP = re.compile(r"(\d+) per (?:(\d+) )?(hour|day|week)s?")
_QUIET = re.compile(r"(\d\d:\d\d) to (\d\d:\d\d)")
_DAY = timedelta(days=1)
_UNITS = {"hour": timedelta(hours=1), "day": _DAY, "week": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` mails to one person within any `period`."""

    most: int
    period: timedelta
    words: str  # as it was written, `2 per 7 days`

    @classmethod
    def parse(cls, text: str) -> "Cap":
        """`2 per 7 days`, `1 per day`. Raises ValueError with a sentence's end."""
        found = _CAP.fullmatch(" ".join(text.split()))
        most, number = (int(found[1]), int(found[2] or 1)) if found else (0, 0)
        if not found or not most or not 1 <= number <= 1000:
            raise ValueError("must be like 2 per 7 days")
        return cls(most, _UNITS[found[3]] * number, found[0])

    def free(self, sent: list[datetime], at: datetime) -> datetime:
        """When one more may go, after those at these times (in order): `at`, or the moment at which enough of them
        are longer ago than the period."""
        within = [one for one in sent if one > at - self.period]
        return at if len(within) < self.most else within[-self.most] + self.period


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours of the night, on the clock of whoever is written to."""

    begins: time
    ends: time
    words: str  # as it was written, `21:00 to 08:00`

    @classmethod
    def parse(cls, text: str) -> "Quiet":
        """`21:00 to 08:00`. Raises ValueError with a sentence's end."""
        found = _QUIET.fullmatch(" ".join(text.split()))
        try:
            begins, ends = (time.fromisoformat(found[n]) for n in (1, 2)) if found else (time(0), time(0))
        except ValueError:
            begins = ends = time(0)
        if begins == ends:
            raise ValueError("must be like 21:00 to 08:00")
        return cls(begins, ends, text)

    def over(self, at: datetime, zone: ZoneInfo) -> datetime:
        """`at` where it is not quiet there, else when it ends."""
        local = at.astimezone(zone)
        if not self._holds(local.time()):
            return at
        day = local.date() if local.time() < self.ends else local.date() + _DAY
        end = datetime.combine(day, self.ends, zone).astimezone(UTC)
        # Where the clocks go back over the end, it comes twice: the first one can be over already.
        return end if end > at else datetime.combine(day, self.ends.replace(fold=1), zone).astimezone(UTC)

    def _holds(self, clock: time) -> bool:
        if self.begins < self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends
