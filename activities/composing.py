"""A mail as its reader gets it: rendered, addressed, and told where answers go. Nothing leaves here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from activities import clearance
from activities.leaving import WayOut, way_out
from activities.outgoing import Link, Outgoing, Patience
from activities.world import World
from engine.gateways.mail import Attachment, Mail, checked_address, message_id_for
from engine.gateways.pictures import pictures
from engine.gateways.tokens import link_token, link_url, reply_address, reply_token, token_hash
from engine.language.addresses import normal
from engine.language.calendar import WorkCalendar
from engine.language.connections import Connections
from engine.language.evaluator import EVERYDAY
from engine.language.locales import chosen
from engine.language.plan import Plan
from engine.language.resources import EmailTemplate, People
from engine.language.time import resolve_text
from engine.runtime.effects import Effect
from engine.runtime.flow import StepError
from engine.runtime.step import Retry
from engine.store import contacts, files, threads
from engine.store.contacts import Contact

LONGEST_NAME = 200  # characters: what is longer is no name

CASE_PAGE = "case.url"
"""What a mail calls the page of its case: for colleagues a link of their own; nobody else has such a page."""

REPLY = "reply"
"""The kind of link that an address for answers is."""


@dataclass(frozen=True)
class _Reader:
    """Whom a mail goes to. `earlier`: Message-IDs of the mails of this case that they have, oldest first."""

    address: str
    staff: bool
    known: Contact | None = None
    earlier: tuple[str, ...] = ()


async def compose(world: World, plan: Plan, effect: Effect) -> Outgoing:
    """Render the letter for its reader. Raises Refused, RenderFailed and StepError: then nothing has left."""
    letter = effect.payload
    people, connections = world.people() or plan.resources.people, world.connections() or Connections()
    reader = await _reader(world, people, effect)
    template, locale = template_for(plan, letter, reader.known.locale if reader.known else "")
    book = Links(world, effect, reader.address)
    scope = _scope(book, plan, letter, template, reader, people)
    link, class_ = scope.get("link", ""), letter.get("class") or "process"
    out = WayOut() if reader.staff else way_out(world, reader.address, class_, locale)
    rendered = await world.renderer.mail(
        template, scope, world.brand, link=link, leave=out.footer, calendar=plan.calendar, locale=locale
    )
    sender, sender_name = _sender(world, connections, letter)
    answers = book.answers(effect.page, connections)
    mail = Mail(
        to=reader.address,
        to_name=scope["to_name"],
        sender=sender,
        sender_name=sender_name,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        message_id=message_id_for(effect.key, sender.rpartition("@")[2], world.key),
        cc=await _copies(world, people, letter, class_),
        reply_to=letter.get("reply_to") or answers,
        headers=(*out.headers, *_thread(reader.earlier)),
        attachments=await _attachments(world, letter.get("attachments") or ()),
        account=letter.get("sender") or "",
        envelope=answers,
        images=pictures(world.images, rendered.html),
    )
    return Outgoing(
        mail,
        process=plan.process.process,
        class_=class_,
        staff=reader.staff,
        zone=plan.calendar.time_zone if plan.calendar else "",
        sender=letter.get("sender") or "",
        office=plan.calendar.model_dump_json() if plan.calendar and letter.get("hours") == "office" else "",
        links=(*book.made, *out.links),
        patience=_patience(effect.retry, plan),
        button=str(template.button or "") if link else "",
        link=link,
        leave=out.footer,
        locale=locale,
    )


async def _reader(world: World, people: People, effect: Effect) -> _Reader:
    address = checked_address(str(effect.payload["to"]))
    staff = any(normal(u.email) == normal(address) for u in people.users)
    known, earlier = await world.store.read(
        lambda c: (
            None if staff else contacts.get(c, address),
            threads.thread(c, effect.case, normal(address), effect.key),
        )
    )
    return _Reader(address, staff, known, earlier)


async def _copies(world: World, people: People, letter: Mapping[str, Any], class_: str) -> tuple[str, ...]:
    """Who gets a copy: whoever may not be written to is left out, and the mail goes to the others."""
    wanted = tuple(map(str, letter.get("cc") or ()))
    if not wanted:
        return ()
    staff = {normal(user.email) for user in people.users}
    return await world.store.read(lambda c: clearance.copies(c, wanted, class_, staff, world.rules))


def _scope(
    book: "Links", plan: Plan, letter: Mapping[str, Any], template: EmailTemplate, reader: _Reader, people: People
) -> dict[str, Any]:
    """What the template may use: what the step gave, and the reader's name and links."""
    name = name_of(people, str(letter["to"]), letter["scope"], reader.known)
    scope = {**letter["scope"], "to_name": name, "links": book.handlers(plan)}
    if letter["link"]:
        scope["link"] = book.link(book.page, letter["link"])
    if reader.staff and CASE_PAGE in f"{template.subject} {template.body}":
        scope["case"] = {**scope["case"], "url": book.link("", "case")}
    return scope


