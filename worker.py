"""The worker: takes turns, performs effects and brings news to the cases. `python worker.py` runs it alone.

Beside `workflows/` it is the only part of Baton that knows of Temporal; here everything is put together.
"""

import asyncio
import logging
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import uvloop
from prometheus_client import start_http_server
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import GrpcCompression, RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner

from activities import STEP_TYPES
from activities.due import Due
from activities.performs import Performs
from activities.turns import Turns
from activities.world import World
from engine import logs
from engine.clock import Clock, utc_now
from engine.dispatcher import Dispatcher, Nudge
from engine.gateways.functions import Functions
from engine.gateways.guard import Guard
from engine.gateways.http import HttpxCaller
from engine.gateways.mail import SmtpAccounts
from engine.gateways.notifier import AppriseNotifier
from engine.gateways.pdf import TypstPrinter
from engine.gateways.rendering import Brand, Renderer
from engine.health.canaries import Canaries
from engine.health.heartbeat import Heartbeat
from engine.health.watch import Watch
from engine.health.ways import Ways
from engine.language.inputs import BadValues
from engine.language.library import workspace_definitions
from engine.language.roster import roster_of
from engine.leaving import leave
from engine.mailroom.accounts import Accounts
from engine.mailroom.boxes import known_of, mailboxes_of
from engine.mailroom.ingest import Ingest
from engine.mailroom.placing import Placing
from engine.mailroom.reader import Reader
from engine.mailroom.receiving import Receiving
from engine.office import opening_hours
from engine.opening import prepare, values_of
from engine.postman.notices import Habit, Notices
from engine.postman.postman import Postman
from engine.routing import Router
from engine.runtime.flow import StepError
from engine.schedules import Schedules
from engine.senders import Senders, Wellbeing
from engine.settings import Settings, SettingsError
from engine.shelf import Shelf
from engine.store import clocks
from engine.store.policy import Rules
from engine.store.rows import NewCase
from engine.store.store import Store
from engine.upkeep import keep_time, watch
from engine.workspace import find
from workflows.client import TASK_QUEUE, Courier
from workflows.looking import Seen, look
from workflows.measuring import Measuring
from workflows.process import Case
from workflows.schedule import Scheduled, Timekeeper
from workflows.telling import runtime

log = logging.getLogger("baton.worker")

CACHED_CASES = 800  # about 80 KB each; any other one is taken up again from its history
POLLERS = 20
UNANSWERED = timedelta(seconds=1)  # after which a turn that waits for a worker that has died is given to another
GRACE = timedelta(seconds=30)  # at least the longest SMTP or HTTP timeout


@dataclass(frozen=True)
class House:
    """What one worker works with."""

    settings: Settings
    store: Store
    shelf: Shelf
    world: World
    client: Client


async def serve(
    settings: Settings, stop: asyncio.Event, *, ready: Callable[[], None] | None = None, nudge: Nudge | None = None
) -> None:
    """Work until `stop` is set, then finish what is under way. Raises SettingsError, ConnectionError."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(furnished(settings))
        bell = nudge or Nudge()
        stack.enter_context(_figures(settings.metrics_listen))
        await stack.enter_async_context(working(house, bell))
        if ready:
            ready()
        await stop.wait()


@contextmanager
def _figures(listen: str) -> Iterator[None]:
    """Tell the worker's own figures at `http://ADDRESS/metrics`. Raises SettingsError where that is taken."""
    if not listen:
        yield
        return
    host, _, port = listen.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host.strip("[]"))
    except OSError as problem:
        raise SettingsError((f"metrics.listen: cannot listen on {listen}: {problem.strerror}",)) from problem
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


@asynccontextmanager
async def furnished(settings: Settings) -> AsyncIterator[House]:
    """The worker's store, gateways and Temporal client; closed at the end."""
    async with AsyncExitStack() as stack:
        store = Store.open(settings.database_url)
        stack.callback(store.close)
        store.migrate()
        agree(store)
        shelf = Shelf(store, STEP_TYPES)
        world = await world_of(settings, store, shelf, stack)
        yield House(settings, store, shelf, world, await connect(settings))


