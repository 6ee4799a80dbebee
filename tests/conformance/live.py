"""The lines of a test on a real engine, through the desk: as staff, clients and other systems would do it."""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from engine.language.scenario import Line
from engine.language.values import decode, encode
from engine.opening import SIGNAL
from engine.runtime.journal import NOT_APPLICABLE
from engine.runtime.simulator import Simulation
from engine.runtime.state import State
from engine.runtime.tasks import task_id
from engine.scenarios.finding import handler, open_step, open_task
from engine.scenarios.script import play_line
from engine.scenarios.world import World
from engine.store import cases, inbox, ledger, states
from engine.store.rows import Arrival, CaseDetail
from engine.store.tables import deliveries
from tests.conformance.same import DECISIONS, Picture, Same, Trace, effect, picture, raw, told, trace
from tests.durable.firm import Firm

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"
PATIENCE = 60.0
SHORT = timedelta(seconds=10)
"""Times up to this long are really waited for; longer ones come early, by the hand of staff."""

Clock = Callable[[], Awaitable[datetime]]
Skip = Callable[[timedelta], Awaitable[None]]


@dataclass
class Shaky:
    """A target that works, refuses, or fails the first attempts of each request, as its path says."""

    attempts: Counter[str] = field(default_factory=Counter)
    server: ThreadingHTTPServer | None = None

    def start(self) -> str:
        shaky = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                body = json.dumps({"id": "id-1"}).encode()
                self.send_response(shaky.status(self.path, self.headers["Idempotency-Key"]))
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def status(self, path: str, key: str) -> int:
        self.attempts[key] += 1
        if path.startswith("/fails/") and self.attempts[key] <= int(path.removeprefix("/fails/")):
            return 503
        return 400 if path == "/refuses" else 200


