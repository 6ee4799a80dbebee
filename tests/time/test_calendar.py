"""Working days and hours of an office."""

from datetime import date, timedelta
from typing import Any

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.calendar import WorkCalendar
from engine.language.countries import KNOWN
from tests.time.calendars import LONDON, london, office


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2026-03-27", True),
        ("2026-03-28", False),  # Saturday
        ("2026-04-03", False),  # Good Friday
        ("2026-04-06", False),  # Easter Monday, in England
        ("2026-12-24", False),  # closed by the office
        ("2027-12-27", False),  # Christmas Day on a Saturday is kept on Monday
    ],
)
def test_weekends_holidays_and_closed_days_are_not_working_days(day: str, working: bool) -> None:
    assert LONDON.is_working_day(date.fromisoformat(day)) is working


def test_every_country_and_region_that_is_believed_has_holidays() -> None:
    for code in sorted(KNOWN):
        country, _, region = code.partition("-")
        assert holidays.country_holidays(country, subdiv=region or None, years=2026) is not None


def test_scotland_works_on_easter_monday() -> None:
    assert office(holidays="GB-SCT").is_working_day(date(2026, 4, 6))


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-03-27 09:00", "2026-03-27 09:00"),
        ("2026-03-27 16:59", "2026-03-27 16:59"),
        ("2026-03-27 17:00", "2026-03-30 09:00"),  # closing time is closed; summer time begins in between
        ("2026-03-27 08:59", "2026-03-27 09:00"),
        ("2026-04-02 20:00", "2026-04-07 09:00"),
    ],
)
def test_the_next_opening(at: str, opens: str) -> None:
    assert LONDON.next_open(london(at)) == london(opens)
    assert LONDON.is_open(london(at)) is (at == opens)


def test_an_office_may_be_open_to_midnight_and_at_weekends() -> None:
    night = office(hours={"opens": "18:00", "closes": "24:00"}, weekend=[], holidays=None, closed=[])
    assert night.is_open(london("2026-03-28 23:59"))
    assert not night.is_open(london("2026-03-29 00:00"))
    assert night.add_business_hours(london("2026-03-28 23:00"), 2) == london("2026-03-29 19:00")


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [("2026-03-27", "2026-03-30", 1), ("2026-03-28", "2026-03-30", 1), ("2026-04-02", "2026-04-07", 1),
     ("2026-03-30", "2026-03-30", 0), ("2026-03-30", "2026-03-27", -1)],
)  # fmt: skip
def test_business_days_between_two_days(first: str, last: str, count: int) -> None:
    assert LONDON.business_days_between(date.fromisoformat(first), date.fromisoformat(last)) == count


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"time_zone": "Europe/Londn"}, "is not a time zone"),
        ({"time_zone": "../../etc/passwd"}, "is not a time zone"),
        ({"hours": {"opens": "17:00", "closes": "09:00"}}, "must open before it closes"),
        ({"hours": {"opens": "9am", "closes": "17:00"}}, "is not a clock time"),
        ({"weekend": ["saterday"]}, "is not a day of the week"),
        ({"weekend": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]}, "no working day"),
        ({"holidays": "XX"}, "has no known holidays"),
        ({"holidays": "GB-XXX"}, "has no known holidays"),
        ({"closed": ["24 December"]}, "is not a day"),
    ],
)
def test_a_calendar_that_makes_no_sense_says_why(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        office(**change)


def test_a_calendar_that_never_opens_is_noticed() -> None:
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(4_000))
    with pytest.raises(ValueError, match="no opening within ten years"):
        WorkCalendar(closed=closed).next_open(london("2026-01-01 10:00"))


moments = st.datetimes(london("2020-01-01").replace(tzinfo=None), london("2035-01-01").replace(tzinfo=None))


def test_a_range_closes_its_first_day_its_last_and_all_between() -> None:
    shut = office(closed=["2026-12-28 to 2026-12-31"], blackouts=[{"from": "2026-08-03", "to": "2026-08-07"}])
    assert shut.business_days_between(date(2026, 12, 24), date(2027, 1, 4)) == 1
    assert shut.add_business_days(london("2026-07-31 10:00"), 1) == london("2026-08-10 10:00")


@settings(max_examples=60)
@given(moments, st.integers(1, 60))
def test_business_time_ends_in_the_open(moment: Any, count: int) -> None:
    since = moment.replace(tzinfo=LONDON.zone)
    day, hour = LONDON.add_business_days(since, count), LONDON.add_business_hours(since, count)
    assert LONDON.is_open(day)
    assert LONDON.is_open(hour - timedelta(microseconds=1))
    assert day > since
    assert LONDON.add_business_hours(since + timedelta(hours=5), count) >= hour


@settings(max_examples=60)
@given(moments, st.integers(1, 60))
def test_business_hours_back_and_forth_lead_to_the_same_moment(moment: Any, count: int) -> None:
    since = LONDON.next_open(moment.replace(tzinfo=LONDON.zone))
    there = LONDON.add_business_hours(since, count)
    assert LONDON.next_open(LONDON.add_business_hours(there, -count)) == since


@settings(max_examples=60)
@given(moments, st.integers(1, 60))
def test_business_days_are_as_many_as_were_asked_for(moment: Any, count: int) -> None:
    since = LONDON.next_open(moment.replace(tzinfo=LONDON.zone))
    day = LONDON.local(LONDON.add_business_days(since, count)).date()
    assert LONDON.business_days_between(LONDON.local(since).date(), day) == count
