"""Mailboxes of `type: smtp`: the worker listens for them, and what is delivered is in the database."""

import asyncio
import smtplib
import socket
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.language.connections import Mailbox
from engine.mailroom.receiving import Receiving
from engine.store.store import Store
from tests.mail.dovecot import free_port
from tests.mail.mailroom import kept, mail, state, until

ADDRESS = "replies@northwind.example"


def box(port: int, **more: object) -> Mailbox:
    return Mailbox(type="smtp", address=ADDRESS, listen=f"127.0.0.1:{port}").model_copy(update=more)


class Listening:
    """A receiving service that runs while the block does."""

    def __init__(self, store: Store, port: int, trial: str = "", **boxes: Mailbox) -> None:
        self.port, self.boxes = port, boxes or {"replies": box(port)}
        self.later = timedelta()
        self.service = Receiving(store, Path(), lambda: self.boxes, trial, clock=lambda: datetime.now(UTC) + self.later)

    async def __aenter__(self) -> "Listening":
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self.service.run(self._stop))
        await until(lambda: self.service.ears or self.service._said)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        await self._task

    async def send(self, raw: bytes, to: tuple[str, ...] = (ADDRESS,), sender: str = "ann@acme.test") -> None:
        def run() -> None:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as client:
                client.sendmail(sender, list(to), raw)

        await asyncio.to_thread(run)


async def test_what_is_delivered_is_in_the_database(store: Store) -> None:
    async with Listening(store, free_port()) as ours:
        await ours.send(mail(1), ("Replies+abc@NORTHWIND.example", ADDRESS))
    [row] = kept(store)
    assert (row.mailbox, row.raw, row.envelope_from) == ("replies", mail(1), "ann@acme.test")
    assert row.envelope_to == ("Replies+abc@NORTHWIND.example", ADDRESS)
    assert state(store).last_seen_at is not None


async def test_a_server_that_did_not_hear_us_sends_again_and_it_is_one_mail(store: Store) -> None:
    async with Listening(store, free_port()) as ours:
        for hours, now in ((0, 1), (0.9, 1), (1.1, 2)):
            ours.later = timedelta(hours=hours)
            await ours.send(mail(1))
            assert len(kept(store)) == now
        await ours.send(mail(1), sender="somebody@else.test")
        assert len(kept(store)) == 3


async def test_a_mail_with_a_message_id_is_the_same_mail_for_days(store: Store) -> None:
    async with Listening(store, free_port()) as ours:
        for days, now in ((0, 1), (4, 1), (6, 2)):
            ours.later = timedelta(days=days)
            await ours.send(mail(1, message_id="a@b"))
            assert len(kept(store)) == now


async def test_several_mailboxes_share_a_port_and_get_their_own(store: Store) -> None:
    port = free_port()
    other = box(port, address="office@northwind.example")
    async with Listening(store, port, replies=box(port), office=other) as ours:
        await ours.send(mail(1), ("office@northwind.example",))
        await ours.send(mail(2), (ADDRESS, "office@northwind.example"))
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await ours.send(mail(3), ("nobody@northwind.example",))
    assert sorted((row.mailbox, row.raw) for row in kept(store)) == [
        ("office", mail(1)),
        ("office", mail(2)),
        ("replies", mail(2)),
    ]


async def test_only_the_named_servers_may_deliver(store: Store) -> None:
    port = free_port()
    async with Listening(store, port, replies=box(port, servers=("192.0.2.0/24",))) as ours:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await ours.send(mail(1))
        ours.boxes = {"replies": box(port, servers=("192.0.2.0/24", "127.0.0.1"))}
        await ours.send(mail(1))
    assert len(kept(store)) == 1


async def test_a_mailbox_that_is_added_or_taken_away_counts_at_once(store: Store) -> None:
    first, second = free_port(), free_port()
    async with Listening(store, first) as ours:
        ours.boxes = {"replies": box(second)}
        await until(lambda: list(ours.service.ears) == [f"127.0.0.1:{second}"])
        with pytest.raises(ConnectionRefusedError):
            await ours.send(mail(1))
        ours.port = second
        await ours.send(mail(1))
    assert len(kept(store)) == 1


async def test_a_port_that_is_taken_is_said_unless_another_worker_has_it(store: Store) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        async with Listening(store, other.getsockname()[1]):
            await until(lambda: "cannot listen at" in state(store).last_error)


async def test_a_worker_takes_over_where_another_one_ends(store: Store) -> None:
    port = free_port()
    second = Listening(store, port)
    async with Listening(store, port):
        second = await second.__aenter__()
        await asyncio.sleep(0.2)
        assert state(store).error_since is None
    await until(lambda: second.service.ears)
    await second.send(mail(1))
    await second.__aexit__()
    assert len(kept(store)) == 1


async def test_a_database_that_does_not_answer_leaves_the_mail_with_its_sender(tmp_path: Path) -> None:
    lost = Store.open(f"sqlite:///{tmp_path}/empty.db")  # without tables
    async with Listening(lost, free_port()) as ours:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await ours.send(mail(1))
        assert refused.value.smtp_code == 451
    lost.close()


async def test_a_mail_that_is_too_large_for_its_mailbox_is_refused(store: Store) -> None:
    port = free_port()
    boxes = {"replies": box(port, largest=1), "large": box(port, address="large@northwind.example", largest=3)}
    async with Listening(store, port, **boxes) as ours:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await ours.send(mail(1, "x\r\n" * 500_000))
        assert refused.value.smtp_code == 552
        await ours.send(mail(1, "x\r\n" * 500_000), ("large@northwind.example",))
    assert [row.mailbox for row in kept(store)] == ["large"]


async def test_while_it_is_tried_out_one_address_takes_mail_for_every_mailbox(store: Store) -> None:
    port = free_port()
    elsewhere = Mailbox(type="webhook", address=ADDRESS, secret="SECRET")
    async with Listening(store, port, f"127.0.0.1:{port}", inbound=elsewhere) as ours:
        await ours.send(mail(1))
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await ours.send(mail(1), ("nobody@northwind.example",))
    assert [row.mailbox for row in kept(store)] == ["inbound"]


def killed_while_it_takes(store: Store, port: int, raw: bytes) -> None:
    """A receiver in a process of its own gets a mail, commits it, and dies before it says 250."""
    command = [sys.executable, "-m", "tests.mail.listener", store.url.render_as_string(hide_password=False), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"listening\n"
        with pytest.raises(smtplib.SMTPServerDisconnected), smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.sendmail("ann@acme.test", [ADDRESS], raw)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def test_a_kill_between_the_commit_and_the_250_leaves_one_mail(store: Store) -> None:
    port = free_port()
    for number in range(3):
        await asyncio.to_thread(killed_while_it_takes, store, port, mail(number))
        assert len(kept(store)) == number + 1, "it was committed"
        async with Listening(store, port) as ours:
            await ours.send(mail(number))
        assert len(kept(store)) == number + 1, "and it is the same mail when it comes again"
