"""Colleagues on a real server: turns over several cases, votes, lists of tasks."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.desk import NotAllowed, NotOpen
from tests.durable.firm import Firm, firm


async def task_at(house: Firm, case: str, step: str) -> Any:
    """The open task of a step, as soon as it is there."""

    async def there() -> Any:
        tasks = (await house.desk.case(case)).tasks
        return next((t for t in tasks if t.step == step and t.status == "open"), None)

    return await house.until(there)


async def test_two_cases_take_turns_and_are_voted_on(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        await house.desk.publish("purchase")
        started = await asyncio.gather(
            *(house.desk.start("purchase", {"what": what}, by="ines") for what in ("a printer", "a sofa"))
        )
        first, second = (one.case for one in started)
        given = {(await task_at(house, case, "offer")).assignee for case in (first, second)}
        assert given == {"sam", "priya"}
        for case in (first, second):
            await house.task(case, "offer", by=(await task_at(house, case, "offer")).assignee)
        await _voted(house, first)
        await _ordered(house, first)
        ended = await house.ended(first)
        assert ended.outputs["shelf"] == "skipped"
        assert [(v["by"], v["group"], v["outcome"]) for v in ended.outputs["votes"]] == [
            ("helen", "legal", "approve"),
            ("tom", "finance", "approve"),
        ]
        assert {t.step: t.status for t in ended.tasks if t.path.startswith("order/")} == {
            "send": "done",
            "shelf": "done",
            "cake": "cancelled",
        }
        await house.task(second, "approve", "reject", by="helen")
        assert (await house.ended(second)).outputs["outcome"] == "reject"
        assert {e.state for e in await house.effects()} == {"done"}


async def _voted(house: Firm, case: str) -> None:
    """Two approve; who votes again, or may not vote, is told so and changes nothing."""
    vote = await task_at(house, case, "approve")
    await house.desk.complete(vote.id, "approve", by="helen@northwind.example")
    with pytest.raises(NotOpen):
        await house.desk.complete(vote.id, "reject", by="helen")
    with pytest.raises(NotAllowed, match="they started the case"):
        await house.desk.complete(vote.id, "approve", by="ines")

    async def halfway() -> Any:
        return (await task_at(house, case, "approve")).progress == "1 of 2 approvals, waiting for finance"

    await house.until(halfway)
    assert (await house.waits(case, "approve")).waiting_for == "1 of 2 approvals, waiting for finance"
    await house.task(case, "approve", "approve", by="tom")


async def _ordered(house: Firm, case: str) -> None:
    send = await task_at(house, case, "send")
    await house.desk.give_back(send.id, by=send.assignee)

    async def free() -> Any:
        return not (await house.desk.task(send.id)).assignee

    await house.until(free)
    results = await asyncio.gather(
        *(house.desk.claim(send.id, by=who) for who in ("sam", "priya")), return_exceptions=True
    )
    assert sorted(type(r).__name__ for r in results) == ["NoneType", "NotOpen"]
    await house.task(case, "send", by="sam")
    shelf = await task_at(house, case, "shelf")
    await house.desk.say_not_applicable(shelf.id, "There is room", by="tom")


async def test_who_is_away_now_is_read_from_the_workspace(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        await house.desk.publish("purchase")
        people = house.house.settings.workspace / "definitions" / "people.yaml"
        today = datetime.now(UTC).date()
        days = f"from: {today - timedelta(days=1)}, to: {today + timedelta(days=1)}"
        sam, priya = (f"  - {{ user: {who}, {days}, substitute: helen }}\n" for who in ("sam", "priya"))
        people.write_text(f"{people.read_text()}\nabsences:\n{sam}{priya}")
        case = (await house.desk.start("purchase", {"what": "a desk"})).case
        offer = await task_at(house, case, "offer")
        assert offer.assignee == "helen"
        assert any("Helen Osei" in line for line in await house.timeline(case))
