"""Records golden histories of the loop: `python -m tests.golden.record_histories`. What is there is never replaced.

Each shows one thing that the loop does: what it waited for, tried, gave up, handed on.
"""

import asyncio
import socket
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowFailureError

from engine.gateways.temporal_server import TemporalServer
from tests.durable.firm import ACME, ANSWERS, Firm, Target, firm
from tests.durable.journey import PROCESS, RENAMED, begin, rewrite, travel
from tests.durable.scenarios import happy, silent, withdraws
from tests.golden.record import HISTORIES, record_history

ANN = "ann@acme.test"
Scenario = Callable[[Firm], Awaitable[str]]


@dataclass(frozen=True)
class Recording:
    """`runs`: which runs of the case are kept, by number; the last one if there are none."""

    scenario: Scenario
    flags: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    mail: bool = True
    runs: dict[str, int] = field(default_factory=dict)


async def timer(house: Firm) -> str:
    """The time comes that the case waits for."""
    case = (await house.desk.start("short-wait", {})).case
    await house.ended(case)
    return case


async def late(house: Firm) -> str:
    """Something comes for a step that has ended, in the turn of something that does not."""
    case = (await house.desk.start("booked", {"email": ANN})).case
    token = await house.token("questions")
    await house.desk.answer(token, {"rating": "Well", "call_me": "no"})
    await house.waits(case, "booking")
    with suppress(Exception):
        await house.desk.answer(token, {"rating": "Badly", "call_me": "yes"})
    await house.until(lambda: _told(house, case, "too late"))
    await house.desk.stop(case, by="sam")
    await house.ended(case)
    return case


async def pending(house: Firm) -> str:
    """An effect fails once and is done at the second try."""
    case = (await house.desk.start("one-call", {"company": "Acme"})).case
    await house.ended(case)
    return case


async def gave_up(house: Firm) -> str:
    """The retries of an effect end; an operator tries again, and then it is well."""
    case = (await house.desk.start("two-attempts", {"company": "Acme"})).case
    await house.until(lambda: _trouble(house, case))
    await house.desk.operate(case, "workspace", "retry", by="sam")
    await house.ended(case)
    return case


async def stopped(house: Firm) -> str:
    """The case is stopped while an effect is being tried."""
    case = (await house.desk.start("two-mails", {"email": ANN})).case
    await house.waits(case, "first")
    await asyncio.sleep(1.5)
    await house.desk.stop(case, by="sam")
    await house.ended(case)
    return case


async def parent(house: Firm) -> str:
    """A child begins, and its end is news."""
    case = (await house.desk.start("parent", {"email": ANN})).case
    await house.ended(case)
    return case


async def child(house: Firm) -> str:
    """The same from the child's side."""
    await parent(house)
    found = await house.desk.cases(status="ended", process="two-mails")
    return found[0].id


async def cancelled(house: Firm) -> str:
    """Somebody ends the case in the durable engine itself."""
    case = (await house.desk.start("booked", {"email": ANN})).case
    await house.waits(case, "questions")
    await house.house.client.get_workflow_handle(case).cancel()
    return case


async def failing(house: Firm) -> str:
    """A turn fails for a while, and is taken then."""
    case = (await house.desk.start(PROCESS, ACME)).case
    token = await house.token("Welcome to Northwind")
    await _rename(house, "timeline", "gone")
    assert await house.desk.answer(token, ANSWERS) == {}
    await house.until(lambda: _stuck(house, case))
    await asyncio.sleep(3)
    await _rename(house, "gone", "timeline")
    await house.task(case, "review", "reject")
    await house.ended(case)
    return case


async def migration(house: Firm) -> str:
    """The case goes on with another version, and with it to its next step."""
    traveller = await begin(house, 0)
    await travel(traveller, 3)
    rewrite(house.house.settings.workspace)
    await house.desk.publish(PROCESS)
    edition, seen = await house.desk.outlook(PROCESS, names=RENAMED)
    assert [r.outcome async for r in house.desk.move(edition, seen, RENAMED)] == ["moved"]
    await house.task(traveller.case, "check_answers", "reject")
    await house.ended(traveller.case)
    return traveller.case


