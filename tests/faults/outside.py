"""The world around the house: people who ask for errands by form, webhook and mail, and answer what they are asked."""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from email.utils import make_msgid
from typing import TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.exc import InterfaceError, OperationalError
from standardwebhooks.webhooks import Webhook

from engine.desk import NotOpen
from engine.desk.desk import Desk
from engine.settings import Settings
from tests.mail.dovecot import Dovecot

T = TypeVar("T")
TRIES = 40  # half a second apart
SLOWEST = 2.0  # seconds that somebody thinks about an answer
QUESTION = "Your errand: "
PAGE = re.compile(r"/f/([\w-]{43})")


@dataclass
class Outside:
    """`asked` are the subjects of all errands, each by its way in; `received` what the mail server has taken, by
    Message-ID; `posted` how many mails were put into the mailbox."""

    settings: Settings
    desk: Desk
    mailbox: Dovecot
    chance: random.Random
    asked: dict[str, str] = field(default_factory=dict)
    received: Counter[str] = field(default_factory=Counter)
    posted: int = 0
    port: int = 0
    _answering: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """Open the mail server that the house sends to."""
        self._server = await asyncio.get_running_loop().create_server(self._session, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        for task in self._answering:
            task.cancel()
        if self._server is not None:
            self._server.close()

    async def ask(self) -> None:
        """Somebody wants something."""
        number = len(self.asked) + 1
        way = self.chance.choice(("form", "webhook", "mail"))
        subject, email = f"Errand no. {number}", f"client{number}@acme.test"
        self.asked[subject] = way
        given = {"email": email, "subject": subject}
        if way == "form":
            await again(lambda: self.desk.submit_form("errands", "page", given, source_id=subject))
        elif way == "webhook":
            await again(lambda: self._call(given, subject))
        else:
            await self._post(_mail(email, "replies@northwind.example", subject, "Please."))

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd
        mail = message_from_bytes(bytes(envelope.original_content or b""), policy=modern)
        self.received[str(mail["Message-ID"]).strip("<>")] += 1
        if str(mail["Subject"]).startswith(QUESTION):
            task = asyncio.create_task(self._answer(mail))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        return "250 received"

    async def _answer(self, question: EmailMessage) -> None:
        """By the page or by a reply; some do both, and some do it twice."""
        part = question.get_body(("plain",))
        words = str(part.get_content()) if part else ""
        ways = self.chance.choice((["page"], ["reply"], ["reply", "page"], ["reply", "reply"]))
        for way in ways:
            await asyncio.sleep(self.chance.uniform(0, SLOWEST))
            page = PAGE.search(words)
            if way == "page" and page:
                await self._by_page(page[1])
            else:
                await self._post(_reply(question))

    async def _call(self, data: dict[str, str], message: str) -> None:
        at, body = datetime.now(UTC), json.dumps({"type": "errand.asked", "data": data})
        signature = Webhook(self.settings.environment["SHOP_SECRET"]).sign(message, at, body)
        stamp = str(int(at.timestamp()))
        headers = {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": signature}
        await self.desk.receive_webhook("shop", headers, body.encode())

    async def _by_page(self, token: str) -> None:
        with suppress(NotOpen):  # a reply was quicker
            assert await again(lambda: self.desk.answer(token, {"wish": "As soon as you can."})) == {}

    async def _post(self, mail: EmailMessage) -> None:
        self.posted += 1
        await asyncio.to_thread(self.mailbox.deliver, [mail.as_bytes()])

    def _session(self) -> SMTP:
        return SMTP(self, hostname="outside", enable_SMTPUTF8=True)


async def again(sent: Callable[[], Awaitable[T]]) -> T:
    """As people and other systems do who are told to come back in a moment."""
    for _ in range(TRIES):
        with suppress(OperationalError, InterfaceError):
            return await sent()
        await asyncio.sleep(0.5)
    return await sent()


def _mail(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = make_msgid(domain="acme.test")
    mail.set_content(text)
    return mail


def _reply(question: EmailMessage) -> EmailMessage:
    words = "As soon as you can.\n\nOn Monday Northwind wrote:\n> What exactly do you wish?\n"
    mail = _mail(str(question["To"]), str(question["Reply-To"]), f"Re: {question['Subject']}", words)
    mail["In-Reply-To"] = mail["References"] = str(question["Message-ID"])
    return mail
