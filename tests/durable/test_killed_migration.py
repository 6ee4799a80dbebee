"""`baton migrate --apply`, and the workers with it, are killed in its middle: it is run again, and every case is on
one version, moved once, and has sent each of its mails once."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from engine.store import cases
from tests.outbox.commands import Commands
from tests.outbox.crew import Crew, crew

CASES = 60
PROCESS = """\
language: 1
process: rests
title: Rest
inputs:
  email: {{ type: email }}
steps:
  - {{ id: hello, type: email, to: "${{ inputs.email }}", subject: Hello, body: Hello. }}
  - {{ id: rest, type: wait, duration: 2 hours }}
  - {{ id: goodbye, type: email, to: "${{ inputs.email }}", subject: "{subject}", body: See you. }}
"""


async def publish(house: Crew, subject: str) -> None:
    file = house.desk.settings.workspace / "definitions" / "processes" / "rests.yaml"
    file.write_text(PROCESS.format(subject=subject))
    await house.desk.publish("rests", by="helen")


async def resting(house: Crew) -> bool:
    found = await house.store.read(lambda c: cases.listing(c, limit=1000))
    return all([(await house.desk.case(case.id)).waits for case in found])


async def killed_workers(house: Crew, commands: Commands, chance: random.Random, until: asyncio.Event) -> None:
    while not until.is_set():
        await asyncio.sleep(chance.uniform(0.3, 2.0))
        number = chance.randrange(2)
        await house.workers[number].kill()
        await house.start(number)
        commands.killed["worker"] += 1


@pytest.mark.slow
async def test_a_migration_that_is_killed_again_and_again_is_done_once(tmp_path: Path, temporal: str) -> None:
    chance = random.Random(9)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(crew(tmp_path, temporal))
        commands = Commands(house.desk.settings.workspace, house.desk.settings.environment, chance, 0)
        await publish(house, "Goodbye")
        await house.start(0, 1)
        started = [(await house.desk.start("rests", {"email": f"c{n}@acme.test"})).case for n in range(CASES)]
        await house.until(lambda: resting(house))
        await publish(house, "See you soon")
        done = asyncio.Event()
        killing = asyncio.create_task(killed_workers(house, commands, chance, done))
        versions = [await moved_on(house, commands) for _ in range(12)]
        done.set()
        await killing
        print(f"\nkilled: {dict(commands.killed)}; on version 2 after each run: {versions}")
        print(await commands.run("migrate", "rests", "--apply"))
        assert await moved_on(house, commands) == CASES
        for case in started:
            await house.desk.operate(case, "rest", "do_now", by="sam")
        await house.until(house.settled, 60)
        assert await house.agreed() == []
        for case in started:
            lines = await timeline_of(house, case)
            assert sum("Moved to version 2" in line for line in lines) == 1
        assert Counter(row.subject for row in await house.desk.outbox()) == {"Hello": CASES, "See you soon": CASES}


async def moved_on(house: Crew, commands: Commands) -> int:
    """How many cases are on the new version, after the command has been at it, to its end or not."""
    await commands.attempt(3.0, "migrate", "rests", "--apply")
    found = await house.store.read(lambda c: cases.listing(c, limit=1000))
    return sum(case.version == 2 for case in found)


async def timeline_of(house: Crew, case: str) -> list[str]:
    return [entry.text for entry in await house.store.read(lambda c: cases.timeline(c, case))]
