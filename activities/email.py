"""`email`: one message from a template, or from subject and body."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field as Described

from activities.gate import Gate
from activities.leaving import WayOut, way_out
from activities.outgoing import Link, Outgoing, Patience
from activities.packing import unpacked
from activities.posting import keep, post
from activities.world import World
from engine.gateways.mail import Attachment, Mail, message_id_for
from engine.gateways.tokens import link_token, link_url, token_hash
from engine.language import wording
from engine.language.calendar import WorkCalendar
from engine.language.evaluator import EVERYDAY
from engine.language.fields import EmailField, FileField, Reference, TextField
from engine.language.plan import Plan
from engine.language.resources import EmailTemplate, MailClass, People
from engine.language.time import resolve_text
from engine.language.types import TEXT, Field, Record, record
from engine.runtime import manners, suppression
from engine.runtime.approval import deliver
from engine.runtime.effects import Effect
from engine.runtime.letters import SUPPRESSED, addresses, letter, readers
from engine.runtime.step import Look, Nested, Promise, Result, Retry, Run, Send, Step
from engine.runtime.suppression import OnSuppressed
from engine.store import contacts, files, outbox
from engine.store.contacts import Contact


class EmailStep(Step):
    to: EmailField  # one address, or the id of a user
    cc: tuple[EmailField, ...] = ()  # who gets a copy
    reply_to: EmailField | None = None  # where answers go
    template: Annotated[str, Reference("emails")] | None = None  # a file of `emails/`, or else `subject` and `body`
    subject: TextField | None = None  # subject line
    body: TextField | None = None  # text in Markdown
    attachments: tuple[FileField, ...] = ()  # files such as `${ steps.contract.file }`
    class_: MailClass | None = Described(None, alias="class")
    """What kind of mail it is: `transactional`, `process` or `marketing`; `process` if neither it nor the template says
    so."""
    sender: Annotated[str, Reference("senders")] | None = None  # which account of connections.yaml sends it
    approve: TextField | None = None  # a user or group of people who must see it and agree before it goes out
    hours: Literal["office"] | None = None  # `office`: it goes out in the opening hours of the calendar only
    on_suppressed: OnSuppressed = None
    """What happens when the reader may not be written to: go on with status `suppressed` (if not said), stop the case,
    open an incident, or these steps."""

    def result(self, look: Look) -> Record:
        reason = Field(TEXT, "there is a reason only when the reader may not be written to")
        return record(**self.common(), to=TEXT, reason=reason)

    def certain(self) -> tuple[str, ...]:
        return ("status", "to")

    def notes(self) -> tuple[str, ...]:
        return (*super().notes(), *manners.told(self))

    def nested(self) -> tuple[Nested, ...]:
        return (*super().nested(), *suppression.nested(self.on_suppressed))

    def promises(self) -> tuple[Promise, ...]:
        return suppression.promised(self.on_suppressed)

    def endings(self) -> tuple[str, ...]:
        return (*super().endings(), *suppression.endings(self.id, self.on_suppressed))

    def sentence(self) -> str:
        message = wording.named(self.template) if self.template else wording.quoted(self.subject or "")
        to = wording.listed(map(wording.person, (self.to, *self.cc)))
        files = f", with {wording.listed(map(wording.spoken, self.attachments))}" if self.attachments else ""
        return f"Sends the mail {message} to {to}{files}."

    async def run(self, run: Run) -> Result:
        send = self._message()
        to = await readers(run, "send", (str(run.value(self.to)),), work=False)
        extra = {
            "cc": list(await self._copies(run)),
            "reply_to": addresses(run.plan.resources.people, str(run.value(self.reply_to)))[0]
            if self.reply_to
            else None,
            "attachments": run.value(self.attachments),
        }
        for n, address in enumerate(to):
            await deliver(run, "send" if n == 0 else f"send.{n + 1}", {**letter(run, send, address), **extra})
        result = {"to": ", ".join(to)}
        if why := suppression.not_written_to(run.record):
            await suppression.give_way(run, self.on_suppressed, why)
            return {**result, "status": SUPPRESSED, "reason": why}
        return result

    def _message(self) -> Send:
        own = ("template", "subject", "body", "class_", "sender", "approve", "hours")
        return Send(**{name: getattr(self, name) for name in own})

    async def _copies(self, run: Run) -> tuple[str, ...]:
        """The addresses of `cc`; colleagues are looked up, as those of `to` are."""
        names = tuple(str(name) for name in run.value(self.cc))
        return names if all("@" in name for name in names) else await readers(run, "cc", names, work=False)


CASE_PAGE = "case.url"
"""What a mail calls the page of its case: for colleagues a link of their own; nobody else has such a page."""


async def send_email(world: World, plan: Plan, effect: Effect) -> Result:
    """Render the letter and send it by phases, with the ledger before and after the point of no return."""
    gate, draft = Gate(world.store, effect), str(effect.payload.get("draft") or "")
    if answer := await gate.answered():
        return answer
    out = await _agreed_to(world, effect, draft) if draft else None
    return await post(world, gate, out or await _compose(world, plan, effect), draft)


async def draft_email(world: World, plan: Plan, effect: Effect) -> Result:
    """Render the letter and keep it until somebody has agreed to it."""
    gate = Gate(world.store, effect)
    if answer := await gate.answered():
        return answer
    return await keep(world, gate, await _compose(world, plan, effect), effect.payload["approve"])


async def _agreed_to(world: World, effect: Effect, draft: str) -> Outgoing | None:
    """The letter as somebody saw it, and perhaps changed it."""
    rows = await world.store.read(lambda c: [outbox.of(c, key) for key in (effect.key, draft)])
    mail = next((row.mail for row in rows if row and row.mail), None)
    return replace(unpacked(mail), approved_by=str(effect.payload["approved_by"])) if mail else None


async def _compose(world: World, plan: Plan, effect: Effect) -> Outgoing:
    letter = effect.payload
    to = str(letter["to"])
    book = Links(world, effect, to)
    people, template = world.people() or plan.resources.people, template_of(plan, letter)
    staff = any(u.email == to for u in people.users)
    known = None if staff else await world.store.read(lambda c: contacts.get(c, to))
    scope = {**letter["scope"], "to_name": name_of(people, to, letter["scope"], known), "links": book.handlers(plan)}
    if letter["link"]:
        scope["link"] = book.link(effect.page, letter["link"])
    if staff and CASE_PAGE in f"{template.subject} {template.body}":
        scope["case"] = {**scope["case"], "url": book.link("", "case")}
    link, class_ = scope.get("link", ""), letter.get("class") or "process"
    out = WayOut() if staff else way_out(world, to, class_, known)
    rendered = await world.renderer.mail(
        template, scope, world.brand, link=link, leave=out.footer, calendar=plan.calendar
    )
    mail = Mail(
        to=to,
        to_name=scope["to_name"],
        sender=world.sender,
        sender_name=world.sender_name,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        message_id=message_id_for(effect.key, world.sender.rpartition("@")[2]),
        cc=tuple(letter.get("cc") or ()),
        reply_to=letter.get("reply_to") or "",
        headers=out.headers,
        attachments=await _attachments(world, letter.get("attachments") or ()),
    )
    return Outgoing(
        mail,
        process=plan.process.process,
        class_=class_,
        staff=staff,
        zone=plan.calendar.time_zone if plan.calendar else "",
        sender=letter.get("sender") or "",
        office=plan.calendar.model_dump_json() if plan.calendar and letter.get("hours") == "office" else "",
        links=(*book.made, *out.links),
        patience=_patience(effect.retry, plan),
        button=str(template.button or "") if link else "",
        link=link,
        leave=out.footer,
    )


def _patience(retry: Retry, plan: Plan) -> Patience:
    """The effect's `retry` in seconds, as they are now in the process's calendar."""
    if retry == Retry():
        return Patience()
    now, calendar = datetime.now(UTC), WorkCalendar.of(plan.calendar) if plan.calendar else EVERYDAY
    first, longest = (
        resolve_text(phrase, str, now, calendar) or now + timedelta(hours=1)
        for phrase in (retry.first_delay, retry.max_delay)
    )
    return Patience(retry.max_attempts, (first - now).total_seconds(), (longest - now).total_seconds(), own=True)


def template_of(plan: Plan, letter: Mapping[str, Any]) -> EmailTemplate:
    if letter["template"]:
        return plan.resources.emails[letter["template"]]
    return EmailTemplate(subject=letter["subject"] or "", body=letter["body"] or "")


def name_of(people: People, address: str, scope: Mapping[str, Any], known: Contact | None) -> str:
    """The person's name: a colleague's, or the one that stands beside this address in the inputs, or the contact's."""
    colleague = next((u.name for u in people.users if u.email == address), "")
    inputs = scope["inputs"]
    contact = str(inputs.get("contact") or "") if inputs.get("email") == address else ""
    return " ".join((colleague or contact or (known.name if known else "")).split())


async def _attachments(world: World, wanted: Iterable[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    ids = [file["file"] for file in wanted]
    rows = await world.store.read(lambda c: [files.get(c, i) for i in ids]) if ids else []
    return tuple(Attachment(row.name, row.mime, row.content) for row in rows if row)


class Links:
    """The links of one letter: derived from the key; their hashes are kept when it leaves."""

    def __init__(self, world: World, effect: Effect, recipient: str) -> None:
        self.world = world
        self.case = effect.case
        self.recipient = recipient
        self.made: list[Link] = []

    def link(self, path: str, kind: str) -> str:
        token = link_token(self.world.key, self.case, path, kind, self.recipient)
        self.made.append((token_hash(token), path, kind))
        return link_url(self.world.base_url, kind, token)

    def handlers(self, plan: Plan) -> dict[str, str]:
        """A link for each form that the process listens to during the whole case."""
        forms = [h.id for h in plan.process.handlers if h.when.type == "form"]
        return {name: self.link(f"handlers/{name}", "case_form") for name in forms}