def agree(store: Store, clock: Clock = utc_now) -> None:
    """Raises SettingsError where this machine's clock is another one than the database's."""
    ahead = store.read_now(lambda c: clocks.ahead(c, clock))
    if ahead and abs(ahead) > clocks.APART:
        how = f"{abs(ahead).total_seconds():.0f} s {'behind' if ahead > timedelta(0) else 'ahead of'}"
        why = f"the clock of this machine is {how} that of the database, and mails would be taken for lost that are not"
        raise SettingsError((f"{why}: let both follow a time server",))


async def connect(settings: Settings) -> Client:
    """A Temporal client by `temporalio.envconfig`, with what the workspace says on top. Raises ConnectionError."""
    options: dict[str, Any] = dict(ClientConfig.load_client_connect_config())
    if settings.temporal.address:
        options |= {"target_host": settings.temporal.address, "namespace": settings.temporal.namespace}
    options.setdefault("target_host", "127.0.0.1:7233")
    try:
        return await Client.connect(**options, grpc_compression=GrpcCompression.NONE, runtime=runtime())
    except RuntimeError as problem:
        raise ConnectionError(f"Temporal does not answer at {options['target_host']}: {_why(problem)}") from problem


def _why(problem: RuntimeError) -> str:
    """What the client's library says of it, without the names of its own parts."""
    said = re.findall(r'message: "([^"]+)"', str(problem))
    return said[-1].lower() if said else str(problem)


async def look_at_temporal(settings: Settings) -> Seen:
    """What the Temporal server says of itself. Raises ConnectionError."""
    client = await connect(settings)
    try:
        return await look(client)
    except RPCError as problem:
        raise ConnectionError(f"Temporal answers, and refuses to say what it is: {problem}") from problem


async def world_of(settings: Settings, store: Store, shelf: Shelf, stack: AsyncExitStack) -> World:
    if settings.mail.smtp is None:
        raise SettingsError(
            ("no mail server is configured: set mail.smtp.host in baton.yaml, or run `baton up`, which catches mails",)
        )
    connections, wellbeing = known_of(settings), Wellbeing(store)
    caller = HttpxCaller(Guard(settings.network_allow))
    senders = Senders(settings, connections, caller)
    mailer = SmtpAccounts(senders.account, wellbeing.heard)
    stack.push_async_callback(wellbeing.finish)
    renderer, printer, functions = Renderer(), TypstPrinter(), Functions()
    notifier = AppriseNotifier(settings.network_allow)
    for gateway in (mailer, caller, renderer, printer, functions, notifier):
        stack.push_async_callback(gateway.aclose)
    await renderer.warm()
    world = World(
        store=store,
        mailer=mailer,
        caller=caller,
        printer=printer,
        renderer=renderer,
        functions=functions,
        notifier=notifier,
        brand=Brand(settings.name),
        sender=settings.mail.sender,
        sender_name=settings.mail.sender_name,
        base_url=settings.base_url,
        key=settings.key(),
        secrets=settings.environment,
        open_child=Children(settings, shelf).open,
        people=roster_of(settings.workspace),
        connections=connections,
        images=workspace_definitions(settings.workspace) / "images",
        unsubscribe=settings.mail.unsubscribe,
        rules=Rules(settings.mail.caps, settings.mail.quiet_hours, settings.time_zone, settings.key(), senders.limits),
        undo=settings.mail.undo,
    )
    stack.push_async_callback(world.finish)
    return world


def notices_of(house: House) -> Notices | None:
    """Who tells colleagues what is new for them; None where nobody is to."""
    every, calendar = house.settings.notices.every, opening_hours(house.settings)

    async def owner_of(digest: str) -> str:
        return (await house.shelf.plan(digest)).process.owner or ""

    return Notices(house.world, Habit(every, calendar), owner_of) if every else None


