"""Triggers that come by the clock: each time starts one case, however often it is told."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine.desk.answers import NotOpen, NotThere
from engine.desk.desk import Desk
from engine.language.values import decode
from engine.schedules import Schedules
from tests.desk.conftest import Watch

REPORT = """\
language: 1
process: report
title: Report
calendar: uk-office
inputs:
  day: { type: date }
triggers:
  - id: first
    type: schedule
    every: 1st business day of month at 09:00
    catch_up: 3 days
    inputs: { day: "${ event.day }" }
steps:
  - { id: pause, type: wait, duration: 1 day }
"""


@pytest.fixture
async def schedules(desk: Desk) -> Schedules:
    """The schedules with the report published."""
    (Path(desk.settings.workspace) / "definitions" / "processes" / "report.yaml").write_text(REPORT)
    await desk.publish("report")
    return Schedules(desk.store, desk.shelf, desk.router, desk.clock)


async def test_a_time_starts_one_case_with_its_own_day(desk: Desk, schedules: Schedules, watch: Watch) -> None:
    found = await schedules.one("report", "first")
    assert found
    assert found.catch_up == timedelta(days=3)
    (at,) = found.next(watch())
    first = await schedules.happened("report", "first", at)
    assert first
    assert await schedules.happened("report", "first", at) is None
    (case,) = first.started
    assert decode((await desk.case(case)).inputs_json) == {"day": found.calendar.local(at).date()}


async def test_a_paused_schedule_starts_nothing(desk: Desk, schedules: Schedules, watch: Watch) -> None:
    await desk.pause_schedule("report", "first", by="sam")
    assert await schedules.happened("report", "first", watch()) is None
    (line,) = await desk.schedules()
    assert (line.paused_by, line.next) == ("sam", ())
    with pytest.raises(NotOpen, match="was paused by sam"):
        await desk.pause_schedule("report", "first")
    await desk.resume_schedule("report", "first")
    assert len((await desk.schedules())[0].next) == 3


async def test_a_schedule_is_run_by_hand_as_often_as_is_asked(desk: Desk, schedules: Schedules) -> None:
    cases = {await desk.run_schedule("report", "first", by="sam") for _ in range(2)}
    assert len(cases) == 2
    with pytest.raises(NotThere, match="published are `report first`"):
        await desk.run_schedule("report", "second")
