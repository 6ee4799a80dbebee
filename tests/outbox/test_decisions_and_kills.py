"""Mails are agreed to, changed and stopped by commands and on pages, while workers, the web and the commands themselves
are killed again and again: every decision counts once, and what leaves says what was agreed to."""

import asyncio
import random
import re
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path

import httpx
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.chaos_mail import MailServer
from engine.desk import DeskError
from engine.store import outbox
from engine.store.rows import OutboxRow
from tests.outbox.commands import Commands, free_port
from tests.outbox.crew import Crew, crew

MAILS = 45
KILLS = 36  # of workers and of the web
TASK = re.compile(r"/t/([\w-]{43})")
SEEN = re.compile(r'name="mail-seen" value="(\w+)"')


class Letterbox(MailServer):
    """Keeps what it took, by recipient."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd
        self.mails.append(message_from_bytes(bytes(envelope.original_content or b""), policy=modern))
        return await super().handle_DATA(server, session, envelope)

    def to(self, address: str) -> list[str]:
        return [text_of(mail) for mail in self.mails if mail["To"] == address]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


@dataclass
class Staff:
    """Helen, who decides on every mail: by a command, on its page, or as another program does. `decided` and `written`
    hold what she did, by case."""

    house: Crew
    letters: Letterbox
    commands: Commands
    chance: random.Random
    decided: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    async def decide(self, row: OutboxRow) -> None:
        await asyncio.sleep(self.chance.uniform(0, 20))
        if self.chance.random() < 0.5:
            await self._edit(row, f"It costs {self.chance.randrange(200, 999)}.")
        outcome = self.decided[row.case] = "approve" if self.chance.random() < 0.7 else "reject"
        way = self.chance.choice((self._by_command, self._by_page, self._by_desk))
        await way(row, outcome)

    async def _edit(self, row: OutboxRow, text: str) -> None:
        await self.house.desk.edit_message(str(row.seq), body=text, by="helen")
        self.written[row.case] = text

    async def _by_command(self, row: OutboxRow, outcome: str) -> None:
        comment = () if outcome == "approve" else ("--comment", "No.")
        await self.commands.run("outbox", outcome, str(row.seq), "--by", "helen", *comment)

    async def _by_desk(self, row: OutboxRow, outcome: str) -> None:
        with suppress(DeskError):  # a command that was killed had done it
            await self.house.desk.decide_on_message(str(row.seq), outcome, comment="No.", by="helen")

    async def _by_page(self, row: OutboxRow, outcome: str) -> None:
        """Presses the button again where the page does not answer."""
        token = await self._token(row)
        if not token:  # its notice is one of which nobody knows
            await self._by_command(row, outcome)
            return
        url = f"http://127.0.0.1:{self.commands.port}/t/{token}"
        async with httpx.AsyncClient(timeout=20) as browser:
            while True:
                with suppress(httpx.HTTPError):
                    page = await browser.get(url)
                    if not (seen := SEEN.search(page.text)):
                        return
                    given = {"task-outcome": outcome, "task-comment": "No.", "mail-seen": seen[1]}
                    if (await browser.post(url, data=given)).status_code == 303:
                        return
                await asyncio.sleep(0.3)

    async def _token(self, row: OutboxRow) -> str:
        task = next(t for t in (await self.house.desk.case(row.case)).tasks if t.mail == row.key)
        for text in self.letters.to("helen@northwind.example"):
            if found := TASK.search(text):
                link = await self.house.desk.open_link(found[1])
                if link and link.task and link.task.id == task.id:
                    return found[1]
        return ""


async def disturbed(house: Crew, commands: Commands, chance: random.Random, until: asyncio.Event) -> None:
    """Workers and web die and come back, until everybody has decided and enough have died."""
    while not until.is_set() or sum(commands.killed[part] for part in ("worker", "web")) < KILLS:
        await asyncio.sleep(chance.uniform(0.1, 1.2))
        if chance.random() < 0.4:
            await commands.kill_web()
            await commands.start_web()
            commands.killed["web"] += 1
        else:
            number = chance.randrange(2)
            await house.workers[number].kill()
            await house.start(number)
            commands.killed["worker"] += 1


@pytest.mark.slow
async def test_decisions_on_mails_outlive_every_kill(tmp_path: Path, temporal: str) -> None:
    chance, port = random.Random(5), free_port()
    letters = Letterbox(random.Random(7))
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(crew(tmp_path, temporal, mail=letters, BATON_WEB_PORT=str(port)))
        commands = Commands(house.desk.settings.workspace, house.desk.settings.environment, chance, port)
        stack.push_async_callback(commands.kill_web)
        await house.desk.publish("offers")
        await house.start(0, 1)
        await commands.start_web()
        for n in range(MAILS):
            await house.desk.start("offers", {"email": f"c{n}@acme.test"})
        staff, done = Staff(house, letters, commands, chance), asyncio.Event()
        await house.until(lambda: all_wait(house))
        disturbing = asyncio.create_task(disturbed(house, commands, chance, done))
        rows = await house.desk.outbox(("held",))
        async with asyncio.timeout(600), asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(staff.decide(row))
        done.set()
        await disturbing
        await house.until(house.settled, 120)
        print(f"\nkilled: {dict(commands.killed)}; {Counter(staff.decided.values())}")
        assert await house.agreed() == []
        assert await disagree(house, staff) == []


async def all_wait(house: Crew) -> bool:
    rows = await house.desk.outbox(outbox.WAITING)
    cases = [await house.desk.case(row.case) for row in rows]
    return len(rows) == MAILS and all(case.tasks for case in cases)


async def disagree(house: Crew, staff: Staff) -> list[str]:
    """Where a mail did not become what was decided."""
    wrong = []
    rows = {row.case: row for row in await house.desk.outbox() if row.subject == "Our offer"}
    for case, outcome in staff.decided.items():
        row, texts = rows[case], staff.letters.to(rows[case].recipient)
        wanted = staff.written.get(case, "It costs 100.")
        if outcome == "reject" and (row.state != "cancelled" or texts):
            wrong.append(f"{case} was rejected and is {row.state}, {len(texts)} arrived")
        if outcome == "approve" and row.state not in ("sent", "unknown"):
            wrong.append(f"{case} was approved and is {row.state}: {row.reason}")
        wrong += [f"{case} says {text!r} and not {wanted!r}" for text in texts if wanted not in text]
    return wrong
