"""Times as tests write them, and as they are shown."""

from datetime import date, datetime, tzinfo
from functools import lru_cache

from engine.language.calendar import WorkCalendar
from engine.language.evaluator import EVERYDAY
from engine.language.plan import Plan
from engine.language.resources import Calendar


def calendar_of(plan: Plan) -> WorkCalendar:
    """The process's calendar, else every hour of every day in UTC."""
    return _calendar(plan.calendar) if plan.calendar else EVERYDAY


@lru_cache(maxsize=256)
def _calendar(calendar: Calendar) -> WorkCalendar:
    return WorkCalendar.of(calendar)


def read_time(text: str, zone: tzinfo) -> date | datetime:
    """A date, or a date and a time in `zone`. Raises ValueError."""
    text = text.strip()
    if len(text) <= len("2026-03-02"):
        return date.fromisoformat(text)
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def same_time(wanted: date | datetime, at: datetime, zone: tzinfo) -> bool:
    """Whether a time is on that day, or in that minute; to the second where the test writes seconds."""
    if not isinstance(wanted, datetime):
        return at.astimezone(zone).date() == wanted
    return wanted == (at if wanted.second else at.replace(second=0, microsecond=0))


def shown(at: datetime, zone: tzinfo) -> str:
    """`2026-03-02 09:00`, with seconds where there are any."""
    local = at.astimezone(zone)
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")
