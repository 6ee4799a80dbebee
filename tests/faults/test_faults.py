"""Hours of a firm's life in minutes, while every part of the house fails again and again: all witnesses agree."""

import asyncio
import os
import random
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import func, select

from activities import STEP_TYPES
from bench.chaos_worker import Victim
from engine.desk.desk import Desk
from engine.gateways.temporal_server import TemporalServer
from engine.settings import Settings
from engine.store import ledger
from engine.store.store import Store
from engine.store.tables import mails
from engine.workspace import create
from tests.databases import Cluster
from tests.durable.firm import Target
from tests.faults.lines import Line, lock
from tests.faults.outside import Outside, again
from tests.mail.dovecot import Dovecot

DEFINITIONS = Path(__file__).parent / "definitions"
MINUTES = float(os.environ.get("BATON_FAULTS_MINUTES", "12"))  # of 2 hours with an errand every 10 seconds
PAUSE = 1.0  # seconds between two errands
SETTLES_WITHIN = 240.0  # seconds after the last fault: greylisted mails and calls are tried again later and later

Fault = Callable[[float], Coroutine[Any, Any, None]]
"""Something that is taken away for so many seconds."""


@dataclass
class Scene:
    """A house whose lines can be cut. `faults` are what can be done to it; each mends what it breaks."""

    desk: Desk
    outside: Outside
    target: Target
    faults: dict[str, Fault]


@asynccontextmanager
async def scene(
    folder: Path, mailbox: Dovecot, chance: random.Random, postgres: Cluster | None = None
) -> AsyncIterator[Scene]:
    """On SQLite with one worker, or with two on PostgreSQL."""
    workspace = folder / "workspace"
    create(workspace)
    async with AsyncExitStack() as stack:
        temporal, target = TemporalServer(folder / "temporal"), Target()
        await temporal.start()
        stack.push_async_callback(temporal.stop)
        engine = await opened(stack, int(temporal.address.rpartition(":")[2]))
        imap = await opened(stack, mailbox.port)
        environment = {
            "BATON_TEMPORAL_ADDRESS": f"127.0.0.1:{engine.port}",
            "BATON_MAIL_SMTP_HOST": "127.0.0.1",
            "BATON_MAIL_SMTP_TLS": "none",
            "BATON_BASE_URL": "http://127.0.0.1:9",
            "BATON_NETWORK_ALLOW": "127.0.0.0/8",
            "SHOP_URL": target.start(),
            "SHOP_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "ERRANDS_PASSWORD": "correct-horse",
        }
        if postgres:
            environment["BATON_DATABASE_URL"] = stack.enter_context(postgres.database())
        furnish(workspace, imap.port)
        settings = Settings.load(workspace, environment)
        store = Store.open(settings.database_url)
        stack.callback(store.close)
        store.migrate()
        desk = Desk(settings, store, STEP_TYPES)
        await desk.publish("errands")
        outside = Outside(settings, desk, mailbox, chance)
        await outside.start()
        stack.push_async_callback(outside.stop)
        smtp = await opened(stack, outside.port)
        sending = {**environment, "BATON_MAIL_SMTP_PORT": str(smtp.port)}
        workers = [await at_work(stack, Victim(workspace, sending)) for _ in range(2 if postgres else 1)]
        faults = {
            "no mail server": cutting(smtp),
            "no mailbox": cutting(imap),
            "no Temporal": cutting(engine),
            "no mail either way": cutting(smtp, imap),
            "nothing but the database": cutting(smtp, imap, engine),
            "no database": hanging_up(postgres) if postgres else locking(workspace / ".baton" / "baton.db"),
            **{f"killed worker {n}": killing(worker) for n, worker in enumerate(workers, 1)},
        }
        yield Scene(desk, outside, target, faults)


async def at_work(stack: AsyncExitStack, worker: Victim) -> Victim:
    stack.push_async_callback(worker.kill)
    await worker.start()
    await worker.until_ready()
    return worker


async def opened(stack: AsyncExitStack, port: int) -> Line:
    line = Line(port)
    await line.start()
    stack.push_async_callback(line.stop)
    return line


def furnish(workspace: Path, imap: int) -> None:
    """Only the errands, with the mailbox on this line."""
    definitions = workspace / "definitions"
    shutil.rmtree(definitions)
    shutil.copytree(DEFINITIONS, definitions)
    connections = definitions / "connections.yaml"
    connections.write_text(connections.read_text().replace("PORT", str(imap), 1))


def cutting(*lines: Line) -> Fault:
    async def fault(seconds: float) -> None:
        for line in lines:
            line.cut()
        await asyncio.sleep(seconds)
        for line in lines:
            line.mend()

    return fault


def locking(database: Path) -> Fault:
    async def fault(seconds: float) -> None:
        await asyncio.to_thread(lock, database, seconds)

    return fault


def hanging_up(postgres: Cluster) -> Fault:
    async def fault(seconds: float) -> None:
        for _ in range(int(seconds) + 1):
            await asyncio.to_thread(postgres.hang_up)
            await asyncio.sleep(0.7)

    return fault


def killing(worker: Victim) -> Fault:
    async def fault(seconds: float) -> None:
        await worker.kill()
        await asyncio.sleep(seconds / 5)
        await worker.start()
        await worker.until_ready()

    return fault


