"""Sending over real connections."""

import asyncio

import pytest

from engine.gateways.mail import Fault, MemoryMailer, Phase, SmtpMailer
from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from tests.gateways.letters import Committed, a_mail
from tests.gateways.scripted_smtp import ScriptedServer


async def test_mails_share_a_connection() -> None:
    async with ScriptedServer() as server:
        mailer = SmtpMailer("127.0.0.1", server.port)
        for _ in range(5):
            await mailer.send(a_mail(), Committed())
        assert (server.connections, len(server.delivered)) == (1, 5)
        await mailer.aclose()
        assert server.commands[-1] == "QUIT"


async def test_at_most_so_many_connections_are_open() -> None:
    async with ScriptedServer() as server:
        mailer = SmtpMailer("127.0.0.1", server.port, connections=3)
        await asyncio.gather(*(mailer.send(a_mail(), Committed()) for _ in range(20)))
        assert len(server.delivered) == 20
        assert server.connections <= 3
        await mailer.aclose()


async def test_a_connection_that_the_server_has_closed_is_replaced_unseen() -> None:
    async with ScriptedServer(close_after_each=True) as server:
        mailer = SmtpMailer("127.0.0.1", server.port)
        for _ in range(3):
            await mailer.send(a_mail(), Committed())
        assert (server.connections, len(server.delivered)) == (3, 3)
        await mailer.aclose()


@pytest.mark.parametrize("kind", ["tcp", "memory"])
async def test_what_before_data_raises_comes_through_and_nothing_is_sent(kind: str) -> None:
    async def full_disk() -> None:
        raise OSError("disk full")

    async with ScriptedServer() as server:
        memory = MemoryMailer()
        mailer = memory if kind == "memory" else SmtpMailer("127.0.0.1", server.port)
        with pytest.raises(OSError, match="disk full"):
            await mailer.send(a_mail(), full_disk)
        assert not server.delivered
        assert not memory.sent
        assert "DATA" not in server.commands


async def test_every_copy_gets_the_mail() -> None:
    async with ScriptedServer() as server:
        await SmtpMailer("127.0.0.1", server.port).send(a_mail(cc=("bob@acme.test",)), Committed())
    assert [c for c in server.commands if c.startswith("RCPT")] == [
        "RCPT TO:<ann@acme.test>",
        "RCPT TO:<bob@acme.test>",
    ]
    assert b"\r\nCc: bob@acme.test\r\n" in server.delivered[0]


async def test_a_cancelled_mail_leaves_no_connection_in_the_middle_of_a_conversation() -> None:
    async with ScriptedServer(Fault(Phase.REPLY, "hang")) as server:
        mailer = SmtpMailer("127.0.0.1", server.port)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(mailer.send(a_mail(), Committed()), 0.2)
        await mailer.send(a_mail(), Committed())
        assert (server.connections, len(server.delivered)) == (2, 1)
        await mailer.aclose()


async def test_letters_before_the_at_that_the_server_cannot_carry_are_refused() -> None:
    async with ScriptedServer() as server:
        with pytest.raises(Refused, match="cannot carry the letters before the @"):
            await SmtpMailer("127.0.0.1", server.port).send(a_mail(to="jürgen@acme.test"), Committed())


async def test_encryption_that_the_server_does_not_offer_is_not_done_without() -> None:
    async with ScriptedServer() as server:
        with pytest.raises(Deferred, match=r"(?i)starttls"):
            await SmtpMailer("127.0.0.1", server.port, tls="starttls").send(a_mail(), Committed())
        assert server.commands == ["EHLO " + server.commands[0].removeprefix("EHLO ")]


async def test_a_password_is_not_sent_to_a_server_that_does_not_ask_for_one() -> None:
    async with ScriptedServer() as server:
        mailer = SmtpMailer("127.0.0.1", server.port, username="baton", password="secret")
        with pytest.raises(Deferred, match="saying hello"):
            await mailer.send(a_mail(), Committed())
        assert not [command for command in server.commands if "AUTH" in command]


@pytest.mark.parametrize("reply", [b"nonsense\r\n", b"250-\r\n" * 9000])
async def test_a_reply_that_is_none_after_the_message_is_unconfirmed(reply: bytes) -> None:
    async with ScriptedServer() as server:
        server.receipt = reply
        with pytest.raises(Unconfirmed):
            await SmtpMailer("127.0.0.1", server.port, timeout=0.5).send(a_mail(), Committed())
