"""The inbox: kept first, delivered afterwards, once."""

from dataclasses import replace
from datetime import timedelta

from engine.store import inbox
from engine.store.rows import DeliveryRow
from engine.store.store import Store
from tests.store.samples import ANSWER, LATER, NOW, arrivals


async def test_the_same_thing_is_kept_once(store: Store) -> None:
    assert await store.write(lambda c: inbox.accept(c, ANSWER)) is True
    again = replace(ANSWER, id="i2", data_json='{"other":1}')
    assert await store.write(lambda c: inbox.accept(c, again)) is False
    assert await store.read(lambda c: inbox.load(c, ["i1", "i2"])) == (ANSWER,)


async def test_arrivals_are_loaded_in_the_order_asked_for(store: Store) -> None:
    second = replace(ANSWER, id="i2", source_id="s2")
    await store.write(lambda c: [inbox.accept(c, ANSWER), inbox.accept(c, second)])
    assert await store.read(lambda c: inbox.load(c, ["i2", "nothing", "i1"])) == (second, ANSWER)


async def test_a_delivery_waits_until_it_is_delivered(store: Store) -> None:
    await store.write(lambda c: (inbox.accept(c, ANSWER), inbox.deliver_to(c, "i1", "acme", "signal")))
    waiting = await store.read(lambda c: inbox.undelivered(c, 10))
    assert waiting == (DeliveryRow(waiting[0].id, "i1", "acme", "signal", 0, ""),)
    await store.write(lambda c: inbox.delivered(c, [waiting[0].id], LATER))
    assert await store.read(lambda c: inbox.undelivered(c, 10)) == ()


async def test_one_arrival_goes_to_each_case_once(store: Store) -> None:
    for case in ("acme", "acme", "globex"):
        await store.write(lambda c, case=case: inbox.deliver_to(c, "i1", case, "signal"))  # type: ignore[misc]
    assert [row.case for row in await store.read(lambda c: inbox.undelivered(c, 10))] == ["acme", "globex"]


async def test_a_delivery_that_failed_stays_and_says_why(store: Store) -> None:
    await store.write(lambda c: inbox.deliver_to(c, "i1", "acme", "signal"))
    await store.write(lambda c: inbox.failed(c, "i1", "acme", "no server"))
    (row,) = await store.read(lambda c: inbox.undelivered(c, 10))
    assert (row.attempts, row.error) == (1, "no server")


async def test_deliveries_come_in_order_and_cases_that_failed_can_be_left_out(store: Store) -> None:
    await store.write(lambda c: [inbox.deliver_to(c, f"i{n}", f"case{n % 2}", "signal") for n in range(5)])
    assert [row.inbox_id for row in await store.read(lambda c: inbox.undelivered(c, 2))] == ["i0", "i1"]
    rest = await store.read(lambda c: inbox.undelivered(c, 10, skip_cases=["case0"]))
    assert [row.inbox_id for row in rest] == ["i1", "i3"]


async def test_what_nobody_routed_is_found_again_after_a_while(store: Store) -> None:
    await store.write(lambda c: inbox.accept(c, ANSWER))
    assert await store.read(lambda c: inbox.unrouted(c, NOW)) == ()
    assert await store.read(lambda c: inbox.unrouted(c, NOW + timedelta(seconds=1))) == (ANSWER,)
    await store.write(lambda c: inbox.routed(c, "i1", "unmatched"))
    assert await store.read(lambda c: inbox.unrouted(c, LATER)) == ()
    assert await store.read(arrivals) == {"unmatched": 1}


async def test_the_mark_changes_with_every_arrival_and_delivery(store: Store) -> None:
    marks = [await store.read(inbox.change_mark)]
    for work in (lambda c: inbox.accept(c, ANSWER), lambda c: inbox.deliver_to(c, "i1", "acme", "signal")):
        await store.write(work)
        marks.append(await store.read(inbox.change_mark))
    assert len(set(marks)) == 3
    assert await store.read(inbox.change_mark) == marks[-1]
