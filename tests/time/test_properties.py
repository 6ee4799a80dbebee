"""Time phrases against a slow and simple count: DST, month ends, leap days, and the holidays of twenty countries."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.calendar import WorkCalendar
from engine.language.resources import Calendar
from engine.language.time import parse_phrase, resolve

COUNTRIES = {
    "GB": "Europe/London", "DE": "Europe/Berlin", "FR": "Europe/Paris", "ES": "Europe/Madrid", "IT": "Europe/Rome",
    "NL": "Europe/Amsterdam", "PL": "Europe/Warsaw", "SE": "Europe/Stockholm", "IE": "Europe/Dublin",
    "PT": "Europe/Lisbon", "US": "America/New_York", "CA": "America/Toronto", "BR": "America/Sao_Paulo",
    "MX": "America/Mexico_City", "AU": "Australia/Sydney", "NZ": "Pacific/Auckland", "JP": "Asia/Tokyo",
    "IN": "Asia/Kolkata", "ZA": "Africa/Johannesburg", "AE": "Asia/Dubai",
}  # fmt: skip

countries = st.sampled_from(sorted(COUNTRIES))
instants = st.datetimes(timezones=st.just(UTC)).map(
    lambda at: at.replace(year=2024 + at.year % 9, day=min(at.day, 28) if at.month == 2 else at.day, microsecond=0)
)


@cache
def office(country: str) -> WorkCalendar:
    return WorkCalendar.of(
        Calendar(
            calendar=country.lower(), time_zone=COUNTRIES[country], holidays=country, weekend=("saturday", "sunday")
        )
    )


@cache
def free_days(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def works(country: str, day: date) -> bool:
    return day.weekday() < 5 and day not in free_days(country, day.year)


def when(phrase: str, since: datetime, country: str) -> datetime:
    found = resolve(parse_phrase(phrase), since, office(country))
    assert found is not None
    assert found.tzinfo is UTC
    return found


def wall(at: datetime, country: str) -> datetime:
    return at.astimezone(ZoneInfo(COUNTRIES[country]))


@settings(max_examples=400)
@given(countries, instants, st.integers(1, 60))
def test_business_days_end_on_the_nth_working_day_in_opening_hours(country: str, since: datetime, days: int) -> None:
    found, day, left = wall(when(f"{days} business days", since, country), country), wall(since, country).date(), days
    while left:
        day += timedelta(days=1)
        left -= works(country, day)
    begun = wall(since, country).time()
    expected = day
    if begun >= time(17):  # after hours: the next opening
        expected = next(d for n in range(1, 40) if works(country, d := day + timedelta(days=n)))
    assert found.date() == expected
    assert 9 <= found.hour < 17


@settings(max_examples=200)
@given(countries, instants, st.integers(1, 30))
def test_business_days_before_a_day_are_as_many_working_days_away(country: str, anchor: datetime, days: int) -> None:
    day = wall(anchor, country).date()
    found = wall(when(f"{days} business days before {day} at 09:00", anchor, country), country)
    assert sum(works(country, found.date() + timedelta(days=n)) for n in range((day - found.date()).days)) == days
    assert works(country, found.date())


@settings(max_examples=200)
@given(countries, instants, st.integers(1, 40))
def test_business_hours_are_hours_of_opening(country: str, since: datetime, hours: int) -> None:
    found, opened, at = when(f"{hours} business hours", since, country), timedelta(0), wall(since, country).date()
    while at <= wall(found, country).date():
        if works(country, at):
            zone = ZoneInfo(COUNTRIES[country])
            opens, closes = (datetime(at.year, at.month, at.day, h, tzinfo=zone).astimezone(UTC) for h in (9, 17))
            opened += max(min(closes, found) - max(opens, since), timedelta(0))
        at += timedelta(days=1)
    assert opened == timedelta(hours=hours)


@settings(max_examples=300)
@given(countries, instants, st.integers(1, 400), st.sampled_from(["days", "weeks"]))
def test_days_and_weeks_keep_the_clock_on_the_wall(country: str, since: datetime, count: int, unit: str) -> None:
    begun, found = wall(since, country), wall(when(f"{count} {unit}", since, country), country)
    assert found.date() == begun.date() + timedelta(days=count * (7 if unit == "weeks" else 1))
    jumped = datetime.combine(found.date(), begun.time(), ZoneInfo(COUNTRIES[country]))
    exists = jumped.astimezone(UTC).astimezone(jumped.tzinfo).time() == begun.time()
    assert found.time() == begun.time() or not exists


@settings(max_examples=300)
@given(countries, instants, st.integers(1, 60))
def test_months_keep_the_day_or_take_the_last(country: str, since: datetime, months: int) -> None:
    begun, found = wall(since, country), wall(when(f"{months} months", since, country), country)
    assert (found.year * 12 + found.month) - (begun.year * 12 + begun.month) == months
    assert found.day == min(begun.day, monthrange(found.year, found.month)[1])


@settings(max_examples=200)
@given(countries, instants, st.integers(0, 10_000), st.sampled_from(["seconds", "minutes", "hours"]))
def test_hours_are_time_that_passes(country: str, since: datetime, count: int, unit: str) -> None:
    assert when(f"{count} {unit}", since, country) - since == timedelta(**{unit: count})


@settings(max_examples=200)
@given(countries, instants, st.integers(0, 5_000_000), st.integers(1, 40))
def test_who_begins_later_has_business_hours_no_earlier(country: str, since: datetime, later: int, hours: int) -> None:
    phrase = f"{hours} business hours"
    assert when(phrase, since, country) <= when(phrase, since + timedelta(seconds=later), country)


@settings(max_examples=200)
@given(countries, instants, st.integers(0, 5_000_000), st.integers(1, 40))
def test_who_begins_later_in_opening_hours_has_business_days_no_earlier(
    country: str, since: datetime, later: int, days: int
) -> None:
    phrase, first = f"{days} business days", office(country).next_open(since)
    second = office(country).next_open(first + timedelta(seconds=later))
    assert when(phrase, first, country) <= when(phrase, second, country)


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_the_first_of_every_month_is_a_working_day_where_it_is_one_in_the_country(country: str) -> None:
    days = [date(year, month, 1) for year in range(2024, 2033) for month in range(1, 13)]
    assert [office(country).is_working_day(day) for day in days] == [works(country, day) for day in days]
