"""A desk over a real store, with cases as a worker would have left them, and a browser in front of it."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
from fastapi import FastAPI
from pypdf import PdfWriter
from sqlalchemy import Connection

from activities import STEP_TYPES
from activities.outgoing import Outgoing
from activities.packing import packed
from engine.desk.answers import LinkKind
from engine.desk.desk import Desk
from engine.gateways.mail import Mail
from engine.gateways.tokens import UNSUBSCRIBE, UNSUBSCRIBE_LIFE, link_url, token_hash, unsubscribe_token
from engine.language.addresses import normal
from engine.language.values import encode
from engine.opening import SIGNAL
from engine.runtime.view import CaseView, TaskView, WaitView
from engine.settings import Settings
from engine.store import cases, files, inbox, ledger, links, outbox
from engine.store.rows import Arrival
from engine.store.store import Store
from engine.workspace import create
from tests.web.reader import Page
from web.app import create_app
from web.pace import Limits

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ANN = "ann@acme.test"
DEAL = {
    "company": "Acme",
    "contact": "Ann",
    "account_manager": "sam",
    "deal_value": "12,000 GBP",
}
SIGNATURE, CONTRACT = "contract_rounds/1/signature", "contract_rounds/1/contract"


def workspace(folder: Path) -> Path:
    """The shipped workspace, with the definitions of these tests beside its own."""
    create(folder)
    copytree(Path(__file__).parent / "definitions", folder / "definitions", dirs_exist_ok=True)
    return folder


def settings_of(folder: Path, database_url: str) -> Settings:
    environment = {"BATON_DATABASE_URL": database_url, "CRM_WEBHOOK_SECRET": SECRET, "CALENDAR_WEBHOOK_SECRET": SECRET}
    return Settings.load(folder, environment)


def pdf(title: str = "Services agreement") -> bytes:
    """A small real PDF."""
    writer, content = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": title})
    writer.write(content)
    return content.getvalue()


class House:
    """Cases, their links, and what a worker's turns would show of them."""

    def __init__(self, desk: Desk, contract: bytes | None = None) -> None:
        self.desk = desk
        self.contract = contract or pdf()
        self.turn = 0

    async def onboarding(self, **inputs: str) -> str:
        await self.desk.publish("client-onboarding")
        self.turn += 1  # one client has one onboarding at a time
        deal = {**DEAL, "email": f"ann+{self.turn}@acme.test", **inputs}
        return (await self.desk.start("client-onboarding", deal)).case

    async def survey(self, company: str = "Acme") -> str:
        await self.desk.publish("survey")
        return (await self.desk.start("survey", {"company": company})).case

    async def show(
        self, case: str, *, waits: list[WaitView] | None = None, tasks: list[TaskView] | None = None
    ) -> None:
        """Project the case as a turn does."""
        self.turn += 1
        seen = CaseView(
            case, self.turn, "open", "ok", datetime.now(UTC), waits=tuple(waits or ()), tasks=tuple(tasks or ())
        )
        await self.desk.store.write(lambda c: cases.project(c, seen))

    async def link(self, case: str, path: str, kind: LinkKind, who: str = ANN) -> str:
        """The path of a page: `/f/TOKEN`."""
        url = await self.desk.link_for(case, path, kind, who)
        return url.removeprefix(self.desk.settings.base_url)

    async def welcome(self, **inputs: str) -> str:
        """The page of an open welcome questionnaire."""
        case = await self.onboarding(**inputs)
        await self.show(case, waits=[wait("welcome", "form")])
        return await self.link(case, "welcome", "form")

    async def leave(self, who: str = ANN, class_: str = "marketing") -> str:
        """The page behind the way out of a mail of this class."""
        token = unsubscribe_token(self.desk.settings.key(), normal(who), class_)
        row = (token_hash(token), "", class_, UNSUBSCRIBE, normal(who), datetime.now(UTC) + UNSUBSCRIBE_LIFE)
        await self.desk.store.write(lambda c: links.put(c, *row))
        return link_url("", UNSUBSCRIBE, token)

    async def everything(self, company: str = "Acme") -> str:
        """The page of a questionnaire with every kind of question."""
        case = await self.survey(company)
        await self.show(case, waits=[wait("everything", "form")])
        return await self.link(case, "everything", "form")

    async def signature(self) -> str:
        """The page of a contract that waits for its signature."""
        case = await self.onboarding()
        file = {
            "file": "f1",
            "name": "Services agreement.pdf",
            "sha256": sha256(self.contract).hexdigest(),
            "size": len(self.contract),
        }
        await self.desk.store.write(lambda c: self._contract(c, case, file))
        asked = wait(SIGNATURE, "signature", "Services agreement")
        await self.show(case, waits=[replace(asked, events=({"document": "f1", "signers": (ANN,)},))])
        return await self.link(case, SIGNATURE, "signature")

    def _contract(self, c: Connection, case: str, file: dict[str, Any]) -> None:
        files.put(c, "f1", case, file["name"], "application/pdf", file["sha256"], self.contract)
        key = f"{case}/{CONTRACT}:render"
        now = datetime.now(UTC)
        ledger.claim(
            c, key, case=case, path=CONTRACT, purpose="render", kind="document", token="t", at=now, in_data=True
        )
        ledger.finish(c, key, "t", "done", now, result_json=encode({"file": file}))

    async def arrived(self) -> list[Arrival]:
        """What has been stored for cases since they were started, oldest first."""
        rows = await self.desk.store.read(lambda c: inbox.undelivered(c, 1000))
        ids = [row.inbox_id for row in rows if row.kind == SIGNAL]
        return list(await self.desk.store.read(lambda c: inbox.load(c, ids))) if ids else []

    async def task(self, **more: Any) -> str:
        """The page of a task with a form, a checklist and two outcomes."""
        case = await self.survey()
        await self.show(case, tasks=[replace(LOOK, **more)])
        return await self.link(case, "look", "task", "helen@northwind.example")

    async def approval(self) -> str:
        """The page of a task that shows a mail to whoever has to agree to it."""
        case = await self.survey()
        key = f"{case}/offer:send.draft"
        html = '<p style="color: red">It costs <script>alert(1)</script>100.</p>'
        about = {"subject": "Our offer", "text": "It costs 100.", "html": html, "message_id": "1@northwind.example"}
        mail = Mail(to=ANN, sender="us@northwind.example", **about)
        letter = outbox.Letter(key, case, "survey", "offer", "process", "", ANN, mail.subject, mail.message_id)
        kept, now = packed(Outgoing(mail, "survey")), datetime.now(UTC)
        await self.desk.store.write(
            lambda c: outbox.wait(c, letter, "held", "approval", "it needs the agreement of legal", None, now, kept)
        )
        asked = {"outcomes": ("approve", "reject"), "comments": ("reject",), "checklist": (), "form": "", "show": {}}
        await self.show(case, tasks=[replace(LOOK, id="t-mail", path="offer/approval", mail=key, **asked)])  # type: ignore[arg-type]
        return await self.link(case, "offer/approval", "task", "helen@northwind.example")


