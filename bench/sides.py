"""The two sides of a comparison: Baton, and workflows written by hand. What a driver asks of both is the same."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import Connection, select, update
from temporalio.client import Client

from bench.peer.letters import Customer
from bench.peer.workflows import Questionnaire, TenMails
from bench.postman import Postman
from engine.desk.desk import Desk
from engine.language.values import encode
from engine.store.rows import Arrival
from engine.store.store import Store
from engine.store.tables import tasks

TEN_MAILS, QUESTIONNAIRE = "ten-mails", "questionnaire"
ANSWERS = {"seats": 12, "start": "in May"}
WORDS = {name: str(value) for name, value in ANSWERS.items()}
PEER_QUEUE = "by-hand"


@dataclass(frozen=True)
class OpenTask:
    id: str
    case: str


class Side(Protocol):
    """`start` gives the id of the case, which is its workflow's id; `finish` when the finished task was stored."""

    name: str
    client: Client
    postman: Postman

    async def start(self, process: str, customer: Customer) -> str: ...
    async def answer(self, case: str, customer: Customer) -> None: ...
    async def tasks(self) -> Sequence[OpenTask]: ...
    async def finish(self, task: OpenTask) -> float: ...


@dataclass
class Baton:
    """Everything goes as it goes for users: through the desk, the inbox and the dispatcher."""

    client: Client
    postman: Postman
    desk: Desk
    name: str = "Baton"

    async def start(self, process: str, customer: Customer) -> str:
        return (await self.desk.start(process, vars(customer))).case

    async def answer(self, case: str, customer: Customer) -> None:
        arrival = Arrival(
            id=f"answer-{case}",
            source="link",
            source_id=case,
            kind="answer",
            name="answer",
            case=case,
            to="questions",
            by=customer.email,
            data_json=encode({"answers": ANSWERS}),
            received_at=datetime.now(UTC),
        )
        await self.desk.deliver(arrival)

    async def tasks(self) -> Sequence[OpenTask]:
        return await self.desk.store.read(_open_tasks)

    async def finish(self, task: OpenTask) -> float:
        await self.desk.complete(task.id, by="sam")
        return time.perf_counter()


@dataclass
class ByHand:
    """As one does it with Temporal alone: the client starts workflows and signals them."""

    client: Client
    postman: Postman
    store: Store
    name: str = "by hand"
    started: int = 0

    async def start(self, process: str, customer: Customer) -> str:
        self.started += 1
        workflow = TenMails.run if process == TEN_MAILS else Questionnaire.run
        handle = await self.client.start_workflow(
            workflow, customer, id=f"{process}-by-hand-{self.started}", task_queue=PEER_QUEUE
        )
        return handle.id

    async def answer(self, case: str, customer: Customer) -> None:
        await self.client.get_workflow_handle(case).signal(
            Questionnaire.answer, {k: str(v) for k, v in ANSWERS.items()}
        )

    async def tasks(self) -> Sequence[OpenTask]:
        return await self.store.read(_open_tasks)

    async def finish(self, task: OpenTask) -> float:
        await self.store.write(lambda c: c.execute(update(tasks).where(tasks.c.id == task.id).values(status="done")))
        done = time.perf_counter()
        await self.client.get_workflow_handle(task.case).signal(Questionnaire.task_done, "done")
        return done


def _open_tasks(c: Connection) -> list[OpenTask]:
    rows = c.execute(select(tasks.c.id, tasks.c.case_id).where(tasks.c.status == "open"))
    return [OpenTask(*row) for row in rows]
