"""From what a person does to the mail that follows: one case of each side in turn, and nothing else to do."""

import asyncio

from bench.peer.letters import Customer
from bench.sides import QUESTIONNAIRE, OpenTask, Side

WARM = 3  # cases that are not counted
SETTLED = 0.05  # seconds of peace before the clock starts


async def measure(ours: Side, theirs: Side, count: int) -> list[tuple[float, float]]:
    """Milliseconds of both sides, case by case: from the moment somebody has finished the task (the signal is sent,
    the event is stored) to the last mail of the process."""
    for side in (ours, theirs):
        side.postman.empty()
        side.postman.bell = lambda mail: None
    pairs = [(await _one(ours, n), await _one(theirs, n)) for n in range(count + WARM)]
    return pairs[WARM:]


async def _one(side: Side, n: int) -> float:
    customer = Customer(f"Patient {n}", f"patient{n}@acme.test")
    case = await side.start(QUESTIONNAIRE, customer)
    await side.postman.brings(customer.email, "Two")
    await side.answer(case, customer)
    task = await _task(side, case)
    await asyncio.sleep(SETTLED)
    began = await side.finish(task)
    return 1000 * (await side.postman.brings(customer.email, "Thank") - began)


async def _task(side: Side, case: str) -> OpenTask:
    async with asyncio.timeout(30):
        while True:
            found = next((task for task in await side.tasks() if task.case == case), None)
            if found:
                return found
            await asyncio.sleep(0.02)