LOOK = TaskView(
    "t-look",
    "look",
    "look",
    "Look at Acme",
    "open",
    datetime.now(UTC),
    description="Does the number of seats fit the deal?",
    due=datetime(2026, 12, 4, 17, 0, tzinfo=UTC),
    outcomes=("accept", "send_back"),
    checklist=(
        {"id": "register", "label": "Found in the register"},
        {"id": "press", "label": "Press search", "optional": True},
    ),
    form="findings",
    show={"steps.everything.answers": {"company_name": "Acme Trading", "seats": 12, "story": None}},
)


def wait(path: str, kind: str, title: str = "Welcome questionnaire") -> WaitView:
    return WaitView(path, path.rsplit("/", 1)[-1], kind, title, "waiting", ANN, datetime.now(UTC))


class Visitor:
    """Somebody with a browser: reads pages, sends forms."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def open(self, path: str) -> Page:
        return Page(await self.http.get(path))

    async def send(self, path: str, answers: dict[str, Any], **more: Any) -> Page:
        return Page(await self.http.post(path, data=answers, **more))


@asynccontextmanager
async def visitor(app: FastAPI, address: str = "203.0.113.9") -> AsyncIterator[Visitor]:
    """A browser without a network, at this address."""
    door = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 4711))
    async with httpx.AsyncClient(transport=door, base_url="http://test", follow_redirects=True) as http:
        yield Visitor(http)


def desk_of(folder: Path, database_url: str, store: Store) -> Desk:
    return Desk(settings_of(folder, database_url), store, STEP_TYPES)


def app_of(house: House, limits: Limits | None = None) -> FastAPI:
    return create_app(house.desk, limits)
