"""Mails and documents of a rehearsal as people would see them: rendered as they are for real, in limited processes."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from activities.composing import name_of, template_of
from engine.gateways.pdf import PagePainter, TypstPrinter
from engine.gateways.rendering import Brand, RenderedDocument, Renderer, RenderFailed
from engine.language.plan import Plan
from engine.preview.rehearsal import Rehearsal
from engine.runtime.letters import is_suppressed
from engine.runtime.simulator import Happened
from engine.scenarios.clock import calendar_of


@dataclass(frozen=True)
class Sender:
    """Whom the mails come from. `base_url` stands in their links, which lead nowhere."""

    brand: Brand
    address: str = "hello@example.com"
    base_url: str = "https://example.com"


@dataclass(frozen=True)
class Letter:
    """A mail as its reader would see it; `problem` says why it cannot be rendered."""

    key: str
    at: datetime
    to: str
    name: str  # of the reader, where it is known
    template: str
    cc: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    subject: str = ""
    html: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Paper:
    """A document: its pages as PNG, and the PDF."""

    key: str
    at: datetime
    name: str
    template: str
    pages: tuple[bytes, ...] = ()
    pdf: bytes = b""
    problem: str = ""


@dataclass(frozen=True)
class Views:
    letters: tuple[Letter, ...] = ()
    papers: tuple[Paper, ...] = ()
    sender: Sender = field(default_factory=lambda: Sender(Brand("Your company")))


async def views(rehearsal: Rehearsal, sender: Sender) -> Views:
    """Render everything that would have gone out. What cannot be rendered says why."""
    async with AsyncExitStack() as tools:
        eyes = _Eyes(sender)
        for tool in (eyes.renderer, eyes.printer, eyes.painter):
            tools.push_async_callback(tool.aclose)
        papers = [await eyes.paper(case.plan, done) for case, done in rehearsal.happened("document")]
        named = {paper.key: paper.name for paper in papers}
        letters = [await eyes.letter(case.plan, done, named) for case, done in rehearsal.happened("email")
                   if not is_suppressed(done.result)]  # fmt: skip
    return Views(tuple(letters), tuple(papers), sender)


class _Eyes:
    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.renderer = Renderer(size=1, seconds=10.0)
        self.printer = TypstPrinter(seconds=20.0)
        self.painter = PagePainter()
        self._printed: dict[str, tuple[tuple[bytes, ...], bytes]] = {}

    async def letter(self, plan: Plan, done: Happened, papers: Mapping[str, str]) -> Letter:
        written = done.effect.payload
        to = str(written["to"])
        attached = tuple(papers.get(f["file"], f["name"]) for f in written.get("attachments") or ())
        name = name_of(plan.resources.people, to, written["scope"], None)
        template = str(written["template"] or "")
        letter = Letter(done.effect.key, done.at, to, name, template, tuple(written.get("cc") or ()), attached)
        scope = {**written["scope"], "to_name": name, "links": self._links(plan)}
        link = f"{self.sender.base_url}/{written['link']}" if written["link"] else ""
        if link:
            scope["link"] = link
        try:
            mail = await self.renderer.mail(
                template_of(plan, written), scope, self.sender.brand, link=link, calendar=plan.calendar
            )
        except RenderFailed as problem:
            return _with(letter, subject=template, problem=problem.message)
        return _with(letter, subject=mail.subject, html=mail.html)

    async def paper(self, plan: Plan, done: Happened) -> Paper:
        payload = done.effect.payload
        name = str(payload["template"])
        today = calendar_of(plan).local(done.at).date()
        scope = {**payload["fields"], "today": today, "case": {"id": done.effect.case}}
        try:
            filled = await self.renderer.document(
                plan.resources.documents[name], scope, self.sender.brand, calendar=plan.calendar
            )
            pages, pdf = await self._print(filled)
        except RenderFailed as problem:
            return Paper(done.effect.key, done.at, name, name, problem=problem.message)
        return Paper(done.effect.key, done.at, filled.filename, name, pages, pdf)

    async def _print(self, filled: RenderedDocument) -> tuple[tuple[bytes, ...], bytes]:
        """The same document is printed once."""
        if filled.markup not in self._printed:
            pages = await self.painter.paint(filled.markup)
            self._printed[filled.markup] = pages, await self.printer.render(filled.markup)
        return self._printed[filled.markup]

    def _links(self, plan: Plan) -> dict[str, str]:
        """A link for each form that the process listens to during the whole case."""
        forms = [handler.id for handler in plan.process.handlers if handler.when.type == "form"]
        return {name: f"{self.sender.base_url}/{name}" for name in forms}


def _with(letter: Letter, **more: Any) -> Letter:
    return Letter(**{**vars(letter), **more})
