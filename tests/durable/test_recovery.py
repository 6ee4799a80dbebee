"""A turn that cannot be taken is taken later; a case that the engine cannot carry on is found."""

import asyncio
from pathlib import Path
from uuid import uuid4

from engine.runtime.messages import Start
from tests.durable.firm import ACME, ANSWERS, Firm, firm
from workflows.client import Courier

UNKNOWN_CONTRACT = 99


async def test_a_case_outlives_a_database_that_fails_every_turn(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        case = (await house.desk.start("client-onboarding", ACME)).case
        token = await house.token("Welcome to Northwind")
        await rename(house, "timeline", "gone")
        assert await house.desk.answer(token, ANSWERS) == {}
        await house.until(lambda: stuck(house, case))
        await asyncio.sleep(3)
        await rename(house, "gone", "timeline")
        await house.task(case, "review", "reject")
        assert (await house.ended(case)).summary.outcome == "rejected"


async def rename(house: Firm, table: str, name: str) -> None:
    await house.house.store.write(lambda c: c.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}"))


async def stuck(house: Firm, case: str) -> bool:
    return (await house.desk.case(case)).summary.health == "stuck"


async def test_the_watch_finds_a_case_that_the_engine_cannot_carry_on(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        client, case = house.house.client, f"stuck-{uuid4().hex[:8]}"
        start = Start(UNKNOWN_CONTRACT, case, "", "")
        queue = (await running(house)).task_queue
        await client.start_workflow("small", start, id=case, task_queue=queue)
        courier = Courier(client, queue)
        await house.until(lambda: found(courier, case), seconds=60)
        await client.get_workflow_handle(case).terminate()


async def running(house: Firm) -> Courier:
    """The courier of the firm's own worker, known by its queue."""
    case = (await house.desk.start("client-onboarding", ACME)).case
    await house.waits(case, "welcome")
    description = await house.house.client.get_workflow_handle(case).describe()
    return Courier(house.house.client, description.task_queue)


async def found(courier: Courier, case: str) -> bool:
    return case in await courier.stuck()
