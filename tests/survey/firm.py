"""A firm that asks its leads: the shipped process, with a real mailbox, and an office that is about to open."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path
from typing import Any

from engine.gateways.caught import OpenedMail
from tests.durable.firm import Firm
from tests.mail.dovecot import USER, Dovecot
from tests.mail.post import raw

RENEWAL = Path(__file__).parents[1] / "policy" / "definitions" / "processes" / "renewal.yaml"
RATE = 1200  # mails in a minute
LEADS, WRONG, UNWANTED, TWICE = 200, 3, 5, 2
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

CONNECTIONS = """
mailboxes:
  replies:
    type: imap
    address: {user}
    host: 127.0.0.1
    port: {port}
    tls: none
    password: REPLIES_PASSWORD
    existing: take
    authserv: mx.northwind.example
    replies: true
  support:
    type: webhook
    address: support@northwind.example
    secret: SUPPORT_SECRET
senders:
  surveys:
    address: surveys@northwind.example
    name: Northwind Studio surveys
    rate: {rate} per minute
"""
CALENDAR = """
calendar: uk-office
time_zone: {zone}
hours:
  opens: {opens}
  closes: {closes}
weekend: [{weekend}]
"""


def opening_soon() -> tuple[str, datetime]:
    """A calendar whose office is closed tomorrow and opens with the next minute but a few seconds; the moment in which
    it does."""
    now = datetime.now(UTC)
    at = (now + timedelta(seconds=70)).replace(second=0, microsecond=0)
    hours = 10 - now.hour  # a zone in which it is ten in the morning, so that no day ends meanwhile
    hours += 24 if hours < -12 else 0
    local = at + timedelta(hours=hours)
    zone = f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
    text = CALENDAR.format(
        zone=zone, opens=f"{local:%H:%M}", closes="20:00", weekend=DAYS[(local + timedelta(days=1)).weekday()]
    )
    return text, at


def definitions(folder: Path, mailbox: Dovecot, calendar: str) -> Path:
    """What is laid over the shipped definitions."""
    (folder / "calendars").mkdir(parents=True)
    (folder / "calendars" / "uk-office.yaml").write_text(calendar)
    (folder / "connections.yaml").write_text(CONNECTIONS.format(user=USER, port=mailbox.port, rate=RATE))
    (folder / "processes").mkdir()
    (folder / "processes" / "renewal.yaml").write_text(RENEWAL.read_text())
    return folder


def leads(folder: Path) -> Path:
    """A table as it comes from a fair: some rows are wrong, some are there twice."""
    rows = [f"Lead {n},lead{n}@acme.test" for n in range(LEADS - WRONG - TWICE)]
    rows += ["No address,", "Bad address,lead at acme", "Two at once,one@acme.test two@acme.test"]
    rows += ["Lead 7,lead7@acme.test", "Lead 8 again,LEAD8@acme.test"]
    file = folder / "leads.csv"
    file.write_text("\n".join(["contact,email", *rows]) + "\n")
    return file


async def baton(house: Firm, *words: str) -> Any:
    """What a command says with --json; exit code 1 is an answer, too."""
    settings = house.house.settings
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", *words, "--json", "--workspace", str(settings.workspace)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **settings.environment},
    )
    said, trouble = await child.communicate()
    assert child.returncode in (0, 1), trouble.decode()
    assert said, trouble.decode()
    return json.loads(said)


def surveys(house: Firm) -> dict[str, OpenedMail]:
    """The first question to each lead, by address."""
    found: dict[str, OpenedMail] = {}
    for mail in house.mails():
        if mail.mail.subject.startswith("One question"):
            found.setdefault(mail.mail.to, mail)
    return found


def headers(mail: OpenedMail) -> EmailMessage:
    return message_from_bytes(mail.mail.path.read_bytes(), policy=modern)


def reply(mail: OpenedMail, words: str, **more: str) -> bytes:
    """The lead's answer to a mail, as their server and ours hand it over."""
    asked, address = headers(mail), mail.mail.to
    told = f"mx.northwind.example; dmarc=pass header.from={address.partition('@')[2]}"
    fields = {
        "Authentication_Results": told,
        "From": address,
        "To": str(asked["Reply-To"]),
        "Subject": f"Re: {asked['Subject']}",
        "Message_ID": f"<{abs(hash((address, words)))}@acme.test>",
        "In_Reply_To": str(asked["Message-ID"]),
        "References": str(asked["Message-ID"]),
        **more,
    }
    return raw(f"{words}\n\nOn Monday, Northwind Studio wrote:\n> What should we do better?\n", **fields)


def returned(mail: OpenedMail) -> bytes:
    """The mail comes back: there is nobody of that name."""
    asked, address = headers(mail), mail.mail.to
    report = (
        "--b1\nContent-Type: text/plain\n\nYour message could not be delivered.\n"
        "--b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.acme.test\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\n"
        f"--b1\nContent-Type: text/rfc822-headers\n\nMessage-ID: {asked['Message-ID']}\nTo: {address}\n--b1--\n"
    )
    return raw(
        report,
        From="MAILER-DAEMON@mail.acme.test",
        To=str(asked["Reply-To"]),
        Return_Path="<>",
        Subject="Undelivered Mail Returned to Sender",
        Message_ID=f"<{abs(hash(address))}@mail.acme.test>",
        Content_Type='multipart/report; report-type=delivery-status; boundary="b1"',
        Content_Transfer_Encoding="",
    )
