"""Workers in processes of their own, one mail server and one database; and what four witnesses say at the end."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from activities import STEP_TYPES
from bench.chaos_mail import MailServer
from bench.chaos_worker import Victim
from engine.desk.desk import Desk
from engine.settings import Settings
from engine.store import cases, ledger
from engine.store.store import Store
from engine.workspace import create
from tests.durable.firm import environment

DEFINITIONS = Path(__file__).parent / "definitions"


@dataclass
class Crew:
    """Workers that are started and killed by the test; the desk speaks to their database."""

    desk: Desk
    store: Store
    mail: MailServer
    workers: list[Victim]

    async def until(self, true: Callable[[], Awaitable[bool]], seconds: float = 60.0) -> None:
        async with asyncio.timeout(seconds):
            while not await true():  # noqa: ASYNC110  the database has no bell
                await asyncio.sleep(0.1)

    async def start(self, *numbers: int) -> None:
        for number in numbers:
            await self.workers[number].start()
        for number in numbers:
            await self.workers[number].until_ready()

    async def settled(self) -> bool:
        """Every case has ended, or waits as an incident."""
        found = await self.store.read(lambda c: cases.listing(c, limit=1000))
        return all(case.status == "ended" or case.health == "incident" for case in found)

    async def agreed(self) -> list[str]:
        """What the outbox, the ledger, the mail server and the cases do not agree on; and what arrived twice."""
        rows, found = await self.desk.outbox(), await self.store.read(lambda c: cases.listing(c, limit=1000))
        effects = {e.key: e.state for e in await self.store.read(ledger.listing) if e.kind == "email"}
        troubled = {case.id for case in found if case.health == "incident"}
        wrong = [f"{key} is {state} in the ledger and nowhere else" for key, state in effects.items()
                 if key not in {row.key for row in rows}]  # fmt: skip
        for row in rows:
            arrived = self.mail.received[row.message_id]
            if row.state == "cancelled" and effects.get(row.key, "suppressed") == "suppressed" and not arrived:
                continue
            if effects.get(row.key) != row.state or row.state not in ("sent", "unknown"):
                wrong.append(f"{row.key} is {row.state}, and {effects.get(row.key)} in the ledger")
            if arrived > 1 or (row.state == "sent" and not arrived):
                wrong.append(f"{row.key} is {row.state} and arrived {arrived} times")
        lost = {row.case for row in rows if row.state == "unknown"}  # one of its mails; others may have arrived
        wrong += [f"{case} has lost a mail and does not know" for case in lost - troubled]
        wrong += [f"{case} is in trouble without a mail that is lost" for case in troubled - lost]
        unknown = self.mail.received.keys() - {row.message_id for row in rows}
        return [*wrong, *(f"{message} arrived and nobody sent it" for message in unknown)]


@asynccontextmanager
async def crew(
    folder: Path, temporal: str, workers: int = 2, mail: MailServer | None = None, **more: str
) -> AsyncIterator[Crew]:
    """Nobody works yet. `more` are further settings as in the environment."""
    workspace, mail = folder / "workspace", mail or MailServer(random.Random(7))
    create(workspace)
    shutil.copytree(DEFINITIONS, workspace / "definitions", dirs_exist_ok=True)
    async with AsyncExitStack() as stack:
        await mail.start()
        stack.push_async_callback(mail.stop)
        given = {**environment(temporal, mail.port, "http://127.0.0.1:9"), **more}
        settings = Settings.load(workspace, given)
        settings.kept.mkdir(exist_ok=True)
        store = Store.open(settings.database_url)
        stack.callback(store.close)
        store.migrate()
        found = Crew(Desk(settings, store, STEP_TYPES), store, mail, [Victim(workspace, given) for _ in range(workers)])
        for victim in found.workers:
            stack.push_async_callback(victim.kill)
        yield found
