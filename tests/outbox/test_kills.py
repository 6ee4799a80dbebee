"""Workers are killed while mails wait and while they are sent: nothing is lost, and nothing leaves twice."""

import asyncio
import random
from pathlib import Path

import pytest

from engine.store import outbox
from tests.outbox.crew import Crew, crew


async def begin(house: Crew, number: int, first: int = 0) -> list[str]:
    started = [
        await house.desk.start("greets", {"email": f"c{n}@acme.test", "name": f"N{n}"})
        for n in range(first, first + number)
    ]
    return [one.case for one in started]


async def waiting(house: Crew, number: int) -> bool:
    return len(await house.desk.outbox(outbox.WAITING)) >= number


async def test_mails_that_wait_outlive_their_worker_and_two_workers_send_each_once(
    tmp_path: Path, temporal: str
) -> None:
    async with crew(tmp_path, temporal) as house:
        await house.desk.publish("greets")
        await house.desk.hold_mail(by="sam")
        await house.start(0)
        await begin(house, 10)
        await house.until(lambda: waiting(house, 10))
        await house.workers[0].kill()
        assert not house.mail.received
        await house.start(0, 1)
        await house.desk.release_mail()
        await house.until(house.settled)
        assert await house.agreed() == []
        assert len(house.mail.received) == 20
        hello = [row for row in await house.desk.outbox() if row.subject.startswith("Hello")]
        left = sorted(hello, key=lambda row: row.finished_at or row.created_at)
        assert [row.seq for row in left] == [row.seq for row in hello]


@pytest.mark.slow
@pytest.mark.parametrize("undo", ["0 seconds", "1 seconds"])
async def test_two_workers_are_killed_again_and_again_while_mails_are_held_and_released(
    undo: str, tmp_path: Path, temporal: str
) -> None:
    chance = random.Random(11)
    async with crew(tmp_path, temporal, BATON_MAIL_UNDO_PROCESS=undo) as house:
        await house.desk.publish("greets")
        await house.start(0, 1)
        for n in range(12):
            await begin(house, 5, first=5 * n)
            if n % 3 == 0:
                await house.desk.hold_mail(by="sam")
            await asyncio.sleep(chance.uniform(0.2, 1.5))
            await house.workers[n % 2].kill()
            if n % 3 == 1:
                await house.desk.release_mail()
            await house.start(n % 2)
        await house.until(house.settled, 180)
        assert await house.agreed() == []
        assert sum(house.mail.received.values()) >= 60
