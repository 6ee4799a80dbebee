"""When something happens again and again: `monday at 08:00`, `3rd business day of month at 09:00`, cron.

Clock times live in the calendar's zone: 09:00 stays 09:00 when summer time begins. A time that the clocks leave out
is as much later as they jump, and one that comes twice counts once.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from engine.language.calendar import DAYS, SEARCH, WorkCalendar

Matches = Callable[[date, WorkCalendar], bool]

EXAMPLES = (
    "write it like `day at 09:00`, `business day at 09:00`, `monday at 08:00`, `month on the 1st at 09:00`, "
    "`3rd business day of month at 09:00`, `last business day of month` or `15 minutes`"
)
_DAY = timedelta(days=1)
_AT = re.compile(r"\s+at\s+(\d{1,2}:\d{2})$")
_LENGTH = re.compile(r"(\d+)\s+(second|minute|hour)s?")
_OF_MONTH = re.compile(r"month\s+on\s+the\s+(\w+)(?:\s+day)?")
_BUSINESS = re.compile(r"(\w+)\s+(?:business|working)\s+day\s+of\s+(?:the\s+)?month")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_SHORT_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Recurrence:
    """`length` apart, counted from 1970 (UTC); or on the days that match, at these clock times (none: opening time).

    `cron` is the text of a cron line.
    """

    length: timedelta | None = None
    matches: Matches | None = None
    times: tuple[time, ...] = ()
    cron: str = ""

    def after(self, moment: datetime, calendar: WorkCalendar) -> Iterator[datetime]:
        """The times after this moment, in UTC, soonest first."""
        if self.length is not None:
            yield from _every(self.length, moment)
        elif self.matches is not None:
            yield from self._on_days(self.matches, moment, calendar)

    def _on_days(self, matches: Matches, moment: datetime, calendar: WorkCalendar) -> Iterator[datetime]:
        # A day early: what a jump of the clocks has moved beyond midnight still belongs to its own day.
        day, idle, last = calendar.local(moment).date() - _DAY, 0, moment.astimezone(UTC)
        while idle < SEARCH:
            if matches(day, calendar):
                for clock in self.times or (calendar.opens,):
                    at = calendar.at(day, clock)
                    if at > last:
                        last = at
                        yield at
                idle = 0
            day, idle = day + _DAY, idle + 1


def _every(length: timedelta, moment: datetime) -> Iterator[datetime]:
    begin = datetime(1970, 1, 1, tzinfo=UTC)
    passed = (moment.astimezone(UTC) - begin) // length
    while True:
        passed += 1
        yield begin + length * passed


def parse_every(text: str) -> Recurrence:
    """The recurrence of an `every:`. Raises ValueError with a sentence for its author."""
    words = " ".join(text.lower().split())
    if found := _LENGTH.fullmatch(words):
        return _length(int(found[1]), found[2])
    at = _AT.search(words)
    times = (_clock(at[1]),) if at else ()
    rest = words[: at.start()] if at else words
    matches = _which_days(rest)
    if matches is None:
        raise ValueError(f"`{text}` is not a time that comes again; {EXAMPLES}")
    return Recurrence(matches=matches, times=times)


def _length(amount: int, unit: str) -> Recurrence:
    if amount == 0:
        raise ValueError("it must be some time apart, as in `15 minutes`")
    return Recurrence(length=timedelta(seconds=amount * _SECONDS[unit]))


def _clock(text: str) -> time:
    hour, minute = map(int, text.split(":"))
    if hour > 23 or minute > 59:
        raise ValueError(f"`{text}` is not a clock time; write it like 09:00")
    return time(hour, minute)


def _which_days(words: str) -> Matches | None:
    plain: dict[str, Matches] = {
        "day": lambda day, calendar: True,
        "weekday": lambda day, calendar: day.weekday() not in calendar.weekend,
        "business day": lambda day, calendar: calendar.is_working_day(day),
        "working day": lambda day, calendar: calendar.is_working_day(day),
    }
    if words in plain:
        return plain[words]
    names = [name for part in words.split(" and ") for name in part.replace(",", " ").split()]
    if names and all(name in DAYS for name in names):
        chosen = {DAYS.index(name) for name in names}
        return lambda day, calendar: day.weekday() in chosen
    if found := _BUSINESS.fullmatch(words):
        return _nth_working_day(_ordinal(found[1], 23))
    if found := _OF_MONTH.fullmatch(words):
        return _day_of_month(_ordinal(found[1], 31))
    return None


def _ordinal(word: str, most: int) -> int:
    number = _ORDINALS.get(word) or int(re.sub(r"(st|nd|rd|th)$", "", word) if word[0].isdigit() else 0)
    if not (number == -1 or 1 <= number <= most):
        raise ValueError(f"`{word}` is not a day of a month; write a number up to {most}, as in `3rd`, or `last`")
    return number


def _day_of_month(number: int) -> Matches:
    """The 31st of a shorter month is its last day."""

    def matches(day: date, calendar: WorkCalendar) -> bool:
        last = _last_of_month(day).day
        return day.day == (last if number == -1 else min(number, last))

    return matches


def _nth_working_day(number: int) -> Matches:
    def matches(day: date, calendar: WorkCalendar) -> bool:
        outside = _last_of_month(day) + _DAY if number < 0 else day.replace(day=1) - _DAY
        return calendar.is_working_day(day) and calendar.working_day(outside, number) == day

    return matches


def _last_of_month(day: date) -> date:
    following = date(day.year + (day.month == 12), day.month % 12 + 1, 1)
    return following - _DAY


def parse_cron(text: str) -> Recurrence:
    """The recurrence of a cron line of five fields: minute, hour, day of month, month, day of week.

    Raises ValueError with a sentence for its author.
    """
    fields = text.lower().split()
    if len(fields) != 5:
        raise ValueError("a cron line has five fields: minute, hour, day of month, month, day of week")
    minutes, hours = _field(fields[0], 0, 59), _field(fields[1], 0, 23)
    days, months = _field(fields[2], 1, 31), _field(fields[3], 1, 12, _MONTHS, 1)
    weekdays = {n % 7 for n in _field(fields[4], 0, 7, _SHORT_DAYS, 0)}
    either = fields[2] != "*" and fields[4] != "*"

    def matches(day: date, calendar: WorkCalendar) -> bool:
        fits = (day.day in days, day.isoweekday() % 7 in weekdays)
        return day.month in months and (any(fits) if either else all(fits))

    times = tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes))
    return Recurrence(matches=matches, times=times, cron=" ".join(fields))


def _field(text: str, low: int, high: int, names: tuple[str, ...] = (), first: int = 0) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        begin, dash, end = span.partition("-")
        numbers = [low, high] if span == "*" else [_number(n, names, first) for n in (begin, end if dash else begin)]
        if step and not dash and span != "*":
            numbers[1] = high
        if (step and not step.isdigit()) or step == "0" or not low <= numbers[0] <= numbers[1] <= high:
            raise ValueError(f"`{part}` does not fit there: it goes from {low} to {high}")
        found.update(range(numbers[0], numbers[1] + 1, int(step or 1)))
    return found


def _number(text: str, names: tuple[str, ...], first: int) -> int:
    if text[:3] in names:
        return names.index(text[:3]) + first
    return int(text) if text.isdigit() else -1
