"""`if_running: queue`: the second case of a key waits for the first one to end."""

from pathlib import Path

import pytest

from engine.desk.answers import NotOpen
from engine.desk.desk import Desk
from engine.dispatcher import Dispatcher, MemoryCourier
from engine.store import queue
from tests.desk.conftest import Show, Watch

PROCESS = """\
language: 1
process: {name}
title: One at a time
inputs:
  client: {{ type: text }}
concurrency: {{ key: "${{ inputs.client }}", if_running: queue }}
steps:
  - {{ id: pause, type: wait, duration: 1 day }}
"""


@pytest.fixture
async def queued(desk: Desk) -> list[str]:
    """Three cases of one client; the first one is at work."""
    file = Path(desk.settings.workspace) / "definitions" / "processes" / "one-by-one.yaml"
    file.write_text(PROCESS.format(name="one-by-one"))
    await desk.publish("one-by-one")
    started = [await desk.start("one-by-one", {"client": "Acme"}) for _ in range(3)]
    assert [s.queued for s in started] == [False, True, True]
    return [s.case for s in started]


async def health(desk: Desk, cases: list[str]) -> list[str]:
    return [(await desk.case(case)).summary.health for case in cases]


async def end(desk: Desk, show: Show, case: str) -> bool:
    await show(case, status="ended", outcome="completed")
    return await desk.store.write(lambda c: queue.end_of(c, case, desk.clock()))


async def test_the_cases_of_a_key_begin_one_after_the_other(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show, queued: list[str]
) -> None:
    first, second, third = queued
    await dispatcher.deliver()
    assert courier.started == [first]
    assert (await desk.case(third)).summary.why == f"waiting for {first} to end"
    assert await end(desk, show, first)
    await dispatcher.deliver()
    assert courier.started == [first, second]
    assert await health(desk, queued) == ["ok", "ok", "queued"]
    assert (await desk.case(third)).summary.why == f"waiting for {second} to end"


async def test_an_end_that_is_told_twice_lets_only_one_case_begin(desk: Desk, show: Show, queued: list[str]) -> None:
    assert await end(desk, show, queued[0])
    assert not await desk.store.write(lambda c: queue.end_of(c, queued[0], desk.clock()))
    assert await health(desk, queued) == ["ok", "ok", "queued"]


async def test_times_of_a_queued_case_count_from_its_begin(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show, watch: Watch, queued: list[str]
) -> None:
    watch.turn(days=3)
    await end(desk, show, queued[0])
    await dispatcher.deliver()
    assert watch().isoformat()[:10] in courier.states[queued[1]]


async def test_a_queued_case_is_started_now_or_stopped(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, queued: list[str]
) -> None:
    first, second, third = queued
    with pytest.raises(NotOpen, match=f"waiting for {first} to end.*start-now"):
        await desk.pause(second)
    await desk.start_now(third, by="sam")
    assert [e.text for e in await desk.timeline(third)] == ["Started by sam, while another one of its key runs"]
    with pytest.raises(NotOpen, match="has begun already"):
        await desk.start_now(third)
    await desk.stop(second, by="sam", reason="a slip")
    assert (await desk.case(second)).summary.outcome == "stopped"
    assert [e.text for e in await desk.timeline(second)] == ["Stopped by sam before it began: a slip"]
    await dispatcher.deliver()
    assert set(courier.started) == {first, third}
