"""The log of deliveries, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.store import requests
from engine.store.requests import Attempt
from engine.store.store import Store

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WELL = Attempt("a/find:call", "a", "find", "crm", AT, "POST", "crm.example", "/contacts", 200, 12, "")


async def test_attempts_are_listed_newest_first_by_case_and_by_how_they_went(store: Store) -> None:
    lost = replace(WELL, case="b", status=0, error="http_lost")
    await store.write(lambda c: [requests.add(c, attempt) for attempt in (WELL, lost)])
    assert await store.read(requests.listing) == (lost, WELL)
    assert await store.read(lambda c: requests.listing(c, "a")) == (WELL,)
    assert await store.read(lambda c: requests.listing(c, failed=True)) == (lost,)
    assert await store.read(lambda c: requests.listing(c, most=1)) == (lost,)


async def test_what_is_old_is_forgotten(store: Store) -> None:
    old = replace(WELL, at=AT - timedelta(days=91))
    await store.write(lambda c: [requests.add(c, attempt) for attempt in (WELL, old)])
    assert await store.write(lambda c: requests.forget_old(c, AT)) == 1
    assert await store.read(requests.listing) == (WELL,)
