"""Schedules on a real engine: they follow what is published, and each time starts one case."""

import asyncio
from pathlib import Path
from typing import Any

from tests.durable.firm import Firm, firm

EVERY = """\
language: 1
process: tick
title: Tick
triggers:
  - { id: clock, type: schedule, every: %s }
steps:
  - { id: done, type: stop, outcome: ticked }
"""


async def publish(house: Firm, every: str) -> None:
    (house.house.settings.workspace / "definitions" / "processes" / "tick.yaml").write_text(EVERY % every)
    await house.desk.publish("tick")


async def ticked(house: Firm) -> int:
    return len(await house.desk.cases(status="ended", process="tick"))


async def test_a_schedule_starts_a_case_at_each_of_its_times_and_none_while_it_is_paused(
    tmp_path: Path, temporal: str
) -> None:
    async with firm(tmp_path, temporal) as house:
        await publish(house, "2 seconds")

        async def twice() -> bool:
            return await ticked(house) >= 2

        await house.until(twice, seconds=40)
        await house.desk.pause_schedule("tick", "clock", by="sam")
        await asyncio.sleep(1)
        known = await ticked(house)
        await asyncio.sleep(4.5)
        assert await ticked(house) <= known + 1
        await house.desk.resume_schedule("tick", "clock")
        known = await ticked(house)

        async def more() -> bool:
            return await ticked(house) > known

        await house.until(more, seconds=30)
        rows = await house.desk.cases(status="ended", process="tick")
        assert len({row.started_at.replace(microsecond=0) for row in rows}) >= len(rows) - 1
        await publish(house, "monday at 09:00")

        async def told() -> bool:
            return [s.spec.calendars for s in await listed(house)] != [[]]

        await house.until(told, seconds=20)


async def listed(house: Firm) -> list[Any]:
    found = []
    async for one in await house.house.client.list_schedules():
        described = await house.house.client.get_schedule_handle(one.id).describe()
        if ":schedule:tick/" in one.id:
            found.append(described.schedule)
    return found
