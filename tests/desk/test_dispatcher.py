"""The dispatcher: everything arrives, in order, once, however long the way is cut."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from engine.desk.desk import Desk
from engine.dispatcher import Dispatcher, MemoryCourier, Nudge
from engine.store import inbox
from engine.store.rows import Arrival
from tests.desk.conftest import ANN, Show, Watch, waits_at
from tests.desk.test_webhooks import DEAL, signed
from tests.store.samples import arrivals

WEBHOOK = Arrival("m1", "webhook:crm", "m1", "webhook", "crm/x", "", "", "crm", "{}", datetime.now(UTC))


async def start_many(desk: Desk, count: int) -> list[str]:
    people = [{**ANN, "email": f"ann{n}@acme.test"} for n in range(count)]
    return [(await desk.start("client-onboarding", inputs)).case for inputs in people]


async def test_nothing_is_lost_while_the_engine_is_away(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, watch: Watch
) -> None:
    courier.cut = True
    cases = await start_many(desk, 5)
    assert await dispatcher.deliver() == 0
    courier.cut = False
    watch.turn(minutes=1)
    assert await dispatcher.deliver() == 5
    assert sorted(courier.started) == sorted(cases)


async def test_a_case_that_cannot_be_reached_is_not_asked_again_at_once(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier
) -> None:
    await start_many(desk, 1)
    courier.cut = True
    await dispatcher.deliver()
    courier.cut = False
    assert await dispatcher.deliver() == 0


async def test_news_of_a_case_arrives_together_and_after_its_start(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show
) -> None:
    (case,) = await start_many(desk, 1)
    await show(case, waits=[waits_at("welcome", "form")])
    await desk.operate(case, "welcome", "do_now")
    await desk.operate(case, "welcome", "do_now")
    await dispatcher.deliver()
    assert courier.started == [case]
    assert [len(ids) for _, ids in courier.told] == [2]


async def test_what_comes_after_the_end_is_kept_as_late(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show
) -> None:
    (case,) = await start_many(desk, 1)
    await dispatcher.deliver()
    courier.over.add(case)
    await show(case, waits=[waits_at("welcome", "form")])
    await desk.operate(case, "welcome", "do_now")
    await dispatcher.deliver()
    assert (await desk.store.read(arrivals))["late"] == 1
    assert await desk.store.read(lambda c: inbox.undelivered(c, 10)) == ()


async def test_a_webhook_that_was_stored_but_not_routed_is_routed_later(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, watch: Watch
) -> None:
    receipt = await desk.receive_webhook("crm", *signed("deal.updated", {**DEAL, "stage": "lost"}))
    await desk.store.write(lambda c: inbox.routed(c, receipt.id, "new"))
    watch.turn(minutes=1)
    await dispatcher.sweep()
    assert await desk.store.read(arrivals) == {"unmatched": 1}


async def test_a_clock_that_was_set_back_leaves_nothing_behind(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, watch: Watch
) -> None:
    watch.turn(hours=1)
    await dispatcher.sweep()
    watch.turn(hours=-1)
    receipt = await desk.receive_webhook("crm", *signed("deal.updated", {**DEAL, "stage": "lost"}))
    await desk.store.write(lambda c: inbox.routed(c, receipt.id, "new"))
    watch.turn(minutes=1)
    await dispatcher.sweep()
    assert await desk.store.read(arrivals) == {"unmatched": 1}


async def test_an_arrival_that_is_routed_twice_starts_one_case(desk: Desk, courier: MemoryCourier) -> None:
    receipt = await desk.receive_webhook("crm", *signed("deal.updated", DEAL))
    (arrival,) = await desk.store.read(lambda c: inbox.load(c, [receipt.id]))
    assert (await desk.router.route(arrival)).started == ()
    assert len(await desk.cases()) == 1


async def test_an_arrival_that_cannot_be_routed_is_put_aside_and_holds_up_nobody(
    desk: Desk, dispatcher: Dispatcher, watch: Watch
) -> None:
    good = replace(WEBHOOK, id="m2", source_id="m2")
    await desk.store.write(lambda c: [inbox.accept(c, replace(WEBHOOK, data_json="no JSON")), inbox.accept(c, good)])
    watch.turn(minutes=1)
    await dispatcher.sweep()
    assert await desk.store.read(arrivals) == {"failed": 1, "unmatched": 1}


async def test_a_nudge_is_faster_than_a_glance(desk: Desk, courier: MemoryCourier) -> None:
    nudge, stop = Nudge(), asyncio.Event()
    desk.nudge = nudge
    running = asyncio.create_task(Dispatcher(desk.store, courier, desk.router, nudge).run(stop))
    await asyncio.sleep(0.05)
    await start_many(desk, 1)
    for _ in range(100):
        if courier.started:
            break
        await asyncio.sleep(0.01)
    stop.set()
    await running
    assert len(courier.started) == 1


class SlowCourier(MemoryCourier):
    """Takes until `go` to start its first case."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def start(self, case: str, process: str, digest: str, state: str) -> None:
        await super().start(case, process, digest, state)
        if len(self.started) == 1:
            await self.go.wait()


async def test_a_slow_case_keeps_no_other_waiting(desk: Desk) -> None:
    courier, stop, nudge = SlowCourier(), asyncio.Event(), Nudge()
    desk.nudge = nudge
    running = asyncio.create_task(Dispatcher(desk.store, courier, desk.router, nudge).run(stop))
    await start_many(desk, 3)
    for _ in range(500):
        if len(courier.started) == 3:
            break
        await asyncio.sleep(0.01)
    assert len(courier.started) == 3
    stop.set()
    courier.go.set()
    await running
    assert await desk.store.read(lambda c: inbox.undelivered(c, 10)) == ()
