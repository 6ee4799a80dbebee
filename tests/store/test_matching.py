"""Finding the cases that take an event."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.runtime.view import Subscription
from engine.store import inbox
from engine.store.matching import one_at_a_time, subscribers
from engine.store.projection import project
from engine.store.store import Store
from tests.store.samples import ANSWER, opened, view

BOOKED = "calendar/meeting.booked"


async def found(store: Store, match: Mapping[str, Any] | None, data: Mapping[str, Any]) -> list[str]:
    turn = view(subscriptions=(Subscription(BOOKED, "book_call", match),))
    await store.write(lambda c: opened(c, turn))
    return [row.path for row in await store.read(lambda c: subscribers(c, BOOKED, data))]


async def test_every_name_of_the_match_must_be_equal(store: Store) -> None:
    assert await found(
        store, {"email": "ann@acme.test", "n": 1}, {"n": Decimal("1.0"), "email": "ann@acme.test", "x": 1}
    )


@pytest.mark.parametrize(
    "data", [{}, {"n": 1}, {"email": "bob@acme.test", "n": 1}, {"email": "ann@acme.test", "n": True}]
)
async def test_one_that_differs_or_is_missing_does_not_match(store: Store, data: Mapping[str, Any]) -> None:
    assert not await found(store, {"email": "ann@acme.test", "n": 1}, data)


async def test_without_a_match_every_event_of_the_name_is_taken(store: Store) -> None:
    assert await found(store, {}, {"email": "ann@acme.test"}) == ["book_call"]


async def test_a_match_that_is_not_known_yet_takes_nothing(store: Store) -> None:
    assert not await found(store, None, {"email": "ann@acme.test"})


async def test_another_name_is_not_taken(store: Store) -> None:
    turn = view(subscriptions=(Subscription("crm/deal.won", "start", {}),))
    await store.write(lambda c: opened(c, turn))
    assert await store.read(lambda c: subscribers(c, BOOKED, {})) == ()


async def test_a_turn_that_does_not_wait_any_more_takes_its_subscription_away(store: Store) -> None:
    turn = view(subscriptions=(Subscription(BOOKED, "book_call", {}),))
    await store.write(lambda c: opened(c, turn, view(2)))
    assert await store.read(lambda c: subscribers(c, BOOKED, {})) == ()


@pytest.mark.parametrize("written", ["Ann@acme.test", "ann@ACME.test", "ANN@ACME.TEST"])
async def test_an_address_is_found_however_it_is_written(store: Store, written: str) -> None:
    assert await found(store, {"email": "Ann@Acme.test"}, {"email": written})


async def test_what_is_no_address_must_be_equal_to_the_letter(store: Store) -> None:
    assert not await found(store, {"code": "AB"}, {"code": "ab"})


async def test_a_match_reaches_into_the_event(store: Store) -> None:
    assert await found(store, {"contact.email": "ann@acme.test"}, {"contact": {"email": "ann@acme.test"}})


async def test_what_came_before_the_case_could_listen_is_delivered_when_it_does(store: Store) -> None:
    await store.write(lambda c: opened(c, view(subscriptions=(Subscription(BOOKED, "book_call", None),))))
    came = replace(ANSWER, id="m1", kind="webhook", name=BOOKED, case="", to="", data_json='{"n":1}')
    await store.write(lambda c: (inbox.accept(c, came), inbox.routed(c, "m1", "unmatched")))
    for turn in (2, 3):
        later = view(turn, subscriptions=(Subscription(BOOKED, "book_call", {"n": 1}),))
        await store.write(lambda c, later=later: project(c, later))
    (delivery,) = await store.read(lambda c: inbox.undelivered(c, 10))
    assert delivery.inbox_id == "m1"


async def test_what_another_case_has_taken_is_delivered_too(store: Store) -> None:
    await store.write(lambda c: opened(c, view(subscriptions=(Subscription(BOOKED, "book_call", None),))))
    came = replace(ANSWER, id="m1", kind="webhook", name=BOOKED, case="", to="", data_json='{"n":1}')
    await store.write(lambda c: [inbox.accept(c, came), inbox.deliver_to(c, "m1", "globex", "signal")])
    await store.write(lambda c: inbox.routed(c, "m1"))
    later = view(2, subscriptions=(Subscription(BOOKED, "book_call", {"n": 1}),))
    await store.write(lambda c: project(c, later))
    assert [row.case for row in await store.read(lambda c: inbox.undelivered(c, 10))] == ["globex", "acme"]


async def test_an_event_and_a_case_that_begins_to_listen_do_not_miss_each_other(store: Store) -> None:
    """Two processes: one has routed and not committed yet when the other projects."""
    await store.write(opened)
    came = replace(ANSWER, id="m1", kind="webhook", name=BOOKED, case="", to="", data_json='{"n":1}')
    await store.write(lambda c: inbox.accept(c, came))
    looked, other = Event(), Store(store.url)

    def route(c: Connection) -> None:
        one_at_a_time(c, [BOOKED])
        state = "routed" if subscribers(c, BOOKED, {"n": 1}) else "unmatched"
        looked.set()
        time.sleep(0.3)
        inbox.routed(c, "m1", state)

    routing = asyncio.create_task(store.write(route))
    await asyncio.to_thread(looked.wait)
    await other.write(lambda c: project(c, view(subscriptions=(Subscription(BOOKED, "book_call", {"n": 1}),))))
    await routing
    other.close()
    assert [row.case for row in await store.read(lambda c: inbox.undelivered(c, 10))] == ["acme"]