@pytest.mark.slow
async def test_two_hours_of_load_with_every_fault_again_and_again(tmp_path: Path, server: Dovecot) -> None:
    await live_through(tmp_path, server, MINUTES * 60, longest=20.0)


async def test_a_minute_of_load_with_every_fault_once(tmp_path: Path, server: Dovecot) -> None:
    await live_through(tmp_path, server, 25, longest=3.0)


@pytest.mark.slow
async def test_two_workers_on_postgresql_with_every_fault(tmp_path: Path, server: Dovecot, postgres: Cluster) -> None:
    await live_through(tmp_path, server, 60, longest=6.0, postgres=postgres)


async def live_through(
    folder: Path,
    mailbox: Dovecot,
    seconds: float,
    longest: float,
    postgres: Cluster | None = None,
    faults: Mapping[str, Fault] = MappingProxyType({}),
) -> None:
    """`faults` in the place of all that there are."""
    chance = random.Random(2026)
    async with scene(folder, mailbox, chance, postgres) as stage:
        stage.faults = dict(faults) or stage.faults
        told = await troubled(stage, chance, seconds, longest)
        await settled(stage)
        print(f"\n{len(stage.outside.asked)} errands, faults: {dict(told)}")
        await witnesses_agree(stage)


async def troubled(stage: Scene, chance: random.Random, seconds: float, longest: float) -> Counter[str]:
    """Errands come all the time, and one fault follows the other; how often each came."""
    loop, told = asyncio.get_running_loop(), Counter[str]()
    end = loop.time() + seconds
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(asked(stage.outside, end, seconds))
        while not asking.done():
            for name in chance.sample(sorted(stage.faults), len(stage.faults)):
                print(f"{loop.time() - end + seconds:5.0f} s, {len(stage.outside.asked)} errands: {name}", flush=True)
                await stage.faults[name](chance.uniform(longest / 4, longest))
                told[name] += 1
                await asyncio.sleep(chance.uniform(0, longest / 2))  # sometimes there is time to recover
                if loop.time() > end:
                    break
    return told


async def asked(outside: Outside, end: float, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as group:
        while loop.time() < end:
            group.create_task(outside.ask())
            await asyncio.sleep(PAUSE)


async def settled(stage: Scene) -> None:
    """Wait until every errand is carried out. Mails of which nobody knows are taken as arrived, as people do."""
    wanted, end = len(stage.outside.asked), asyncio.get_running_loop().time() + SETTLES_WITHIN
    while asyncio.get_running_loop().time() < end:
        cases = await stage.desk.cases(status=None, process="errands", limit=10_000)
        ended = len(cases) == wanted and all(case.status == "ended" for case in cases)
        if ended and await kept(stage.desk) == {"read": stage.outside.posted}:
            return
        for case in cases:
            if case.health == "incident":
                await cleared(stage, case.id)
        await asyncio.sleep(1)
    found = Counter((case.status, case.health, case.why) for case in cases)
    raise AssertionError(f"of {wanted} errands and {stage.outside.posted} mails: {found}, {await kept(stage.desk)}")


async def cleared(stage: Scene, case: str) -> None:
    """As people do who ask the client whether a mail has arrived: if not, it is sent again. An open question that
    has arrived is answered anyway."""
    effects = {e.path: e for e in await stage.desk.store.read(lambda c: ledger.listing(c, case, ("unknown",)))}
    for incident in (await stage.desk.case(case)).incidents:
        unknown = effects.get(incident.path)
        arrived = unknown is not None and stage.outside.received[unknown.message_id] > 0
        if incident.status == "open" and not (arrived and incident.step == "question"):
            what = "skip" if arrived else "retry"
            await again(partial(stage.desk.operate, case, incident.path, what, by="sam"))


async def witnesses_agree(stage: Scene) -> None:
    """Errands, cases, mailbox, ledger, mail server and the shop tell the same story, each thing once."""
    outside, desk = stage.outside, stage.desk
    cases = await desk.cases(status=None, process="errands", limit=10_000)
    assert Counter(case.title for case in cases) == Counter(f"Errand for {subject}" for subject in outside.asked)
    assert {case.outcome for case in cases} == {"completed"}
    effects = [e for e in await desk.store.read(ledger.listing) if e.kind == "email"]
    # Colleagues may be told of an incident, too; and what has not arrived is sent again, under another key.
    arrived = Counter(e.case for e in effects if e.case and e.message_id in outside.received)
    assert arrived == {case.id: 2 for case in cases}
    unknown = {e.message_id for e in effects if e.state == "unknown"}
    sent = {e.message_id for e in effects if e.state == "sent"}
    assert len(sent | unknown) == len(effects)
    assert sent <= outside.received.keys() <= sent | unknown
    assert set(outside.received.values()) == {1}
    calls = {r["key"]: r["body"]["subject"] for r in stage.target.requests}  # one that is repeated has the same key
    assert sorted(calls.values()) == sorted(outside.asked)
    assert await kept(desk) == {"read": outside.posted}


async def kept(desk: Desk) -> dict[str, int]:
    """How many mails were taken from the mailbox, by what became of them."""
    counts = select(mails.c.state, func.count()).group_by(mails.c.state)
    return dict(await desk.store.read(lambda c: c.execute(counts).all()))
