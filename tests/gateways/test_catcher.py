"""The catcher: a real server that keeps mails as files."""

import asyncio
from pathlib import Path

import pytest

from engine.gateways.catcher import Catcher, listing, show
from engine.gateways.mail import Attachment, SmtpMailer
from engine.gateways.outcome import Deferred, Refused
from tests.gateways.letters import Committed, a_mail


async def test_a_caught_mail_is_listed_and_shown(tmp_path: Path) -> None:
    catcher = Catcher(tmp_path / "mail")
    await catcher.start()
    mailer = SmtpMailer("127.0.0.1", catcher.port)
    mail = a_mail(
        subject="Grüße", cc=("bob@acme.test",), attachments=(Attachment("a.pdf", "application/pdf", b"%PDF"),)
    )
    assert await mailer.send(mail, Committed()) == "250 kept as 0001"
    (caught,) = listing(catcher.folder)
    assert (caught.id, caught.to, caught.subject) == ("0001", "ann@acme.test, bob@acme.test", "Grüße")
    opened = show(catcher.folder, "0001")
    assert (opened.text, opened.html.strip(), opened.attachments) == (
        "Hello Ann\n",
        "<p>Hello Ann</p>",
        mail.attachments,
    )
    await mailer.aclose()
    await catcher.stop()


async def test_numbers_go_on_after_a_restart_and_under_load(tmp_path: Path) -> None:
    for start in (0, 10):
        catcher = Catcher(tmp_path)
        await catcher.start()
        mailer = SmtpMailer("127.0.0.1", catcher.port)
        await asyncio.gather(*(mailer.send(a_mail(), Committed()) for _ in range(10)))
        assert [mail.id for mail in listing(tmp_path)][start:] == [f"{n:04}" for n in range(start + 1, start + 11)]
        await mailer.aclose()
        await catcher.stop()


async def test_a_client_that_hangs_up_takes_no_other_mail_with_it(tmp_path: Path) -> None:
    catcher = Catcher(tmp_path)
    await catcher.start()
    mailer = SmtpMailer("127.0.0.1", catcher.port)
    rude = [hang_up_after_the_dot(catcher.port) for _ in range(10)]
    await asyncio.gather(*rude, *(mailer.send(a_mail(), Committed()) for _ in range(20)))
    assert len([mail for mail in listing(tmp_path) if mail.to == "ann@acme.test"]) == 20
    await mailer.aclose()
    await catcher.stop()


async def hang_up_after_the_dot(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    for line in ("EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<rude@b.test>", "DATA", "Subject: x\r\n\r\nx\r\n."):
        writer.write(f"{line}\r\n".encode())
        await asyncio.sleep(0.01)
    writer.close()


async def test_letters_of_every_language_before_the_at_are_taken(tmp_path: Path) -> None:
    catcher = Catcher(tmp_path)
    await catcher.start()
    mailer = SmtpMailer("127.0.0.1", catcher.port)
    await mailer.send(a_mail(to="jürgen@acme.test", to_name="Jürgen"), Committed())
    assert listing(tmp_path)[0].to == "jürgen@acme.test"
    await mailer.aclose()
    await catcher.stop()


async def test_a_mail_that_cannot_be_kept_stays_with_its_sender(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    catcher = Catcher(tmp_path / "mail")
    await catcher.start()
    mailer = SmtpMailer("127.0.0.1", catcher.port)
    with pytest.raises(Deferred, match="451"):
        await mailer.send(a_mail(), Committed())
    await catcher.stop()


async def test_a_mail_that_is_too_large_is_refused(tmp_path: Path) -> None:
    catcher = Catcher(tmp_path)
    await catcher.start()
    big = a_mail(attachments=(Attachment("a.bin", "application/octet-stream", b"x" * 26_000_000),))
    with pytest.raises(Refused, match="552"):
        await SmtpMailer("127.0.0.1", catcher.port).send(big, Committed())
    assert listing(tmp_path) == ()
    await catcher.stop()


@pytest.mark.parametrize("mail_id", ["0001", "", "../0001", "x"])
def test_a_mail_that_is_not_there_is_said_to_be_missing(tmp_path: Path, mail_id: str) -> None:
    assert listing(tmp_path / "nowhere") == ()
    with pytest.raises(KeyError):
        show(tmp_path, mail_id)
