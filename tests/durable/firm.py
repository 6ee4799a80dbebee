"""A whole firm on one event loop: real Temporal, real SMTP, real HTTP, a real database, the shipped definitions."""

import asyncio
import json
import re
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities import STEP_TYPES
from engine.desk.desk import Desk
from engine.dispatcher import Nudge
from engine.gateways.catcher import Catcher
from engine.gateways.caught import OpenedMail, listing, show
from engine.settings import Settings
from engine.store import cases, ledger
from engine.store.rows import EffectRow
from engine.workspace import create
from worker import House, furnished, working

DEFINITIONS = Path(__file__).parent / "definitions"
ACME = {
    "company": "Acme",
    "contact": "Ann",
    "email": "ann@acme.test",
    "account_manager": "sam",
    "deal_value": "12000 GBP",
}
ANSWERS = {
    "legal_name": "Acme Trading Limited",
    "address": "1 High Street\nLondon",
    "seats": "12",
    "sign_in": "Email and password",
    "personal_data": "yes",
}


@dataclass
class Target:
    """An HTTP server that the firm calls: it keeps every request and answers with an id.

    `statuses` are those of its first answers; then everything is well.
    """

    statuses: list[int] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    server: ThreadingHTTPServer | None = None

    def start(self) -> str:
        target = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = self.headers["Idempotency-Key"]
                target.requests.append({"path": self.path, "body": body, "key": key})
                answer = json.dumps({"id": f"ws-{len(target.requests)}"}).encode()
                self.send_response(target.statuses.pop(0) if target.statuses else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_PATCH = do_POST  # noqa: N815 - the server's own naming

            def log_message(self, *args: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"


@dataclass
class Firm:
    """The firm's desk, and what the outside saw of it."""

    house: House
    desk: Desk
    mailbox: Path
    target: Target

    async def until(self, true: Callable[[], Any], seconds: float = 30.0) -> Any:
        """Wait until something is true, looking often."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            found = true()
            found = await found if asyncio.iscoroutine(found) else found
            if found:
                return found
            if loop.time() > end:
                raise AssertionError("it did not come to pass")
            await asyncio.sleep(0.03)

    async def waits(self, case: str, step: str) -> Any:
        """Wait until the case waits at this step; what people see of it."""

        async def there() -> Any:
            detail = await self.desk.case(case)
            if detail.summary.status == "ended":
                raise AssertionError(f"the case has ended: {detail.summary.outcome}")
            return next((w for w in detail.waits if w.step == step), None)

        return await self.until(there)

    async def ended(self, case: str) -> Any:
        async def over() -> Any:
            detail = await self.desk.case(case)
            return detail if detail.summary.status == "ended" else None

        return await self.until(over)

    async def task(
        self, case: str, step: str, outcome: str = "", by: str = "sam", tick: bool = False, **more: Any
    ) -> None:
        """Finish the open task of a step; `tick` ticks everything on its checklist."""

        async def there() -> Any:
            tasks = (await self.desk.case(case)).tasks
            return next((t for t in tasks if t.step == step and t.status == "open"), None)

        task = await self.until(there)
        if tick:
            more["checklist"] = tuple(item["id"] for item in task.checklist)
        await self.desk.complete(task.id, outcome, by=by, **more)
        await self.until(lambda: self._closed(case, task.id))

    async def _closed(self, case: str, task: str) -> bool:
        return any(t.id == task and t.status != "open" for t in (await self.desk.case(case)).tasks)

    def mails(self) -> list[OpenedMail]:
        return [show(self.mailbox, m.id) for m in listing(self.mailbox)]

    async def token(self, subject: str, page: str = "f", nth: int = 1) -> str:
        """The token of the last link in the n-th mail whose subject holds these words."""

        def found() -> list[str]:
            texts = [m.text for m in self.mails() if subject.lower() in m.mail.subject.lower()]
            return [t[-1] for text in texts if (t := re.findall(rf"/{page}/([\w-]{{43}})", text))]

        tokens = await self.until(lambda: found() if len(found()) >= nth else [])
        return str(tokens[nth - 1])

    async def effects(self, case: str = "") -> tuple[EffectRow, ...]:
        return await self.house.store.read(lambda c: ledger.listing(c, case or None))

    async def timeline(self, case: str) -> list[str]:
        entries = await self.house.store.read(lambda c: cases.timeline(c, case))
        return [e.text for e in entries]

    async def history(self, case: str) -> Any:
        return await self.house.client.get_workflow_handle(case).fetch_history()


@asynccontextmanager
async def firm(
    folder: Path,
    temporal: str,
    database: str = "",
    *,
    flags: Sequence[str] = (),
    sandboxed: bool = True,
    smtp: int = 0,
    target: Target | None = None,
    definitions: Path = DEFINITIONS,
    more: Mapping[str, str] | None = None,
) -> AsyncIterator[Firm]:
    """A firm that works in `folder`, with a worker and task queue of its own, and the processes of `definitions/`.

    `smtp` is the port of another mail server than the catcher, `target` another HTTP server to call, `more` further
    settings as in the environment.
    """
    target, nudge = target or Target(), Nudge()
    workspace = folder / "workspace"
    create(workspace)
    shutil.copytree(definitions, workspace / "definitions", dirs_exist_ok=True)
    catcher = Catcher(folder / "mail")
    await catcher.start()
    given = {**environment(temporal, smtp or catcher.port, target.start(), database), **(more or {})}
    settings = Settings.load(workspace, given)
    runner = SandboxedWorkflowRunner() if sandboxed else None
    queue = f"test-{uuid4().hex[:8]}"
    async with furnished(settings) as house:
        try:
            async with working(house, nudge, runner=runner, queue=queue, flags=flags):
                yield Firm(house, Desk(settings, house.store, STEP_TYPES, nudge), catcher.folder, target)
        except ExceptionGroup as group:  # a failed assertion comes out of the worker's task group
            raise group.exceptions[0] from None
    await catcher.stop()
    if target.server:
        target.server.shutdown()


def environment(temporal: str, smtp: int, target: str, database: str = "") -> dict[str, str]:
    """What the firm's worker finds in its environment."""
    return {
        "BATON_TEMPORAL_ADDRESS": temporal,
        "BATON_MAIL_SMTP_HOST": "127.0.0.1",
        "BATON_MAIL_SMTP_PORT": str(smtp),
        "BATON_MAIL_SMTP_TLS": "none",
        "BATON_BASE_URL": "http://127.0.0.1:9",
        "BATON_NOTICES_EVERY": "off",
        "BATON_NETWORK_ALLOW": "127.0.0.0/8, ::1",
        "CRM_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "CALENDAR_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx",
        "CRM_URL": target,
        "CRM_TOKEN": "crm-token",
        "CHAT_URL": target.replace("http://", "json://"),
        "PRODUCT_API_URL": target,
        "PRODUCT_API_TOKEN": "product-token",
        **({"BATON_DATABASE_URL": database} if database else {}),
    }
