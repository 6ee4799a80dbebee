"""How often something is expected, and since when it is silent: `every 2 hours`, `every business day at 18:00`."""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from engine.language.calendar import WorkCalendar
from engine.language.recurrence import Recurrence, parse_every
from engine.language.time import resolve_text

HINT = "write `expect: every 2 hours`, `expect: every 3 business hours`, or `expect: every business day at 18:00`"
_LENGTH = re.compile(r"\d+\s+(second|minute|hour|day|week|month|(business|working)\s+(hour|day))s?")


@dataclass(frozen=True)
class Rhythm:
    """Something comes within every `length`; or at least once from each of the times to the next one."""

    length: str = ""
    times: Recurrence | None = None

    def until(self, last: datetime, calendar: WorkCalendar) -> datetime | None:
        """When it is silent if nothing comes after `last`. None: it never is."""
        if self.times is None:
            return resolve_text(self.length, str, last, calendar)
        # It came in time for the first one; the second one passes without it.
        following = tuple(islice(self.times.after(last, calendar), 2))
        return following[1] if len(following) == 2 else None

    def next(self, last: datetime, calendar: WorkCalendar) -> datetime | None:
        """When the time after `last` comes. None: never."""
        if self.times is None:
            return resolve_text(self.length, str, last, calendar)
        return next(iter(self.times.after(last, calendar)), None)


def parse(text: str) -> Rhythm:
    """The rhythm of an `expect:`. Raises ValueError with a sentence for its author."""
    every, _, rest = " ".join(text.split()).partition(" ")
    if every.lower() != "every" or not rest:
        raise ValueError(f"`{text}` does not say how often")
    if _LENGTH.fullmatch(rest.lower()):
        if rest[0] == "0":
            raise ValueError("it must be some time, as in `every 2 hours`")
        return Rhythm(length=rest)
    return Rhythm(times=parse_every(rest))