class Live:
    """One test on an engine, beside its simulation: after every line both must stand at the same place.

    `skip` lets time pass on an engine that can; elsewhere staff let things come early.
    """

    def __init__(self, firm: Firm, same: Same, clock: Clock, skip: Skip | None = None) -> None:
        self.firm = firm
        self.desk = firm.desk
        self.same = same
        self.skip = skip
        self.clock = clock
        self.world: World
        self.cases: dict[str, str] = {}  # id of a simulated case -> id of the real one

    async def play(self) -> tuple[list[Trace], list[Trace]]:
        """The traces of the simulated cases and of the real ones, in the order in which they were opened."""
        await self._start()
        for line in self.same.lines:
            await self._line(line)
        simulated = [trace(case) for case in self.world.cases.values()]
        return simulated, [await self._trace(self.cases[name]) for name in self.world.cases]

    async def _start(self) -> None:
        inputs = {**self.same.player.tests.inputs, **self.same.test.inputs}
        plain = {name: _typed(value) for name, value in inputs.items()}
        case = (await self.desk.start(self.same.player.tests.process, plain)).case
        self.world = self.same.begun_at((await self.clock()).astimezone(UTC).isoformat())
        self.cases[self.world.main.state.case["id"]] = case
        await self._meet()

    # -- lines ----------------------------------------------------------------------

    async def _line(self, line: Line) -> None:
        act = await self._prepared(line)
        before = self.world.now
        due = [w.path for w in self.world.main.turned.view.waits if w.next_at and w.next_at == self.world.deadline]
        play_line(self.world, line)
        if line.advance:
            await self._advance(self.world.now - before, due)
        else:
            await act()
        await self._meet()

    async def _prepared(self, line: Line) -> Callable[[], Awaitable[Any]]:
        """What to do to the real case, worked out while the simulated one still waits for it."""
        for verb, prepare in PREPARED.items():
            name = getattr(line, verb)
            if name is not None:
                return await prepare(self, line, name)
        return _nothing

    async def _advance(self, length: timedelta, due: list[str]) -> None:
        if self.skip:
            await self.skip(length)
        elif length <= SHORT:
            await asyncio.sleep(length.total_seconds())
        else:
            for path in due:
                await self.desk.operate(self.case, path, "do_now", by="sam")

    @property
    def case(self) -> str:
        return next(iter(self.cases.values()))

    def real(self, case: Simulation) -> str:
        return self.cases[case.state.case["id"]]

    async def answer(self, line: Line, name: str) -> Callable[[], Awaitable[Any]]:
        if listening := handler(self.world, name):
            case, path, kind, to = listening[0], listening[1], "case_form", line.by or ""
        else:
            case, path, record = open_step(self.world, name)
            kind, to = "form", str(record.memo["to"])
        url = await self.desk.link_for(self.real(case), path, kind, to)  # type: ignore[arg-type]

        async def act() -> None:
            problems = await self.desk.answer(url.rpartition("/")[2], raw(_plain(line.answers)))
            assert problems == {}

        return act

    async def complete(self, line: Line, name: str) -> Callable[[], Awaitable[Any]]:
        case, task = open_task(self.world, name)
        real = task_id(self.real(case), task.path)
        ticked = [str(i["id"]) for i in task.checklist] if line.checklist is None else line.checklist
        by = line.by or task.assignee
        if line.outcome == NOT_APPLICABLE:
            data = {"outcome": NOT_APPLICABLE, "comment": line.comment or ""}
            return lambda: self._deliver("task", NOT_APPLICABLE, self.real(case), task.path, by, data)
        answers = raw(_plain(line.answers))
        return lambda: self.desk.complete(
            real, line.outcome or "", comment=line.comment or "", answers=answers, checklist=tuple(ticked), by=by
        )

    async def sign(self, line: Line, name: str) -> Callable[[], Awaitable[Any]]:
        token = await self._signer(line, name)
        return lambda: self.desk.sign(token, "Some Body", True, "127.0.0.1", "test")

    async def decline(self, line: Line, name: str) -> Callable[[], Awaitable[Any]]:
        token = await self._signer(line, name)
        return lambda: self.desk.decline(token, line.reason or "")

    async def _signer(self, line: Line, name: str) -> str:
        case, path, _ = open_step(self.world, name)
        url = await self.desk.link_for(self.real(case), path, "signature", line.by or "")
        return url.rpartition("/")[2]

    async def event(self, line: Line, name: str) -> Callable[[], Awaitable[Any]]:
        data = _plain(line.data)
        if "/" in name:
            return lambda: self._webhook(*name.split("/", 1), data)
        if "." in name:
            step, _, event = name.rpartition(".")
            case, path, _ = open_step(self.world, step)
            return lambda: self.desk.give(self.real(case), path, event, data, by=line.by or "")
        if listening := handler(self.world, name):
            real = self.real(listening[0])
            return lambda: self.desk.give(real, name, name, data, by=line.by or "")
        return lambda: self._deliver("event", name, "", "", "", data)

    async def _webhook(self, connection: str, event: str, data: dict[str, Any]) -> None:
        at, message = datetime.now(UTC), uuid4().hex
        body = json.dumps({"type": event, "data": data})
        signature = Webhook(SECRET).sign(message, at, body)
        headers = {"webhook-id": message, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
        await self.desk.receive_webhook(connection, headers, body.encode())

    async def _deliver(self, kind: str, name: str, case: str, path: str, by: str, data: dict[str, Any]) -> None:
        """Something that the desk has no page for: an arrival, as it would be kept."""
        new = Arrival(uuid4().hex, "test", uuid4().hex, kind, name, case, path, by, encode(data), self.desk.clock())
        if case:
            await self.desk.deliver(new)
            return
        await self.desk.store.write(lambda c: inbox.accept(c, new))
        self.desk.nudge()

    async def operate(self, line: Line, name: str) -> Callable[[], Awaitable[Any]]:
        verb = next(v for v in ("retry", "skip", "do_now") if getattr(line, v) is not None)
        case, path, _ = open_step(self.world, name)
        values = raw(_plain(line.values))
        return lambda: self.desk.operate(self.real(case), path, verb, by=line.by or "", values=values)  # type: ignore[arg-type]

    async def stop(self, line: Line, name: str) -> Callable[[], Awaitable[Any]]:
        return lambda: self.desk.stop(self.case, by=line.by or "")

    # -- meeting ----------------------------------------------------------------------

    async def _meet(self) -> None:
        """Wait until the real cases stand where the simulated ones do."""
        end = asyncio.get_running_loop().time() + PATIENCE
        wanted = {name: picture(case) for name, case in self.world.cases.items()}
        while True:
            await self._find_children()
            seen = {name: await self._picture(self.cases.get(name, "")) for name in wanted}
            if seen == wanted and await self.desk.store.read(self._all_heard):
                return
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"simulated: {wanted}\nreal:      {seen}")
            await asyncio.sleep(0.05)

    def _all_heard(self, c: Any) -> bool:
        """Whether every arrival has been taken by a turn of its case: some change nothing that people see."""
        if inbox.unrouted(c, datetime.now(UTC) + timedelta(minutes=1)):
            return False
        return all(self._has_heard(c, case) for case in self.cases.values())

    def _has_heard(self, c: Any, case: str) -> bool:
        told = select(deliveries.c.inbox_id).where(deliveries.c.case_id == case, deliveries.c.kind == SIGNAL)
        found = cases.detail(c, case)
        over = found is not None and found.summary.status == "ended"
        return over or set(c.execute(told).scalars()) <= set(State.load(states.current(c, case)).seen)

    async def _find_children(self) -> None:
        for name, case in self.world.cases.items():
            if name not in self.cases:
                found = await self.firm.house.store.read(lambda c, case=case: self._child(c, case))
                if found:
                    self.cases[name] = found

    def _child(self, c: Any, case: Simulation) -> str:
        """The real case of a subprocess by its parent, or one that an event has started by its inputs."""
        rows = [cases.detail(c, row.id) for row in cases.listing(c, status=None, process=case.plan.process.process)]
        new = [row for row in rows if row and row.summary.id not in self.cases.values()]
        if parent := case.state.parent:
            wanted = f"{self.cases[parent['case']]}/{parent['path']}"
            return next((r.summary.id for r in new if r.summary.parent == wanted), "")
        return next((r.summary.id for r in new if decode(r.inputs_json) == case.state.inputs), "")

    async def _picture(self, case: str) -> Picture | None:
        if not case:
            return None
        detail: CaseDetail = await self.desk.case(case)
        waits = [(w.path, w.status) for w in detail.waits]
        tasks = [t.path for t in detail.tasks if t.status == "open"]
        done = await self._trace(case)
        return Picture(done.outcome, tuple(sorted(waits)), tuple(sorted(tasks)), len(done.effects), len(done.timeline))

    async def _effects(self, case: str) -> list[str]:
        rows = await self.desk.store.read(lambda c: ledger.listing(c, case, ("sent", "done")))
        return [effect(r.key, r.kind, r.recipient) for r in rows if r.kind not in DECISIONS]

    async def _trace(self, case: str) -> Trace:
        detail = await self.desk.case(case)
        entries = await self.desk.timeline(case)
        timeline = told([(e.kind, e.path) for e in entries])
        return Trace(detail.summary.process, detail.summary.outcome or "", tuple(await self._effects(case)), timeline)


PREPARED: dict[str, Callable[[Live, Line, Any], Awaitable[Callable[[], Awaitable[Any]]]]] = {
    "answer": Live.answer,
    "complete": Live.complete,
    "sign": Live.sign,
    "decline": Live.decline,
    "event": Live.event,
    "retry": Live.operate,
    "skip": Live.operate,
    "do_now": Live.operate,
    "stop": Live.stop,
}


async def _nothing() -> None:
    """The line is about the world of the simulator, or only looks."""


def _plain(values: Any) -> dict[str, Any]:
    return {name: _typed(value) for name, value in (values or {}).items()}


def _typed(value: Any) -> Any:
    """A value as people type it: `${ 3 }` is how the loader keeps a number."""
    return value.removeprefix("${ ").removesuffix(" }") if isinstance(value, str) else value
