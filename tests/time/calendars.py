"""Calendars that the tests count in."""

from datetime import UTC, datetime
from typing import Any

from engine.language.calendar import WorkCalendar
from engine.language.resources import Calendar


def office(**changes: Any) -> WorkCalendar:
    """A London office, nine to five, with the holidays of England and Christmas Eve closed."""
    fields = {"calendar": "uk-office", "time_zone": "Europe/London", "holidays": "GB-ENG", "closed": ["2026-12-24"]}
    return WorkCalendar.of(Calendar.model_validate({**fields, **changes}))


LONDON = office()


def london(text: str) -> datetime:
    """The instant of a clock time in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON.zone).astimezone(UTC)
