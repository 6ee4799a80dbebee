"""Where it is measured: one embedded server, one client, and a worker of each side in this process."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from temporalio.worker import Worker

from activities import STEP_TYPES
from bench.peer.activities import Activities
from bench.peer.workflows import Questionnaire, TenMails
from bench.postman import Postman
from bench.sides import PEER_QUEUE, QUESTIONNAIRE, TEN_MAILS, Baton, ByHand
from engine.desk.desk import Desk
from engine.dispatcher import Nudge
from engine.settings import Settings
from engine.store.store import Store
from engine.workspace import create
from worker import furnished, working

DEFINITIONS = Path(__file__).parent / "definitions"


@dataclass(frozen=True)
class Measured:
    """Both sides at work."""

    baton: Baton
    by_hand: ByHand


def workspace(folder: Path) -> Path:
    """A workspace with the shipped definitions and those of the bench."""
    create(folder)
    shutil.copytree(DEFINITIONS, folder / "definitions", dirs_exist_ok=True)
    return folder


def environment(temporal: str) -> dict[str, str]:
    """Settings of a workspace of the bench; nothing is ever sent to its mail server."""
    return {"BATON_TEMPORAL_ADDRESS": temporal, "BATON_MAIL_SMTP_HOST": "127.0.0.1", "BATON_MAIL_SMTP_PORT": "9"}


@asynccontextmanager
async def at_work(folder: Path, temporal: str) -> AsyncIterator[Measured]:
    """Both workers run for the whole time; only one has something to do at any moment."""
    settings = Settings.load(workspace(folder), environment(temporal))
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(furnished(settings))
        ours, theirs, nudge = Postman(), Postman(), Nudge()
        tasks = Store.open(f"sqlite:///{folder}/by-hand.db")
        stack.callback(tasks.close)
        tasks.migrate()
        activities = Activities(replace(house.world, mailer=theirs), tasks)
        house = replace(house, world=replace(house.world, mailer=ours))
        await stack.enter_async_context(working(house, nudge, queue="baton-bench"))
        # As the tutorial has it: no option is given.
        await stack.enter_async_context(
            Worker(
                house.client,
                task_queue=PEER_QUEUE,
                workflows=[TenMails, Questionnaire],
                activities=[activities.send_mail, activities.open_task],
            )
        )
        desk = Desk(settings, house.store, STEP_TYPES, nudge)
        for process in (TEN_MAILS, QUESTIONNAIRE):
            await desk.publish(process)
        yield Measured(Baton(house.client, ours, desk), ByHand(house.client, theirs, tasks))
