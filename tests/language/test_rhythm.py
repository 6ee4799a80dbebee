"""How often something is expected, and since when it is silent."""

from datetime import UTC, datetime

import pytest

from engine.language import rhythm
from engine.language.calendar import WorkCalendar
from engine.language.resources import Calendar

OFFICE = WorkCalendar.of(Calendar(calendar="office", time_zone="UTC"))
FRIDAY = datetime(2026, 3, 6, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        ("every 2 hours", datetime(2026, 3, 6, 18, tzinfo=UTC)),
        ("every 2 business hours", datetime(2026, 3, 9, 10, tzinfo=UTC)),
        ("every 1 business day", datetime(2026, 3, 9, 16, tzinfo=UTC)),
        ("every business day at 18:00", datetime(2026, 3, 9, 18, tzinfo=UTC)),
        ("every monday at 08:00", datetime(2026, 3, 16, 8, tzinfo=UTC)),
    ],
)
def test_silence_begins_when_what_is_expected_does_not_come(text: str, silent: datetime) -> None:
    assert rhythm.parse(text).until(FRIDAY, OFFICE) == silent


@pytest.mark.parametrize("text", ["often", "2 hours", "every", "every 0 hours", "every blue moon"])
def test_what_is_no_rhythm_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        rhythm.parse(text)
