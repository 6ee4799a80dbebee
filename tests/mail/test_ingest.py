"""Mail from a folder into the database: each once, none left out, whatever happens to the server or to us."""

import asyncio
from datetime import UTC, datetime, timedelta

from engine.gateways.imap import MemoryServer
from engine.store.store import Store
from tests.mail.mailroom import BOX, ingest, kept, mail, running, state, until

OLD = datetime.now(UTC) - timedelta(days=30)


async def test_mail_is_taken_as_it_comes_and_as_it_is(store: Store) -> None:
    server = MemoryServer()
    server.deliver(mail(1))
    async with running(ingest(store, server)):
        await until(lambda: len(kept(store)) == 1)
        server.deliver(b"\xff\x00 not a mail at all")
        await until(lambda: len(kept(store)) == 2)
    assert [row.raw for row in kept(store)] == [mail(1), b"\xff\x00 not a mail at all"]
    assert [row.cut for row in kept(store)] == ["", ""]
    assert state(store).last_seen_at is not None


async def test_it_goes_on_where_it_was(store: Store) -> None:
    server = MemoryServer()
    for number in range(3):
        server.deliver(mail(number))
        async with running(ingest(store, server)):
            await until(lambda number=number: len(kept(store)) == number + 1)


async def test_copies_are_mails_of_their_own_and_a_new_numbering_takes_none_twice(store: Store) -> None:
    server = MemoryServer()
    for raw in (mail(1), mail(2), mail(1), mail(1), mail(3, message_id="a@b"), mail(4, message_id="a@b")):
        server.deliver(raw)
    async with running(ingest(store, server)):
        await until(lambda: len(kept(store)) == 6)
    server.remove(1)
    server.renumber()
    server.deliver(mail(5))
    async with running(ingest(store, server)):
        await until(lambda: len(kept(store)) == 7)
        server.deliver(mail(1))  # a copy that is new: it came after the new numbers
        await until(lambda: len(kept(store)) == 8)
    assert sorted(row.raw for row in kept(store)).count(mail(1)) == 4


async def test_a_new_numbering_while_it_reads_is_noticed(store: Store) -> None:
    server = MemoryServer()
    server.deliver(mail(1))
    async with running(ingest(store, server)):
        await until(lambda: len(kept(store)) == 1)
        server.renumber()
        await asyncio.sleep(0.5)
        server.deliver(mail(2))
        await until(lambda: len(kept(store)) == 2)
    assert [row.raw for row in kept(store)] == [mail(1), mail(2)]


async def test_a_folder_put_back_to_an_earlier_state_loses_nothing(store: Store) -> None:
    """Numbers are given out again, although the server says that they are the old ones."""
    server = MemoryServer()
    for number in range(4):
        server.deliver(mail(number))
    async with running(ingest(store, server)):
        await until(lambda: len(kept(store)) == 4)
    server.remove(3)
    server.remove(4)
    epoch = server.epoch
    server.renumber()
    server.epoch = epoch
    server.deliver(mail("another"))
    async with running(ingest(store, server)):
        await until(lambda: len(kept(store)) == 5)
    assert kept(store)[-1].raw == mail("another")


async def test_old_mail_is_left_alone_unless_it_is_wanted(store: Store) -> None:
    server = MemoryServer()
    server.deliver(mail("old"), OLD)
    server.deliver(mail("new"))
    leave = BOX.model_copy(update={"existing": None})
    async with running(ingest(store, server, leave)):
        await until(lambda: len(kept(store)) == 1)
        server.renumber()
        server.deliver(mail("newer"))
        await until(lambda: len(kept(store)) == 2)
        server.deliver(mail("moved into the folder"), OLD)
        await until(lambda: len(kept(store)) == 3)
    assert b"mail old" not in b"".join(row.raw for row in kept(store))


async def test_another_account_under_the_same_name_begins_anew(store: Store) -> None:
    first, second = MemoryServer(), MemoryServer()
    for number in range(3):
        first.deliver(mail(number))
    second.deliver(mail("other"))
    async with running(ingest(store, first)):
        await until(lambda: len(kept(store)) == 3)
    async with running(ingest(store, second, BOX.model_copy(update={"host": "other.example"}))):
        await until(lambda: len(kept(store)) == 4)


async def test_a_mail_that_is_too_large_is_kept_by_its_head(store: Store) -> None:
    server = MemoryServer()
    server.deliver(mail("large", "x" * 1_100_000))
    server.deliver(mail("small"))
    async with running(ingest(store, server, BOX.model_copy(update={"largest": 1}))):
        await until(lambda: len(kept(store)) == 2)
    large = kept(store)[0]
    assert large.raw == mail("large").partition(b"Hello")[0]
    assert (large.size > 1_100_000, "more than 1,048,576" in large.cut) == (True, True)


async def test_a_mail_that_the_server_cannot_give_holds_up_no_other_for_long(store: Store) -> None:
    server = MemoryServer()
    numbers = [server.deliver(mail(number)) for number in range(5)]
    server.broken = {numbers[2]}
    async with running(ingest(store, server)):
        await until(lambda: len(kept(store)) == 5)
    assert [bool(row.cut) for row in kept(store)] == [False, False, True, False, False]


async def test_an_outage_is_said_and_caught_up_with(store: Store) -> None:
    server = MemoryServer()
    async with running(ingest(store, server)):
        await until(lambda: state(store).last_well_at)
        server.down = True
        await until(lambda: state(store).error_since)
        assert "imap.example" in state(store).last_error
        for number in range(300):
            server.deliver(mail(number))
        server.down = False
        await until(lambda: len(kept(store)) == 300)
        await until(lambda: not state(store).error_since)


async def test_a_wrong_password_and_a_missing_one_are_said(store: Store) -> None:
    server = MemoryServer()
    async with running(ingest(store, server, password="wrong")):
        await until(lambda: "does not accept the user name and password" in state(store).last_error)
    nothing = BOX.model_copy(update={"password": "NOT_SET"})
    async with running(ingest(store, server, nothing)):
        await until(lambda: "the secret NOT_SET is not set" in state(store).last_error)


async def test_one_of_several_workers_reads_and_another_one_follows(store: Store) -> None:
    server = MemoryServer()
    stop = asyncio.Event()
    first = asyncio.create_task(ingest(store, server).run(stop))
    await until(lambda: server.opened == 1)
    async with running(ingest(store, server), ingest(store, server)):
        server.deliver(mail(1))
        await until(lambda: len(kept(store)) == 1)
        await asyncio.sleep(0.3)
        assert server.opened == 1
        stop.set()
        await first
        server.deliver(mail(2))
        await until(lambda: len(kept(store)) == 2)
        assert server.opened == 2


async def test_a_mailbox_that_is_added_or_taken_away_counts_at_once(store: Store) -> None:
    server = MemoryServer()
    boxes = {}
    async with running(ingest(store, server, mailboxes=lambda: dict(boxes))):
        server.deliver(mail(1))
        await asyncio.sleep(0.3)
        assert kept(store) == ()
        boxes["replies"] = BOX
        await until(lambda: len(kept(store)) == 1)
        del boxes["replies"]
        await asyncio.sleep(1.5)
        server.deliver(mail(2))
        await asyncio.sleep(0.3)
        assert len(kept(store)) == 1


async def test_new_mail_is_told_of(store: Store) -> None:
    server, told = MemoryServer(), []
    async with running(ingest(store, server, arrived=lambda: told.append(len(kept(store))))):
        server.deliver(mail(1))
        await until(lambda: told)
    assert told == [1]
