"""When a phrase is: on the clock of the wall, across summer time, month ends, leap days and holidays."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.language.time import PhraseProblem, parse_phrase, resolve, resolve_text
from tests.time.calendars import LONDON, london


def when(phrase: str, since: str, anchor: Any = None) -> datetime | None:
    return resolve_text(phrase, lambda _: anchor, london(since), LONDON)


@pytest.mark.parametrize(
    ("phrase", "since", "expected"),
    [
        # summer time begins on 29 March 2026 at 01:00, and ends on 25 October at 02:00
        ("1 day", "2026-03-28 09:00", "2026-03-29 09:00"),
        ("24 hours", "2026-03-28 09:00", "2026-03-29 10:00"),
        ("1 day", "2026-03-28 01:30", "2026-03-29 02:30"),  # 01:30 does not exist
        ("1 day", "2026-10-24 01:30", "2026-10-25 01:30"),  # exists twice: the first
        ("1 week", "2026-10-20 09:00", "2026-10-27 09:00"),
        ("PT24H", "2026-10-24 09:00", "2026-10-25 08:00"),
        # month ends and leap days
        ("1 month", "2026-01-31 09:00", "2026-02-28 09:00"),
        ("1 month", "2028-01-31 09:00", "2028-02-29 09:00"),
        ("12 months", "2028-02-29 09:00", "2029-02-28 09:00"),
        ("P1Y", "2026-03-05 09:00", "2027-03-05 09:00"),
        ("1 month", "2026-12-31 09:00", "2027-01-31 09:00"),
        ("30 days", "2026-01-31 09:00", "2026-03-02 09:00"),
        # business days keep the clock time, or wait for the next opening
        ("1 business day", "2026-03-27 15:00", "2026-03-30 15:00"),
        ("1 business day", "2026-04-02 15:00", "2026-04-07 15:00"),
        ("1 business day", "2026-12-23 15:00", "2026-12-29 15:00"),
        ("1 business day", "2026-03-28 12:00", "2026-03-30 12:00"),
        ("1 business day", "2026-03-26 07:00", "2026-03-27 09:00"),
        ("1 business day", "2026-03-27 20:00", "2026-03-31 09:00"),
        ("0 business days", "2026-03-28 12:00", "2026-03-30 09:00"),
        ("20 business days", "2026-03-02 09:00", "2026-03-30 09:00"),
        ("1 business day at 09:00", "2026-03-27 20:00", "2026-03-30 09:00"),
        ("1 business day at 20:00", "2026-03-27 10:00", "2026-03-30 20:00"),
        # business hours run only while the office is open
        ("4 business hours", "2026-03-27 16:00", "2026-03-30 12:00"),
        ("1 business hour", "2026-03-27 16:00", "2026-03-27 17:00"),
        ("8 working hours", "2026-03-28 12:00", "2026-03-30 17:00"),
        # clock times
        ("2 days at 09:00", "2026-03-27 15:00", "2026-03-29 09:00"),
        ("0 days at 18:00", "2026-03-27 15:00", "2026-03-27 18:00"),
        ("2026-05-01", "2026-03-27 15:00", "2026-05-01 09:00"),  # a day begins at opening time
        ("2026-05-01 at 12:00", "2026-03-27 15:00", "2026-05-01 12:00"),
        ("2026-07-01 08:30", "2026-03-27 15:00", "2026-07-01 08:30"),
        ("1 day before 2026-05-01", "2026-03-27 15:00", "2026-04-30 09:00"),
        ("1 month before 2026-03-31", "2026-03-27 15:00", "2026-02-28 09:00"),
    ],
)
def test_a_phrase_is_an_instant(phrase: str, since: str, expected: str) -> None:
    assert when(phrase, since) == london(expected)


@pytest.mark.parametrize(
    ("phrase", "anchor", "expected"),
    [
        ("${ x }", london("2026-04-07 14:00"), "2026-04-07 14:00"),
        ("${ x }", date(2026, 4, 7), "2026-04-07 09:00"),
        ("${ x }", "2 business days", "2026-03-31 15:00"),
        ("${ x } at 08:00", london("2026-04-07 14:00"), "2026-04-07 08:00"),
        ("1 business day before ${ x }", london("2026-04-07 14:00"), "2026-04-02 14:00"),
        ("1 business day before ${ x }", date(2026, 4, 7), "2026-04-02 09:00"),
        ("4 days before ${ x }", date(2026, 4, 7), "2026-04-03 09:00"),
        ("12 business hours before ${ x }", london("2026-04-07 14:00"), "2026-04-02 10:00"),
        ("2 hours after ${ x }", "2026-04-07 14:00", "2026-04-07 16:00"),
        ("${ x } business days", 2, "2026-03-31 15:00"),
        ("${ x } days at 09:00", Decimal(3), "2026-03-30 09:00"),
    ],
)
def test_an_expression_gives_the_anchor_or_the_number(phrase: str, anchor: Any, expected: str) -> None:
    assert when(phrase, "2026-03-27 15:00", anchor) == london(expected)


def test_each_expression_is_rendered_as_it_is_written() -> None:
    values = {"${ a.b }": 5, "${ c }": date(2026, 4, 1)}
    found = resolve_text("${ a.b } days after ${ c }", values.__getitem__, london("2026-03-27 15:00"), LONDON)
    assert found == london("2026-04-06 09:00")


def test_never_has_no_instant() -> None:
    assert when("never", "2026-03-27 15:00") is None
    assert when("${ x }", "2026-03-27 15:00", "never") is None


@pytest.mark.parametrize("value", ["${ 7*7 }", "1 day before ${ y }", "soon", "", True, None, [1], {"a": 1}, -3])
def test_a_value_that_is_no_time_is_refused_and_never_evaluated(value: Any) -> None:
    with pytest.raises(PhraseProblem):
        when("${ x }", "2026-03-27 15:00", value)


def test_a_time_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(PhraseProblem):
        when("1200 months after 9950-01-01", "2026-03-27 15:00")
    with pytest.raises(PhraseProblem):
        when("9999-12-31T23:59:00-14:00", "2026-03-27 15:00")
    with pytest.raises(PhraseProblem):
        when("36500 days before 0050-01-01", "2026-03-27 15:00")


def test_a_parsed_phrase_takes_its_anchor_as_a_value() -> None:
    phrase = parse_phrase("1 day before ${ inputs.start_date } at 10:00")
    assert resolve(phrase, london("2026-03-27 15:00"), LONDON, date(2026, 4, 7)) == london("2026-04-06 10:00")
    with pytest.raises(ValueError, match="has no value yet"):
        resolve(phrase, london("2026-03-27 15:00"), LONDON)


def test_results_are_in_utc() -> None:
    for phrase in ("1 day", "1 hour", "1 business day", "1 business hour", "2026-05-01", "1 month at 09:00"):
        found = when(phrase, "2026-03-27 15:00")
        assert found is not None
        assert found.tzinfo is UTC
