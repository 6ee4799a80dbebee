"""How many cases a second: started as fast as possible, from the first start to the end of the last."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median

from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus

from bench.peer.letters import Customer
from bench.sides import QUESTIONNAIRE, Side
from engine.gateways.mail import Mail

AT_ONCE = 50  # starts under way at the same time
GLANCE = 0.02  # seconds between two looks at the list of open tasks
LONGEST = 180.0


@dataclass(frozen=True)
class Round:
    """One side's run. `events` and `transitions` are those of one case, as the server counts them."""

    cases_a_second: float
    events: float
    transitions: float


async def measure(side: Side, process: str, count: int) -> Round:
    """Start `count` cases, act as their clients and as the staff, and wait until all have ended."""
    side.postman.empty()
    customers = [Customer(f"Company {n}", f"client{n}@acme.test") for n in range(count)]
    began = time.time()
    if process == QUESTIONNAIRE:
        cases = await _with_people(side, customers)
    else:
        cases = await _start(side, process, customers)
        await side.postman.holds(10 * count, LONGEST)
    ended = await asyncio.gather(*(_ended(side, case) for case in cases))
    last = max(e.close_time.timestamp() for e in ended if e.close_time)
    infos = [e.raw_description.workflow_execution_info for e in ended]
    return Round(
        count / (last - began), median(i.history_length for i in infos), median(i.state_transition_count for i in infos)
    )


async def _start(side: Side, process: str, customers: Sequence[Customer]) -> list[str]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(customer: Customer) -> str:
        async with gate:
            return await side.start(process, customer)

    return await asyncio.gather(*(one(customer) for customer in customers))


async def _with_people(side: Side, customers: Sequence[Customer]) -> list[str]:
    """Clients answer as soon as they are asked; somebody finishes every task as soon as it is seen."""
    asked: asyncio.Queue[str] = asyncio.Queue()
    side.postman.bell = lambda mail: _ask(asked, mail)
    starts = {c.email: asyncio.create_task(side.start(QUESTIONNAIRE, c)) for c in customers}
    people = [asyncio.create_task(_clients(side, asked, starts, customers)), asyncio.create_task(_clerk(side))]
    try:
        await side.postman.holds(2 * len(customers), LONGEST)
    finally:
        for person in people:
            person.cancel()
            with suppress(asyncio.CancelledError):
                await person
    return [await start for start in starts.values()]


def _ask(asked: asyncio.Queue[str], mail: Mail) -> None:
    if mail.subject.startswith("Two questions"):
        asked.put_nowait(mail.to)


async def _clients(
    side: Side, asked: asyncio.Queue[str], starts: dict[str, asyncio.Task[str]], customers: Sequence[Customer]
) -> None:
    known = {c.email: c for c in customers}

    async def answer(email: str) -> None:
        await side.answer(await starts[email], known[email])

    async with asyncio.TaskGroup() as group:
        while True:
            group.create_task(answer(await asked.get()))


async def _clerk(side: Side) -> None:
    seen: set[str] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            for task in await side.tasks():
                if task.id not in seen:
                    seen.add(task.id)
                    group.create_task(side.finish(task))
            await asyncio.sleep(GLANCE)


async def _ended(side: Side, case: str) -> WorkflowExecutionDescription:
    """The case as the server describes it, once it has ended: asked afterwards, so that nobody waits on it."""
    handle = side.client.get_workflow_handle(case)
    async with asyncio.timeout(LONGEST):
        await handle.result()
        about = await handle.describe()
    if about.status != WorkflowExecutionStatus.COMPLETED:
        raise RuntimeError(f"{case} of {side.name} ended as {about.status}")
    return about
