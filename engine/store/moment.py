"""The text of a point in time, and back. Standard library only: the quick status reads with it too."""

from datetime import UTC, datetime, timedelta
from typing import overload

CLOCKS = timedelta(minutes=1)
"""How far the clocks of two machines may differ. What lies further ahead than it can was written before one was set
back."""


def written(at: datetime) -> str:
    """`2026-03-02T09:00:00.000000+00:00`: always UTC and always this wide, so that text sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@overload
def moment(value: datetime | str) -> datetime: ...


@overload
def moment(value: None) -> None: ...


def moment(value: datetime | str | None) -> datetime | None:
    """An aware UTC time from what a driver gives: text (SQLite) or a time in the session's zone (PostgreSQL)."""
    if value is None:
        return None
    return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)
