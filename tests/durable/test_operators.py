"""What operators do outlives the worker: paused, changed while nobody is at work, resumed by another one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from activities import STEP_TYPES
from engine.desk.desk import Desk
from engine.dispatcher import Nudge
from engine.gateways.catcher import Catcher
from engine.language.values import decode
from engine.settings import Settings
from engine.workspace import create
from tests.durable.firm import Firm, Target, environment
from worker import House, furnished, working

STARTS = """\
language: 1
process: starter
title: New colleague
inputs:
  email: { type: email }
  start_date: { type: date, changeable: true }
concurrency: { key: "${ inputs.email }", if_running: queue }
steps:
  - id: laptop
    type: task
    title: Order a laptop
    assignee: sam
    due: 2 days before ${ inputs.start_date }
    timeout: ${ inputs.start_date }
    on_timeout: continue
"""


@dataclass
class Place:
    """A firm without a worker, and a way to put one to work for a while."""

    firm: Firm
    queue: str

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        async with working(self.firm.house, Nudge(), queue=self.queue):
            yield


@asynccontextmanager
async def place(folder: Path, temporal: str) -> AsyncIterator[Place]:
    create(folder / "workspace")
    (folder / "workspace" / "definitions" / "processes" / "starter.yaml").write_text(STARTS)
    catcher = Catcher(folder / "mail")
    await catcher.start()
    settings = Settings.load(folder / "workspace", environment(temporal, catcher.port, "http://127.0.0.1:9"))
    async with furnished(settings) as house:
        yield Place(Firm(house, desk_of(house), catcher.folder, Target()), f"test-{uuid4().hex[:8]}")
    await catcher.stop()


def desk_of(house: House) -> Desk:
    return Desk(house.settings, house.store, STEP_TYPES)


def joins(days: int) -> dict[str, str]:
    return {"email": "ann@acme.test", "start_date": (datetime.now(UTC).date() + timedelta(days)).isoformat()}


async def test_a_case_is_paused_changed_without_a_worker_and_resumed_by_another(tmp_path: Path, temporal: str) -> None:
    async with place(tmp_path, temporal) as there:
        firm, desk = there.firm, there.firm.desk
        async with there.worker():
            case = (await desk.start("starter", joins(20))).case
            first = await firm.waits(case, "laptop")
            await desk.pause(case, "keep", by="sam", reason="a new contract")
            await firm.until(lambda: health(desk, case, "paused"))
        later = datetime.now(UTC).date() + timedelta(days=27)
        seen = await desk.preview(case, {"start_date": later.isoformat()})
        assert {(m.what, m.after.date() - m.before.date()) for m in seen.moved if m.before and m.after} == {
            ("due date", timedelta(days=7)),
            ("time limit", timedelta(days=7)),
        }
        await desk.edit(case, {"start_date": later.isoformat()}, by="sam")
        async with there.worker():
            await desk.resume(case, by="helen")
            await firm.until(lambda: health(desk, case, "ok"))
            wait = await firm.waits(case, "laptop")
            assert wait.until - first.until == timedelta(days=7)
            assert decode((await desk.case(case)).inputs_json)["start_date"] == later
            lines = [e for e in await desk.timeline(case) if e.kind == "operator"]
            assert [e.by for e in lines] == ["sam", "sam", "helen"]
            assert lines[1].after == {"start_date": later.isoformat()}
            yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011 - a day, anywhere
            assert any(m.at_once for m in (await desk.preview(case, {"start_date": yesterday.isoformat()})).moved)
            await desk.edit(case, {"start_date": yesterday.isoformat()}, by="sam")
            await firm.ended(case)


async def health(desk: Desk, case: str, wanted: str) -> bool:
    return (await desk.case(case)).summary.health == wanted


async def test_three_cases_of_a_key_go_one_after_the_other_through_a_restart(tmp_path: Path, temporal: str) -> None:
    async with place(tmp_path, temporal) as there:
        firm, desk = there.firm, there.firm.desk
        async with there.worker():
            cases = [(await desk.start("starter", joins(20 + n))).case for n in range(3)]
            await firm.task(cases[0], "laptop")
            await firm.waits(cases[1], "laptop")
        assert await health(desk, cases[2], "queued")
        async with there.worker():
            await firm.task(cases[1], "laptop")
            await firm.task(cases[2], "laptop")
            for case in cases:
                await firm.ended(case)
        begun = [(await desk.timeline(case))[0].at for case in cases]
        assert begun == sorted(begun)


async def test_a_task_that_was_sent_back_is_done_again(tmp_path: Path, temporal: str) -> None:
    async with place(tmp_path, temporal) as there:
        firm, desk = there.firm, there.firm.desk
        more = "  - { id: card, type: task, title: Print a card, assignee: helen, timeout: never }\n"
        file = there.firm.house.settings.workspace / "definitions" / "processes" / "starter.yaml"
        file.write_text(STARTS + more)
        async with there.worker():
            case = (await desk.start("starter", joins(20))).case
            await firm.task(case, "laptop")
            await firm.waits(case, "card")
            await desk.reopen(case, "laptop", by="sam", reason="the wrong one came")
            await firm.waits(case, "laptop")
            await firm.task(case, "laptop")
            await firm.task(case, "card", by="helen")
            await firm.ended(case)
            assert len([t for t in (await desk.case(case)).tasks if t.step == "laptop" and t.status == "done"]) == 2
