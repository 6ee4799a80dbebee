"""Working time: which hours are open, and how to count in business days and hours.

Clock times live in the calendar's zone; every result is an aware datetime in UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from engine.language.countries import KNOWN
from engine.language.resources import Calendar

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEARCH = 3_660  # days without an opening after which a calendar counts as closed for ever

_DAY = timedelta(days=1)
_MIDNIGHT = "24:00"


_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class WorkCalendar:
    """Open from `opens` to `closes` on every day that is not a weekend, a holiday or closed.

    `closes` counts from midnight, so that `24:00` is the end of the day.
    """

    zone: ZoneInfo = _UTC
    opens: time = time(9)
    closes: timedelta = timedelta(hours=17)
    weekend: frozenset[int] = frozenset({5, 6})  # Monday is 0
    country: str = ""  # of the `holidays` package: `GB`, `GB-ENG`
    closed: frozenset[date] = frozenset()

    @classmethod
    def of(cls, calendar: Calendar) -> "WorkCalendar":
        """The calendar as its file says. Raises ValueError with a sentence for its author."""
        opens, closes = _clock(calendar.hours.opens), _clock(calendar.hours.closes)
        if opens >= closes:
            raise ValueError(f"the calendar must open before it closes (`{calendar.hours.opens}`)")
        weekend = frozenset(_weekday(name) for name in calendar.weekend)
        if len(weekend) == len(DAYS):
            raise ValueError("the calendar has no working day: its weekend is the whole week")
        if calendar.holidays and calendar.holidays not in KNOWN:
            _public_holidays(calendar.holidays, 2026)  # an unknown country shows here, not in a running case
        return cls(
            zone=_zone(calendar.time_zone),
            opens=time(opens // 60, opens % 60),
            closes=timedelta(minutes=closes),
            weekend=weekend,
            country=calendar.holidays or "",
            closed=frozenset(_closed(calendar)),
        )

    def is_working_day(self, day: date) -> bool:
        if day.weekday() in self.weekend or day in self.closed:
            return False
        return not self.country or day not in _public_holidays(self.country, day.year)

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is in working hours; closing time itself is closed."""
        day = self.local(at).date()
        opening, closing = self.hours(day)
        return self.is_working_day(day) and opening <= at < closing

    def next_open(self, at: datetime) -> datetime:
        """`at` if it is open, else the next opening."""
        if self.is_open(at):
            return at.astimezone(UTC)
        return next(opening for opening, _ in self._spans(self.local(at).date()) if opening >= at)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def at(self, day: date, clock: time) -> datetime:
        """The instant of a clock time on a day. One that DST leaves out is as much later as the clocks jump."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        """Opening time on this day, working day or not."""
        return self.at(day, self.opens)

    def hours(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing time on this day, working day or not."""
        closes = datetime.combine(day, time(0)) + self.closes
        return self.opening(day), self.at(closes.date(), closes.time())

    def add_business_days(self, since: datetime, count: int) -> datetime:
        """The same clock time on the `count`-th working day after `since` (before it, if negative).

        Outside the opening hours it becomes the next opening.
        """
        if count == 0:
            return self.next_open(since)
        local = self.local(since)
        return self.next_open(self.at(self.working_day(local.date(), count), local.time()))

    def working_day(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, if negative); for 0 the day itself."""
        if count == 0:
            return day
        return next(islice(self._working_days(day, 1 if count > 0 else -1), abs(count) - 1, None))

    def add_business_hours(self, since: datetime, hours: int) -> datetime:
        """When `hours` of opening time have passed since then (were left before then, if negative)."""
        return self._forward(since, hours) if hours >= 0 else self._backward(since, -hours)

    def _forward(self, since: datetime, hours: int) -> datetime:
        left = timedelta(hours=hours)
        at = self.next_open(since)
        for opening, closing in self._spans(self.local(at).date()):
            start = max(opening, at)
            if left <= closing - start:
                return start + left
            left -= max(closing - start, timedelta(0))
        raise _never_open()

    def _backward(self, until: datetime, hours: int) -> datetime:
        left = timedelta(hours=hours)
        for day in self._working_days(self.local(until).date() + _DAY, -1):
            opening, closing = self.hours(day)
            end = min(closing, until)
            if left <= end - opening:
                return (end - left).astimezone(UTC)
            left -= max(end - opening, timedelta(0))
        raise _never_open()

    def business_days_between(self, first: date, last: date) -> int:
        """How many working days come after `first`, up to and with `last`; negative when `last` is earlier."""
        if last < first:
            return -self.business_days_between(last, first)
        days = (last - first).days
        if days > 36_600:
            raise ValueError("the two days are more than a hundred years apart")
        return sum(self.is_working_day(first + _DAY * n) for n in range(1, days + 1))

    def _spans(self, first: date) -> Iterator[tuple[datetime, datetime]]:
        """Opening and closing of every working day from `first` on."""
        for day in self._working_days(first - _DAY, 1):
            yield self.hours(day)

    def _working_days(self, after: date, step: int) -> Iterator[date]:
        """The working days beyond `after`, one way or the other."""
        day, idle = after, 0
        while idle < SEARCH:
            day += _DAY * step
            idle += 1
            if self.is_working_day(day):
                idle = 0
                yield day
        raise _never_open()


def _never_open() -> ValueError:
    return ValueError("the calendar has no opening within ten years")


def _clock(text: str) -> int:
    """Minutes since midnight."""
    if text.strip() == _MIDNIGHT:
        return 24 * 60
    try:
        clock = time.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"`{text}` is not a clock time; write it like 09:00") from None
    return clock.hour * 60 + clock.minute


def _weekday(name: str) -> int:
    if name.strip().lower() not in DAYS:
        raise ValueError(f"`{name}` is not a day of the week; write one of {', '.join(DAYS)}")
    return DAYS.index(name.strip().lower())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"`{name}` is not a time zone; write one like Europe/London") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"`{text}` is not a day; write it like 2026-12-24") from None


def _closed(calendar: Calendar) -> Iterator[date]:
    """Every day that is closed by name, by range or by a blackout. Raises ValueError."""
    for text in calendar.closed:
        first, _, last = text.partition(" to ")
        yield from _days(first, last or first)
    for blackout in calendar.blackouts:
        yield from _days(blackout.from_, blackout.to)


def _days(first: str, last: str) -> Iterator[date]:
    begin, end = _day(first), _day(last)
    if end < begin:
        raise ValueError(
            f"`{first.strip()}` is after `{last.strip()}`, so no day would be closed; write the first day first"
        )
    if (end - begin).days > SEARCH:
        raise ValueError(f"from `{first.strip()}` to `{last.strip()}` is more than ten years; is the year right?")
    return (begin + _DAY * n for n in range((end - begin).days + 1))


@lru_cache(maxsize=1024)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    code, _, region = country.partition("-")
    try:
        return frozenset(holidays.country_holidays(code, subdiv=region or None, years=year))
    except NotImplementedError:
        raise ValueError(f"`{country}` has no known holidays; write a country code like GB or GB-ENG") from None
