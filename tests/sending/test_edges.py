"""What changes while a mail waits: who may have a copy; and one that cannot be handed over keeps nobody back."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.gateways.mail import Mail
from engine.gateways.mail.memory import MemoryMailer
from engine.gateways.mail.phases import BeforeData
from engine.postman.delivery import bury
from engine.postman.postman import Postman
from engine.store import contacts, lanes, ledger, outbox
from engine.store.store import Store
from tests.mail.house import House, house
from tests.policy.test_whole_house import HERE
from tests.store.test_outbox_rows import NOW, letter, wait

ANN, BOB, CARL = "ann@acme.test", "bob@acme.test", "carl@acme.test"


class Picky(MemoryMailer):
    """Meets something that nobody has thought of, in every mail to Ann."""

    async def send(self, mail: Mail, before_data: BeforeData) -> str:
        if mail.to == ANN:
            raise ValueError("no such codec")
        return await super().send(mail, before_data)


async def released(home: House, number: int, sent: list[Mail]) -> None:
    """The hold ends, and the postman is at work until so many mails have left."""
    await home.desk.release_mail()
    await carried(home, number, sent)


async def carried(home: House, number: int, sent: list[Mail]) -> None:
    """The postman is at work until so many mails have left."""
    stop = asyncio.Event()
    postman = asyncio.create_task(Postman(home.world, lambda: None).run(stop))
    try:
        async with asyncio.timeout(10):
            while len(sent) < number:
                await asyncio.sleep(0.05)
                await home.settled()
    finally:
        stop.set()
        await postman


async def test_no_copy_goes_to_whom_has_unsubscribed_while_the_mail_waited(tmp_path: Path, one_store: Store) -> None:
    async with house(tmp_path, one_store, definitions=HERE) as home:
        await home.desk.hold_mail(by="sam")
        await home.start("copies", email=ANN)
        (row,) = await home.desk.outbox(outbox.WAITING)
        assert (await home.desk.message(row.key)).cc == (CARL, "sam@northwind.example")
        await home.store.write(lambda c: contacts.suppress(c, CARL, "process", "asked", "", datetime.now(UTC)))
        await home.store.write(
            lambda c: contacts.suppress(c, "sam@northwind.example", "process", "asked", "", datetime.now(UTC))
        )
        await released(home, 1, home.mailer.sent)
        assert home.mailer.sent[0].cc == ("sam@northwind.example",)  # colleagues are exempt


async def test_a_mail_that_cannot_be_handed_over_keeps_nobody_waiting(tmp_path: Path, one_store: Store) -> None:
    mailer = Picky()
    undo = {"BATON_MAIL_UNDO_PROCESS": "1 second"}  # nobody asks the server before
    async with house(tmp_path, one_store, definitions=HERE, mailer=mailer, **undo) as home:
        await home.desk.hold_mail(by="sam")
        await home.start("copies", email=ANN)
        await home.start("copies", email=BOB)
        await released(home, 1, mailer.sent)
        (stuck,) = await home.desk.outbox(outbox.WAITING)
        assert (stuck.recipient, stuck.code, stuck.attempts) == (ANN, "retry", 1)
        assert "no such codec" in stuck.reason
        assert mailer.sent[0].to == BOB


def test_a_sender_that_was_only_slow_is_not_buried(store: Store) -> None:
    wait(store, letter(1))
    row = store.read_now(lambda c: outbox.of(c, letter(1).key))
    assert row
    store.write_now(lambda c: (lanes.leaves(c, row), ledger.collect(c, row.key, "p", NOW)))
    (dead,) = store.read_now(lambda c: lanes.died(c, NOW + timedelta(hours=1)))
    store.write_now(  # after a long time the server says “later”
        lambda c: (ledger.post(c, row.key, "p", NOW), lanes.put_off(c, row, "retry", "later", NOW, 1))
    )
    store.write_now(lambda c: bury(c, dead, NOW + timedelta(hours=1)))
    found = store.read_now(lambda c: outbox.of(c, row.key))
    assert found
    assert (found.state, found.mail) == ("queued", row.mail)


async def test_people_are_called_by_their_names_however_their_address_is_written(
    tmp_path: Path, one_store: Store
) -> None:
    async with house(tmp_path, one_store, definitions=HERE) as home:
        await home.start("greeting", contact="Ann Lee", email="Ann.Lee@acme.test", mail="ann.lee@ACME.test")
        client, colleague = home.mailer.sent
        assert (client.to_name, "Dear Ann Lee," in client.text) == ("Ann Lee", True)
        assert colleague.to_name.startswith("Sam")


async def test_what_is_written_after_a_release_leaves_after_what_was_held(tmp_path: Path, one_store: Store) -> None:
    async with house(tmp_path, one_store, definitions=HERE) as home:
        await home.desk.hold_mail(by="sam")
        held = await home.start("renewal", contact="Ann", email=ANN)
        await home.desk.release_mail()  # and no postman has come yet
        later = await home.start("renewal", contact="Bob", email=BOB)
        assert home.mailer.sent == []
        assert [(row.case, row.code) for row in await home.desk.outbox()] == [(held, "hold"), (later, "lane")]
        await carried(home, 4, home.mailer.sent)
        assert [mail.to for mail in home.mailer.sent if mail.subject == "Will you stay with us?"] == [ANN, BOB]
