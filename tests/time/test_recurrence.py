"""Times that come again and again: against the calendar, holidays, month ends and the jumps of the clock."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.recurrence import Recurrence, parse_cron, parse_every
from tests.time.calendars import LONDON, london, office


def first(recurrence: Recurrence, since: str, count: int = 3) -> list[str]:
    """The next times, on the wall in London."""
    found = islice(recurrence.after(london(since), LONDON), count)
    return [f"{LONDON.local(at):%a %d %b %H:%M}" for at in found]


@pytest.mark.parametrize(
    ("every", "times"),
    [
        ("day at 09:00", ["Thu 02 Apr 09:00", "Fri 03 Apr 09:00", "Sat 04 Apr 09:00"]),
        ("weekday at 17:30", ["Wed 01 Apr 17:30", "Thu 02 Apr 17:30", "Fri 03 Apr 17:30"]),
        ("business day at 09:00", ["Thu 02 Apr 09:00", "Tue 07 Apr 09:00", "Wed 08 Apr 09:00"]),
        ("monday at 08:00", ["Mon 06 Apr 08:00", "Mon 13 Apr 08:00", "Mon 20 Apr 08:00"]),
        ("Monday and Thursday at 08:00", ["Thu 02 Apr 08:00", "Mon 06 Apr 08:00", "Thu 09 Apr 08:00"]),
        ("month on the 1st at 09:00", ["Fri 01 May 09:00", "Mon 01 Jun 09:00", "Wed 01 Jul 09:00"]),
        ("month on the 31st at 09:00", ["Thu 30 Apr 09:00", "Sun 31 May 09:00", "Tue 30 Jun 09:00"]),
        ("3rd business day of month at 09:00", ["Tue 07 Apr 09:00", "Wed 06 May 09:00", "Wed 03 Jun 09:00"]),
        ("last business day of month", ["Thu 30 Apr 09:00", "Fri 29 May 09:00", "Tue 30 Jun 09:00"]),
    ],
)
def test_a_phrase_means_these_times(every: str, times: list[str]) -> None:
    assert first(parse_every(every), "2026-04-01 12:00") == times


@pytest.mark.parametrize(
    ("cron", "times"),
    [
        ("30 7 * * mon-fri", ["Thu 02 Apr 07:30", "Fri 03 Apr 07:30", "Mon 06 Apr 07:30"]),
        ("0 12,18 1 * *", ["Wed 01 Apr 18:00", "Fri 01 May 12:00", "Fri 01 May 18:00"]),
        ("0 9 13 * 5", ["Fri 03 Apr 09:00", "Fri 10 Apr 09:00", "Mon 13 Apr 09:00"]),
        ("*/20 13 * apr *", ["Wed 01 Apr 13:00", "Wed 01 Apr 13:20", "Wed 01 Apr 13:40"]),
        ("0 0 29 2 *", ["Tue 29 Feb 00:00", "Sun 29 Feb 00:00", "Fri 29 Feb 00:00"]),
    ],
)
def test_a_cron_line_means_these_times(cron: str, times: list[str]) -> None:
    assert first(parse_cron(cron), "2026-04-01 12:00") == times


def test_the_clock_on_the_wall_stays_when_summer_time_begins_and_ends() -> None:
    daily = parse_every("day at 01:30")
    assert first(daily, "2026-03-28 12:00", 2) == ["Sun 29 Mar 02:30", "Mon 30 Mar 01:30"]
    assert first(daily, "2026-10-24 12:00", 2) == ["Sun 25 Oct 01:30", "Mon 26 Oct 01:30"]


def test_a_length_counts_from_1970_wherever_it_begins() -> None:
    every = parse_every("15 minutes").after(datetime(2026, 4, 1, 9, 7, 3, tzinfo=UTC), LONDON)
    assert [at.minute for at in islice(every, 3)] == [15, 30, 45]


@pytest.mark.parametrize(
    "text",
    ["", "now and then", "day at 25:00", "0 minutes", "month on the 32nd at 09:00", "40th business day of month"],
)
def test_what_is_no_recurrence_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|must"):
        parse_every(text)


@pytest.mark.parametrize("text", ["* * * *", "60 * * * *", "* * * * mo", "5-1 * * * *", "*/0 * * * *"])
def test_what_is_no_cron_line_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"five fields|does not fit"):
        parse_cron(text)


@settings(max_examples=40)
@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.sampled_from([1, 3, 5, -1]))
def test_the_nth_working_day_is_the_nth_that_a_slow_count_finds(day: date, number: int) -> None:
    calendar = office(blackouts=[{"from": "2026-08-03", "to": "2026-08-07"}])
    word = "last" if number == -1 else f"{number}th"
    since = datetime(day.year, day.month, 1, tzinfo=UTC) - timedelta(days=1)
    at = next(parse_every(f"{word} business day of month at 12:00").after(since, calendar))
    month = [at.date().replace(day=1) + timedelta(n) for n in range(31)]
    working = [d for d in month if d.month == at.month and calendar.is_working_day(d)]
    assert calendar.local(at).date() == working[number - 1 if number > 0 else -1]
