"""A worker whose clock is wrong does not begin."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.settings import SettingsError
from engine.store.store import Store
from worker import agree


def test_a_clock_that_is_right_is_no_hindrance(store: Store) -> None:
    agree(store)


@pytest.mark.parametrize(("minutes", "how"), [(10, "ahead of"), (-10, "behind")])
def test_a_worker_whose_clock_is_wrong_says_so_and_does_not_begin(store: Store, minutes: int, how: str) -> None:
    def wrong() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=minutes)

    if store.url.get_backend_name() == "sqlite":  # one machine, one clock
        agree(store, wrong)
    else:
        with pytest.raises(SettingsError, match=f"600 s {how} that of the database"):
            agree(store, wrong)
