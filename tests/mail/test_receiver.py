"""The built-in mail server, by real SMTP: what it takes, what it refuses, and when it says 250."""

import asyncio
import smtplib
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.gateways.receiver import Bounds, Letter, NotKept, Receiver, Refusal, Welcome
from tests.mail.dovecot import certificate
from tests.mail.mailroom import mail, until

OURS = "replies@northwind.example"


@dataclass
class Shelf:
    """Keeps letters; `full`: it cannot just now."""

    letters: list[Letter] = field(default_factory=list)
    full: bool = False
    time: float = 0.01  # seconds that it takes

    async def keep(self, letter: Letter) -> None:
        await asyncio.sleep(self.time)
        if self.full:
            raise NotKept("the database does not answer")
        self.letters.append(letter)


def serves(address: str, peer: str) -> Welcome | Refusal:
    return Welcome("replies", 10_000) if address.startswith("replies") else Refusal("550 5.1.1 nobody")


@asynccontextmanager
async def receiver(shelf: Shelf, bounds: Bounds | None = None, **more: Any) -> AsyncIterator[Receiver]:
    made = Receiver(shelf.keep, serves, bounds=bounds, **more)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def by_smtp(receiver: Receiver, talk: Callable[[smtplib.SMTP], Any]) -> Any:
    def run() -> Any:
        with smtplib.SMTP("127.0.0.1", receiver.port, timeout=10) as client:
            return talk(client)

    return await asyncio.to_thread(run)