async def migration_under_way(house: Firm) -> str:
    """The case goes on with another version while an effect is being tried: in the same history, until that ends."""
    case = (await house.desk.start("two-mails", {"email": ANN})).case
    await house.waits(case, "first")
    path = house.house.settings.workspace / "definitions" / "processes" / "two-mails.yaml"
    path.write_text(path.read_text().replace("The second", "The last"))
    await house.desk.publish("two-mails")
    edition, seen = await house.desk.outlook("two-mails")
    assert [r.outcome async for r in house.desk.move(edition, seen)] == ["moved"]
    await asyncio.sleep(1.5)
    await house.desk.stop(case, by="sam")
    await house.ended(case)
    return case


async def _told(house: Firm, case: str, words: str) -> bool:
    return any(words in line for line in await house.timeline(case))


async def _trouble(house: Firm, case: str) -> bool:
    return any(i.status == "open" for i in (await house.desk.case(case)).incidents)


async def _stuck(house: Firm, case: str) -> bool:
    return (await house.desk.case(case)).summary.health == "stuck"


async def _rename(house: Firm, table: str, name: str) -> None:
    await house.house.store.write(lambda c: c.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}"))


RECORDINGS = {
    "0.1-happy": Recording(happy),
    "0.1-silent": Recording(silent),
    "0.1-withdraws": Recording(withdraws),
    "0.1-renewed": Recording(withdraws, flags=("renew",)),
    "0.2-timer": Recording(timer),
    "0.2-late": Recording(late),
    "0.2-pending": Recording(pending, statuses=(503,)),
    "0.2-gave-up": Recording(gave_up, statuses=(503, 503)),
    "0.2-stopped": Recording(stopped, mail=False),
    "0.2-parent": Recording(parent),
    "0.2-child": Recording(child),
    "0.2-cancelled": Recording(cancelled),
    "0.2-failing": Recording(failing),
    "0.2-renew": Recording(withdraws, flags=("renew",), runs={"0.2-renew-first": 0, "0.2-renew-second": 1}),
    "0.2-migration": Recording(migration, runs={"0.2-migration-before": 0, "0.2-migration-after": 1}),
    "0.2-migration-under-way": Recording(migration_under_way, mail=False),
}


async def record(folder: Path) -> None:
    server = TemporalServer(folder / "temporal")
    await server.start()
    for name, recording in RECORDINGS.items():
        if not any((HISTORIES / f"{kept}.json.gz").exists() for kept in (recording.runs or {name: 0})):
            await _one(folder / name, name, recording, server.address)
    await server.stop()


async def _one(folder: Path, name: str, recording: Recording, temporal: str) -> None:
    smtp = 0 if recording.mail else _nobody()
    target = Target(statuses=list(recording.statuses))
    async with firm(folder, temporal, flags=recording.flags, smtp=smtp, target=target) as house:
        case = await recording.scenario(house)
        with suppress(WorkflowFailureError):  # what people see is written a moment before the history ends
            await house.house.client.get_workflow_handle(case).result()
        runs = await _runs(house, case) if recording.runs else [""]
        for kept, number in (recording.runs or {name: 0}).items():
            handle = house.house.client.get_workflow_handle(case, run_id=runs[number] or None)
            record_history(kept, (await handle.fetch_history()).to_json())


async def _runs(house: Firm, case: str) -> list[str]:
    """The runs of a case, oldest first."""
    found: list[Any] = []
    while len(found) < 2:  # what is listed comes a moment later
        await asyncio.sleep(0.5)
        query = f"WorkflowId = '{case}'"
        found = [execution async for execution in house.house.client.list_workflows(query)]
    return [execution.run_id for execution in sorted(found, key=lambda e: e.start_time)]


def _nobody() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        asyncio.run(record(Path(scratch)))