@dataclass(frozen=True)
class Children:
    """Opens the cases of subprocesses."""

    settings: Settings
    shelf: Shelf

    async def open(self, process: str, inputs: Mapping[str, Any], parent: str, key: str) -> NewCase:
        """The child's case; the same key always gives the same one. Raises StepError."""
        edition = await self.shelf.live(process)
        if edition is None:
            raise StepError("not_published", f"the process `{process}` is not published: `baton publish {process}`")
        try:
            values = values_of(self.settings, edition.plan).read(edition.plan.process.inputs, inputs)
        except BadValues as problem:
            raise StepError("inputs", f"{process} cannot start: {problem}") from problem
        return prepare(self.settings, edition, values, utc_now(), key, parent).new


@asynccontextmanager
async def working(
    house: House,
    nudge: Nudge,
    *,
    runner: WorkflowRunner | None = None,
    queue: str = TASK_QUEUE,
    flags: Sequence[str] = (),
) -> AsyncIterator[Courier]:
    """A running Temporal worker, and beside it everything that works until it stops."""
    turns = Turns(house.world, house.shelf.plan, partial(values_of, house.settings), nudge)
    performs = Performs(house.world, house.shelf.plan)
    router = Router(house.settings, house.store, house.shelf, utc_now)
    schedules = Schedules(house.store, house.shelf, router, utc_now, nudge)
    worker = Worker(
        house.client,
        task_queue=queue,
        workflows=[Case, Scheduled],
        activities=[turns.turn, performs.perform, Due(schedules.happened).due],
        workflow_runner=runner or UnsandboxedWorkflowRunner(),
        max_cached_workflows=CACHED_CASES,
        sticky_queue_schedule_to_start_timeout=UNANSWERED,
        max_concurrent_workflow_task_polls=POLLERS,
        max_concurrent_activity_task_polls=POLLERS,
        graceful_shutdown_timeout=GRACE,
        interceptors=[Measuring()],
    )
    courier = Courier(house.client, queue, flags)
    stop = asyncio.Event()
    async with worker, asyncio.TaskGroup() as side:
        side.create_task(watch(house.store, courier, stop))
        side.create_task(keep_time(schedules, Timekeeper(house.client, queue), stop))
        side.create_task(Dispatcher(house.store, courier, router, nudge).run(stop))
        for service in (*mail_services(house, router, nudge), *health_services(house, schedules)):
            side.create_task(service.run(stop))
        try:
            yield courier
        finally:
            stop.set()
            nudge()


class Service(Protocol):
    """Something that works beside the turns until `stop` is set, and then finishes what is under way."""

    async def run(self, stop: asyncio.Event) -> None: ...


def mail_services(house: House, router: Router, nudge: Nudge) -> Iterator[Service]:
    """What brings mail in, understands it, and sends what has waited."""
    settings, store, boxes = house.settings, house.store, mailboxes_of(house.settings)
    yield Ingest(store, settings.workspace, boxes, Accounts(settings.secret, house.world.caller))
    yield Receiving(store, settings.workspace, boxes, settings.mail.listen or "")
    placing = Placing(settings, store, house.shelf, router, boxes, utc_now)
    yield Reader(store, placing, boxes, nudge=nudge)
    yield Postman(house.world, nudge)
    if notices := notices_of(house):
        yield notices


def health_services(house: House, schedules: Schedules) -> Iterator[Service]:
    """What notices that something has gone silent, and says so."""
    settings, mailer = house.settings, house.world.mailer
    yield Heartbeat(house.store, utc_now)
    yield Canaries(settings, house.store, mailer, mailboxes_of(settings), utc_now)
    yield Watch(settings, Ways(settings, house.store, schedules, utc_now), mailer, utc_now)


async def _until_signalled(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(settings, stop, ready=lambda: print("worker: ready", flush=True))


def main() -> int:
    """Run one worker in this workspace until Ctrl-C or SIGTERM. Exit code 1 when it cannot start."""
    try:
        settings = Settings.load(find(Path.cwd()), os.environ)
        logs.begin(settings.log_format)
        uvloop.run(_until_signalled(settings))
    except (SettingsError, ConnectionError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    leave(main())