def _sender(world: World, connections: Connections, letter: Mapping[str, Any]) -> tuple[str, str]:
    """Address and name in From."""
    name = letter.get("sender") or ""
    if not name:
        return world.sender, world.sender_name
    sender = connections.senders.get(name)
    if sender is None:
        raise StepError("sender", f"connections.yaml has no sender `{name}` any more; add it there, then retry")
    return sender.address, sender.name or world.sender_name


def _thread(earlier: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Mail programs show mails together that name each other: the first one, and the last few."""
    if not earlier:
        return ()
    named = (*earlier[:1], *earlier[1:][-9:])
    return ("In-Reply-To", f"<{named[-1]}>"), ("References", " ".join(f"<{one}>" for one in named))


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


def template_for(plan: Plan, letter: Mapping[str, Any], locale: str) -> tuple[EmailTemplate, str]:
    """The letter in the reader's language where there is one, and which that is; empty: that of everybody else."""
    if not letter["template"]:
        return template_of(plan, letter), ""
    name, found = chosen(letter["template"], plan.resources.emails, locale)
    return plan.resources.emails[name], found


def template_of(plan: Plan, letter: Mapping[str, Any]) -> EmailTemplate:
    if letter["template"]:
        return plan.resources.emails[letter["template"]]
    return EmailTemplate(subject=letter["subject"] or "", body=letter["body"] or "")


def name_of(people: People, address: str, scope: Mapping[str, Any], known: Contact | None) -> str:
    """The person's name: a colleague's, or the one that stands beside this address in the inputs, or the contact's."""
    to, inputs = normal(address), scope["inputs"]
    colleague = next((u.name for u in people.users if normal(u.email) == to), "")
    contact = str(inputs.get("contact") or "") if normal(str(inputs.get("email") or "")) == to else ""
    name = " ".join((colleague or contact or (known.name if known else "")).split())
    return name[:LONGEST_NAME]


async def _attachments(world: World, wanted: Iterable[Mapping[str, Any] | None]) -> tuple[Attachment, ...]:
    """The files with their content; where there is none to send along, as in `x | default(none)`, none goes along."""
    ids = [file["file"] for file in wanted if file]
    rows = await world.store.read(lambda c: [files.get(c, i) for i in ids]) if ids else []
    if None in rows:
        raise StepError("attachment", "a file that the mail is to carry is not there any more")
    return tuple(Attachment(row.name, row.mime, row.content) for row in rows if row)


class Links:
    """The links of one letter: derived from the key; their hashes are kept when it leaves."""

    def __init__(self, world: World, effect: Effect, recipient: str) -> None:
        self.world = world
        self.case = effect.case
        self.page = effect.payload.get("page") or effect.page
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

    def answers(self, path: str, connections: Connections) -> str:
        """The address that answers to this mail go to; empty where no mailbox takes them."""
        mailbox = next((box.address for box in connections.mailboxes.values() if box.replies), "")
        if not mailbox:
            return ""
        token = reply_token(self.world.key, self.case, path, self.recipient)
        self.made.append((token_hash(token), path, REPLY))
        return reply_address(mailbox, token)
