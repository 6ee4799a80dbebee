"""Nothing that is written into a mail becomes a header, a recipient or a message of its own: read from raw bytes."""

from collections import Counter
from contextlib import suppress
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from engine.desk.answers import BadInputs
from engine.gateways.mail import Attachment, SmtpMailer
from engine.gateways.outcome import Refused
from tests.gateways.letters import Committed, a_mail
from tests.mail.house import House
from tests.sending.raw_smtp import RawServer, Seen

BCC = "Bcc: eve@evil.test"
BREAKS = {
    "crlf": "\r\n", "lf": "\n", "cr": "\r", "lfcr": "\n\r", "crcrlf": "\r\r\n", "nel": "\x85", "ls": "\u2028",
    "ps": "\u2029", "vt": "\x0b", "ff": "\x0c", "fs": "\x1c", "nul-crlf": "\0\r\n",
}  # fmt: skip
PAYLOADS = {
    **{name: f"Ann{broken}{BCC}" for name, broken in BREAKS.items()},
    "folded": f"Ann\r\n {BCC}",
    "folded-tab": f"Ann\r\n\t{BCC}",
    "nul": "Ann\0Bob",
    "encoded-crlf": "=?utf-8?q?Ann=0D=0ABcc:_eve@evil.test?=",
    "encoded-base64": "=?utf-8?b?QW5uDQpCY2M6IGV2ZUBldmlsLnRlc3Q=?=",
    "encoded-halves": "=?utf-8?q?Ann=0D?= =?utf-8?q?=0ABcc:_eve@evil.test?=",
    "percent": "Ann%0d%0aBcc: eve@evil.test",
    "quote": 'Ann" <eve@evil.test>, "Bob',
    "address": "Ann <eve@evil.test>",
    "list": "ann@acme.test, eve@evil.test",
    "semicolon": "Friends: ann@acme.test, eve@evil.test;",
    "angle": "ann@acme.test> RCPT TO:<eve@evil.test",
    "parameter": "ann@acme.test> BODY=8BITMIME",
    "comment": "Ann (eve@evil.test) \\",
    "smuggled-lf": f"Hi\n.\nMAIL FROM:<eve@evil.test>\nRCPT TO:<eve@evil.test>\nDATA\n{BCC}\n\nHi\n.\n",
    "smuggled-cr": "Hi\r.\rMAIL FROM:<eve@evil.test>\rRCPT TO:<eve@evil.test>\rDATA\rHi\r.\r",
    "smuggled-crlf": "Hi\r\n.\r\nMAIL FROM:<eve@evil.test>\r\nRCPT TO:<eve@evil.test>\r\nDATA\r\nHi\r\n.\r\n",
    "smuggled-mixed": "Hi\n.\r\nMAIL FROM:<eve@evil.test>\r\nRCPT TO:<eve@evil.test>\r\nDATA\r\nHi\r\n.\n",
    "smuggled-nul": "Hi\r\n\0.\r\nMAIL FROM:<eve@evil.test>\r\n",
    "bdat": "Hi\r\n.\r\nBDAT 40 LAST\r\nSubject: x\r\n\r\nBcc: eve@evil.test",
    "dots": "..\r\n.hidden\r\n...",
    "part": "\r\n--=_0000\r\nContent-Type: text/html\r\n\r\n<b>eve</b>",
    "endless": "A" * 5000,
    "endless-words": "word " * 1500,
    "emoji": "Ann \U0001f600 " * 30,
    "right-to-left": "Ann \u202egpj.exe",
    "long-name": "ü" * 240,
    "long-emoji": "\U0001f600" * 240 + ".pdf",
    "long-plain": "A" * 249,
    "surrogate": "Ann \ud800 Bob",
}

FIELDS: dict[str, Any] = {
    "to": lambda text: {"to": text},
    "to_name": lambda text: {"to_name": text},
    "sender_name": lambda text: {"sender_name": text},
    "subject": lambda text: {"subject": text},
    "cc": lambda text: {"cc": (text,)},
    "reply_to": lambda text: {"reply_to": text},
    "envelope": lambda text: {"envelope": text},
    "file": lambda text: {"attachments": (Attachment(text, "text/plain", b"x"),)},
    "type": lambda text: {"attachments": (Attachment("a.txt", f"text/plain{text}", b"x"),)},
    "header": lambda text: {"headers": (("List-Unsubscribe", text),)},
    "header_name": lambda text: {"headers": ((f"X-A{text}", "b"),)},
    "message_id": lambda text: {"message_id": f"{text}@acme.test"},
    "text": lambda text: {"text": text},
    "html": lambda text: {"html": text},
}
OURS = {
    "Message-ID", "Date", "Auto-Submitted", "MIME-Version", "Cc", "Reply-To", "From", "To", "Subject", "Content-Type",
    "List-Unsubscribe", "List-Unsubscribe-Post", "In-Reply-To", "References",
}  # fmt: skip


def harmless(seen: Seen, to: str = "ann@acme.test") -> None:
    assert seen.wrong() == []
    assert set(seen.headers) <= OURS | {"X-A"}
    assert [name for name, times in seen.headers.items() if times > 1] == []
    assert Counter(seen.commands)["MAIL"] == 1
    assert all(b"eve@" not in line for line in seen.recipients)
    assert seen.recipients[0] == f"RCPT TO:<{to}>".encode()
    read = message_from_bytes(seen.message, policy=default)
    people = [
        a.addr_spec for name in ("To", "Cc", "Bcc", "From", "Reply-To") if read[name] for a in read[name].addresses
    ]
    assert [one for one in people if "evil" in one] == []
    assert read["Bcc"] is None


@pytest.mark.parametrize("field", FIELDS)
async def test_nothing_that_a_part_of_a_mail_holds_gets_out_of_it(field: str) -> None:
    for text in PAYLOADS.values():
        async with RawServer() as server:
            mailer = SmtpMailer("127.0.0.1", server.port)
            try:
                await mailer.send(a_mail(**FIELDS[field](text)), Committed())
            except Refused:
                assert not any(b"DATA" in conversation for conversation in server.conversations)
                continue
            await mailer.aclose()
        (conversation,) = server.conversations
        harmless(Seen(bytes(conversation)))


def test_there_are_enough_of_them() -> None:
    assert len(FIELDS) * len(PAYLOADS) > 400


async def test_nothing_that_somebody_gives_to_a_process_gets_out_of_its_mails(home: House) -> None:
    for text in PAYLOADS.values():
        given = text.encode("utf-8", "replace").decode()
        with suppress(BadInputs):  # already the door may refuse it
            await home.start("echoes", email="ann@acme.test", contact=given[:490], words=given)
    assert len(home.mailer.sent) > len(PAYLOADS)
    async with RawServer() as server:
        for mail in home.mailer.sent:
            mailer = SmtpMailer("127.0.0.1", server.port)
            await mailer.send(mail, Committed())
            await mailer.aclose()
    assert len(server.conversations) == len(home.mailer.sent)
    for conversation in server.conversations:
        harmless(Seen(bytes(conversation)))