async def say(receiver: Receiver, *lines: bytes) -> list[bytes]:
    """The first line of each answer, to lines sent as they are; the greeting first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
    answers = [await reader.readline()]
    for line in lines:
        writer.write(line + b"\r\n")
        answers.append(await asyncio.wait_for(reader.readline(), 10))
        while answers[-1][3:4] == b"-" and (await reader.readline())[3:4] == b"-":
            pass
    writer.close()
    return answers


async def test_a_mail_for_us_is_kept_byte_by_byte_with_its_envelope() -> None:
    shelf = Shelf()
    raw = b"Subject: \xff\xfe\r\n\r\n.dots\r\n..more\r\n" + b"x" * 5000 + b"\r\n"
    async with receiver(shelf) as ours:
        await by_smtp(ours, lambda c: c.sendmail("ann@acme.test", [OURS, "replies+abc@northwind.example"], raw))
    [letter] = shelf.letters
    assert (letter.content, letter.sender, letter.mailboxes) == (raw, "ann@acme.test", ("replies",))
    assert letter.recipients == (OURS, "replies+abc@northwind.example")


async def test_a_bounce_comes_from_nobody() -> None:
    shelf = Shelf()
    async with receiver(shelf) as ours:
        await by_smtp(ours, lambda c: c.sendmail("", [OURS], mail(1)))
    assert shelf.letters[0].sender == ""


async def test_mail_for_others_is_refused_so_that_nobody_is_relayed() -> None:
    shelf = Shelf()
    async with receiver(shelf) as ours:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await by_smtp(ours, lambda c: c.sendmail("ann@acme.test", ["bob@elsewhere.test"], mail(1)))
        for wrong in (b"<replies@elsewhere.test@x>", b"<@relay.test:bob@acme.test>", b"<bob%acme.test>", b"<>", b"x y"):
            answers = await say(ours, b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:" + wrong)
            assert answers[-1][:1] == b"5", wrong
    assert shelf.letters == []


async def test_no_250_before_it_is_committed() -> None:
    shelf = Shelf(full=True)
    async with receiver(shelf) as ours:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await by_smtp(ours, lambda c: c.sendmail("ann@acme.test", [OURS], mail(1)))
        assert refused.value.smtp_code == 451
        shelf.full = False
        await by_smtp(ours, lambda c: c.sendmail("ann@acme.test", [OURS], mail(1)))
    assert len(shelf.letters) == 1


async def test_a_mail_that_is_too_large_is_refused_before_and_after_it_is_sent() -> None:
    shelf = Shelf()
    async with receiver(shelf, Bounds(largest=50_000)) as ours:
        for size in (60_000, 20_000):  # more than anybody may send, and more than this mailbox takes
            with pytest.raises(smtplib.SMTPResponseException) as refused:
                await by_smtp(ours, lambda c, n=size: c.sendmail("ann@acme.test", [OURS], mail(1, "x " * (n // 2))))
            assert refused.value.smtp_code == 552
        answers = await say(ours, b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<replies@b.test>", b"DATA",
                            b"y " * 30_000 + b"\r\n.")  # fmt: skip
        assert answers[-1][:3] == b"552"
    assert shelf.letters == []


async def test_one_address_cannot_take_all_places() -> None:
    async with receiver(Shelf(), Bounds(visitors_of_one=2)) as ours:
        held = [await asyncio.open_connection("127.0.0.1", ours.port) for _ in range(2)]
        for reader, _ in held:
            assert (await reader.readline())[:3] == b"220"
        assert (await say(ours))[0][:3] == b"421"
        held[0][1].close()
        await until(lambda: len(ours.visits) == 1)
        assert (await say(ours))[0][:3] == b"220"
        held[1][1].close()


async def test_too_many_mails_from_one_address_are_put_off() -> None:
    shelf = Shelf()
    async with receiver(shelf, Bounds(mails_of_one=2)) as ours:
        for _ in range(2):
            await by_smtp(ours, lambda c: c.sendmail("ann@acme.test", [OURS], mail(1)))
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            await by_smtp(ours, lambda c: c.sendmail("ann@acme.test", [OURS], mail(1)))
        assert refused.value.smtp_code == 451
    assert len(shelf.letters) == 2


async def test_whoever_tries_names_is_stopped() -> None:
    async with receiver(Shelf(), Bounds(strangers=3)) as ours:
        tries = [b"RCPT TO:<name%d@b.test>" % n for n in range(4)]
        answers = await say(ours, b"EHLO x", b"MAIL FROM:<a@b.test>", *tries, b"RCPT TO:<replies@b.test>")
        assert b"too many recipients that nobody knows" in answers[-1]


async def test_a_slow_client_is_cut_off() -> None:
    async with receiver(Shelf(), Bounds(silence=0.5)) as ours:
        reader, writer = await asyncio.open_connection("127.0.0.1", ours.port)
        await reader.readline()
        for line in (b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<replies@b.test>", b"DATA"):
            writer.write(line + b"\r\n")
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(drip(writer), 5)


async def drip(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x\r\n")
        await writer.drain()
        await asyncio.sleep(0.1)


async def test_only_so_many_mails_are_in_memory_at_once() -> None:
    shelf = Shelf()
    start = (b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<replies@b.test>", b"DATA")
    async with receiver(shelf, Bounds(at_once=1, silence=3.0)) as ours:
        holding = await asyncio.open_connection("127.0.0.1", ours.port)
        holding[1].write(b"\r\n".join((*start, b"")))
        await until(ours.slots.locked)
        assert (await say(ours, *start))[-1][:3] == b"452"
        holding[1].write(b"Subject: x\r\n\r\n.\r\n")
        await until(lambda: not ours.slots.locked())
        assert (await say(ours, *start))[-1][:3] == b"354"
        holding[1].close()


async def test_a_line_that_hides_a_second_mail_stays_one_mail() -> None:
    """SMTP smuggling: only CR LF ends a line, so a dot between other ends is text."""
    shelf = Shelf()
    hidden = b"Subject: a\r\n\r\nx\n.\nMAIL FROM:<evil@b.test>\r.\r\nRCPT TO:<replies@b.test>\nDATA\r\n"
    async with receiver(shelf) as ours:
        answers = await say(
            ours, b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<replies@b.test>", b"DATA", hidden + b"."
        )
    assert answers[-1][:3] == b"250"
    assert [letter.content for letter in shelf.letters] == [hidden]


async def test_mail_is_taken_encrypted_where_there_is_a_certificate(tmp_path: Path) -> None:
    certificate(tmp_path)
    ours_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours_tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    trusting = ssl.create_default_context(cafile=tmp_path / "cert.pem")
    shelf = Shelf()

    def talk(client: smtplib.SMTP) -> None:
        client.starttls(context=trusting)
        client.sendmail("ann@acme.test", [OURS], mail(1))

    async with receiver(shelf, tls=ours_tls) as ours:
        await by_smtp(ours, talk)
        await until(lambda: ours.visitors.total() == 0)
    assert len(shelf.letters) == 1


async def test_many_at_once_are_all_kept() -> None:
    shelf = Shelf()
    async with receiver(shelf) as ours:
        sent = (by_smtp(ours, lambda c, n=n: c.sendmail("a@b.test", [OURS], mail(n))) for n in range(40))
        await asyncio.gather(*sent)
        assert ours.visitors.total() == 0
    assert len({letter.content for letter in shelf.letters}) == 40


async def test_stopping_keeps_what_is_being_committed_and_lets_nobody_wait() -> None:
    shelf = Shelf(time=0.5)
    made = Receiver(shelf.keep, serves)
    await made.start()
    idle = await asyncio.open_connection("127.0.0.1", made.port)
    start = (b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<replies@b.test>", b"DATA")
    sending = asyncio.create_task(say(made, *start, mail(1) + b"."))
    await until(lambda: made._keeping)
    await asyncio.wait_for(made.stop(), 5)
    assert (await sending)[-1][:3] == b"250"
    assert len(shelf.letters) == 1
    assert b"421" in await idle[0].read()


@pytest.mark.parametrize(
    "content",
    [b"", b".\r\n", b"\r\n", b"a\r\n", b"\r\n.\r\n", b"..\r\n", b"ab\r\n", b"abc\r\n", b"\r\r\n", b"\r\n\r\n.x\r\n",
     b"\n.\n\r\n", b"y" * 300_000 + b"\r\n", b"\r\n" * 50_000, b".\r\n" * 30_000],
)  # fmt: skip
async def test_every_content_arrives_as_it_was_written(content: bytes) -> None:
    """However it is cut on its way."""
    shelf = Shelf()
    start = b"EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<replies@b.test>\r\nDATA\r\n"
    stuffed = (b"." + content if content.startswith(b".") else content).replace(b"\r\n.", b"\r\n..")
    async with receiver(shelf) as ours:
        ours.serves = lambda address, peer: Welcome("replies", 1_000_000)
        for step in (1, 2, 1_000_000) if len(content) < 100 else (70_001, 1_000_000):
            reader, writer = await asyncio.open_connection("127.0.0.1", ours.port)
            writer.write(start)
            for at in range(0, len(stuffed) + 3, step):
                writer.write((stuffed + b".\r\n")[at : at + step])
                await writer.drain()
                await asyncio.sleep(0.001)
            writer.write(b"QUIT\r\n")
            assert b"\r\n221 " in await reader.read()
    assert [letter.content == content for letter in shelf.letters] in ([True] * 3, [True] * 2)


async def test_a_mail_of_empty_lines_takes_no_more_memory_than_another_one() -> None:
    shelf = Shelf()
    raw = b"\r\n" * 2_000_000
    start = (b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<replies@b.test>", b"DATA")
    async with receiver(shelf) as ours:
        ours.serves = lambda address, peer: Welcome("replies", 5_000_000)
        tracemalloc.start()
        await say(ours, *start, raw + b".")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert shelf.letters[0].content == raw
    assert peak < 40_000_000, "with the client's copies; a hundred bytes for every line would be 200 MB"
