"""A whole house in one process and without an engine: desk, turns, mail out into a list, mail in from raw bytes."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from activities import STEP_TYPES
from activities.gate import Posted
from activities.performs import retry_of
from activities.turns import Turns, perform
from activities.world import World
from engine.desk.desk import Desk
from engine.dispatcher import Dispatcher
from engine.gateways.mail import Mail, Mailer
from engine.gateways.mail.memory import MemoryMailer
from engine.gateways.outcome import Deferred
from engine.gateways.parsing import Parser
from engine.gateways.tokens import LINK_LIFE, reply_address, reply_token, token_hash
from engine.language.values import decode, encode
from engine.mailroom.boxes import mailboxes_of
from engine.mailroom.placing import Placing
from engine.mailroom.reader import Reader
from engine.opening import values_of
from engine.runtime.effects import POSTED, Effect
from engine.runtime.flow import StepError
from engine.runtime.messages import CaseOver, Pending, Performed, TurnInput
from engine.settings import Settings
from engine.store import cases, links, mails, triage
from engine.store.mails import Incoming
from engine.store.rows import CaseDetail
from engine.store.store import Store
from engine.store.triage import TriageRow
from engine.workspace import create
from worker import world_of

DEFINITIONS = Path(__file__).parent / "definitions"
MX = "mx.northwind.example"
REPLIES, OFFICE, OPEN = "replies@northwind.example", "office@northwind.example", "open@northwind.example"


@dataclass
class Loop:
    """What the engine does, at once and without it: takes the turns of a case, and performs what they leave."""

    world: World
    turns: Turns
    states: dict[str, str] = field(default_factory=dict)
    began: dict[str, str] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)
    accepted: dict[str, list[str]] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)

    async def start(self, case: str, process: str, digest: str, state: str) -> None:
        if case not in self.states:
            self.states[case], self.began[case], self.plans[case] = state, state, digest
            await self._turn(case, [])

    def forget(self, case: str) -> None:
        """As an engine that went away before it had heard of the case's first turn, until it is `back`."""
        self.states[case], self.accepted[case] = self.began[case], []

    async def back(self, case: str) -> None:
        """The first turn is taken once more, with what was accepted for the case before it."""
        await self._turn(case, self.accepted.pop(case))

    async def tell(self, case: str, ids: Any) -> None:
        if case in self.over or case not in self.states:
            raise CaseOver(case)
        if case in self.accepted:
            self.accepted[case] += ids
        else:
            await self._turn(case, list(ids))

    async def _turn(self, case: str, events: list[str], performed: list[Performed] | None = None) -> None:
        now = datetime.now(UTC).timestamp()
        asked = TurnInput(case, self.plans[case], self.states[case], now, events, performed or [])
        turned = await self.turns.turn(asked)
        self.states[case] = turned.state
        if turned.ended:
            self.over.add(case)
        elif turned.pending:
            await self._turn(case, [], [await self._perform(pending) for pending in turned.pending])

    async def _perform(self, pending: Pending) -> Performed:
        plan = await self.turns.plan_of(pending.plan)
        payload = decode(pending.payload)
        named = (pending.key, pending.case, pending.path, pending.purpose, pending.kind)
        effect = Effect(*named, payload, retry_of(pending), fresh=False)
        try:
            return Performed(pending.key, encode(await perform(self.world, plan, effect)))
        except Posted as posted:
            return Performed(pending.key, encode({POSTED: posted.said}))
        except (StepError, Deferred) as problem:
            return Performed(pending.key, None, str(problem), problem.code)


@dataclass
class House:
    """`mailer.sent` holds what went out; `deliver` lets a raw mail come in and brings it to where it belongs."""

    settings: Settings
    store: Store
    desk: Desk
    mailer: MemoryMailer
    reader: Reader
    dispatcher: Dispatcher
    world: World
    loop: Loop
    number: Any = field(default_factory=lambda: count(1))

    async def start(self, process: str, **inputs: str) -> str:
        await self.desk.publish(process)
        case = (await self.desk.start(process, inputs)).case
        await self.settled()
        return case

    async def deliver(self, raw: bytes, mailbox: str = "replies", sender: str = "x@x.test", to: str = "") -> str:
        """Keep a mail, read it, and let everybody act on it; its id."""
        recipients = (to,) if to else ()
        mail = Incoming(mailbox, f"m-{next(self.number)}", raw, datetime.now(UTC), sender, recipients)
        await self.store.write(lambda c: mails.keep(c, mail))
        new = await self.store.read(mails.new)
        await self.reader.read()
        await self.settled()
        return new[-1].id

    async def settled(self) -> None:
        while await self.dispatcher.deliver():
            pass

    async def case(self, case: str) -> CaseDetail:
        return await self.desk.case(case)

    async def status(self, case: str) -> str:
        found = (await self.case(case)).summary
        return found.outcome or found.status

    async def triage(self) -> list[TriageRow]:
        return list(await self.store.read(triage.listing))

    async def why(self, mail: str) -> str:
        """Why a mail waits; empty where it does not."""
        return next((row.reason for row in await self.triage() if row.mail == mail), "")

    async def timeline(self, case: str) -> list[str]:
        return [entry.text for entry in await self.store.read(lambda c: cases.timeline(c, case))]

    async def address(self, case: str, page: str, reader: str) -> str:
        """The address that answers to a step's mail go to."""
        token = reply_token(self.settings.key(), case, page, reader)
        until = datetime.now(UTC) + LINK_LIFE
        await self.store.write(lambda c: links.put(c, token_hash(token), case, page, "reply", reader, until))
        return reply_address(REPLIES, token)

    def sent(self, to: str) -> list[Mail]:
        return [mail for mail in self.mailer.sent if mail.to == to]


@asynccontextmanager
async def house(
    folder: Path,
    store: Store,
    connections: str = "",
    definitions: Path = DEFINITIONS,
    mailer: Mailer | None = None,
    **environment: str,
) -> AsyncIterator[House]:
    """A house in `folder`, with the processes and mailboxes of `definitions/` beside those that are shipped."""
    workspace = folder / "workspace"
    create(workspace)
    shutil.copytree(definitions, workspace / "definitions", dirs_exist_ok=True)
    if connections:
        (workspace / "definitions" / "connections.yaml").write_text(connections)
    known = {"BATON_MAIL_SMTP_HOST": "127.0.0.1", "BATON_MAIL_SENDER": REPLIES, **environment}
    settings = Settings.load(workspace, known)
    async with AsyncExitStack() as stack:
        desk = Desk(settings, store, STEP_TYPES)
        memory, parser = MemoryMailer(), Parser()
        stack.push_async_callback(parser.aclose)
        world = replace(await world_of(settings, store, desk.shelf, stack), mailer=mailer or memory)
        loop = Loop(world, Turns(world, desk.shelf.plan, partial(values_of, settings)))
        dispatcher = Dispatcher(store, loop, desk.router)
        known = mailboxes_of(settings)
        placing = Placing(settings, store, desk.shelf, desk.router, known, desk.clock)
        yield House(settings, store, desk, memory, Reader(store, placing, known, parser), dispatcher, world, loop)
