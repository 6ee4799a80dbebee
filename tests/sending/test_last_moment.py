"""What happens while a mail that has waited is being handed over: nobody is written to who has just said no, nothing
is sent twice, and every case hears how it ended."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from activities.gate import Gate, give_up_forsaken
from activities.packing import unpacked
from engine.gateways.mail import Fault, Mail, NoServer, Phase
from engine.gateways.mail.memory import MemoryMailer
from engine.gateways.mail.phases import BeforeData
from engine.postman.delivery import Delivery
from engine.postman.postman import Postman
from engine.runtime.effects import Effect
from engine.runtime.flow import StepError
from engine.runtime.step import Retry
from engine.store import contacts, ledger, outbox
from engine.store.rows import OutboxRow
from engine.store.sql import Sql
from engine.store.store import Store
from tests.mail.house import House, house
from tests.sending.conftest import DEFINITIONS

LONG_AGO = Sql("UPDATE effects SET claimed_at = :at WHERE state = 'in_data'")
BRISK = """\
language: 1
process: brisk
title: Brisk greeting
inputs:
  email: { type: email }
steps:
  - { id: hello, type: email, to: "${ inputs.email }", subject: Hello, body: Hello., retry: { max_attempts: 1 } }
"""


class Slow(MemoryMailer):
    """Servers with which something happens before they take a mail, and after it was handed over."""

    def __init__(self, before: Callable[[], Awaitable[object]], after: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self._before, self._after = before, after

    async def send(self, mail: Mail, before_data: BeforeData) -> str:
        await self._before()

        async def then() -> None:
            await before_data()
            await self._after()

        return await super().send(mail, then)


async def nothing() -> None:
    """Happens."""


@pytest.fixture
async def held(tmp_path: Path, one_store: Store) -> AsyncIterator[House]:
    """A house whose mails wait for a moment, so that the postman sends them."""
    undo = {"BATON_MAIL_UNDO_PROCESS": "1 seconds"}
    async with house(tmp_path, one_store, definitions=DEFINITIONS, **undo) as home:
        yield home


async def waiting(home: House) -> OutboxRow:
    (listed,) = await home.store.read(lambda c: outbox.listing(c, states=outbox.WAITING))
    row = await home.store.read(lambda c: outbox.of(c, listed.key))
    assert row
    return row


def delivery(home: House, row: OutboxRow, mailer: MemoryMailer) -> Delivery:
    return Delivery(replace(home.world, mailer=mailer), row, unpacked(row.mail or b""))


async def postman(home: House, mailer: MemoryMailer, seconds: float = 2.0) -> None:
    """Works for so long."""
    stop = asyncio.Event()
    work = asyncio.create_task(Postman(replace(home.world, mailer=mailer), lambda: None).run(stop))
    await asyncio.sleep(seconds)
    stop.set()
    await work
    await home.settled()


async def test_who_unsubscribes_while_the_server_is_spoken_to_gets_nothing(held: House) -> None:
    case = await held.start("pictures", email="ann@acme.test")

    async def unsubscribes() -> None:
        now = datetime.now(UTC)
        await held.store.write(
            lambda c: contacts.suppress(c, "ann@acme.test", "process", "they unsubscribed", "", now, "unsubscribed")
        )

    mailer = Slow(unsubscribes, nothing)
    await postman(held, mailer)
    assert mailer.sent == []
    assert [row.state for row in await held.desk.outbox(case=case)] == ["suppressed"]
    assert await held.status(case) == "completed"


async def test_a_worker_that_was_overtaken_does_not_put_off_what_another_one_sends(held: House) -> None:
    case = await held.start("pictures", email="ann@acme.test")
    row = await waiting(held)
    taken, late = asyncio.Event(), asyncio.Event()

    async def taking() -> None:
        taken.set()
        await late.wait()

    async def no_server() -> None:
        await taken.wait()
        raise NoServer("server_timeout", "The mail server said nothing for 20 seconds.")

    slow = asyncio.create_task(delivery(held, row, Slow(no_server, nothing)).make())
    mailer = Slow(nothing, taking)
    fast = asyncio.create_task(delivery(held, row, mailer).make())
    await slow
    assert [row.state for row in await held.desk.outbox(case=case)] == ["sending"]
    late.set()
    await fast
    await held.settled()
    assert len(mailer.sent) == 1
    assert await held.status(case) == "completed"


async def test_a_case_hears_of_a_mail_whose_sender_died_whoever_finds_it_first(held: House) -> None:
    case = await held.start("pictures", email="ann@acme.test")
    row = await waiting(held)

    async def dies() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await delivery(held, row, Slow(nothing, dies)).make()
    await held.store.write(lambda c: LONG_AGO.change(c, at=datetime.now(UTC) - timedelta(hours=1)))
    await held.store.write(give_up_forsaken)
    await postman(held, MemoryMailer(), 0.5)
    assert [row.state for row in await held.desk.outbox(case=case)] == ["unknown"]
    assert [incident.code for incident in (await held.case(case)).incidents] == ["unknown"]


async def test_a_mail_whose_turn_died_with_its_worker_is_shown_as_unknown(one_store: Store) -> None:
    key, long_ago = "case-1/hello:send", datetime.now(UTC) - timedelta(minutes=1)
    letter = outbox.Letter(key, "case-1", "p", "hello", "process", "", "ann@acme.test", "Hello", "1@n")

    def leaves(c: Connection) -> None:
        given = {"path": "hello", "purpose": "send", "kind": "email", "token": "t"}
        ledger.claim(c, key, case="case-1", at=long_ago, in_data=True, **given)  # type: ignore[arg-type]
        outbox.sending(c, letter, long_ago)

    await one_store.write(leaves)
    with pytest.raises(StepError, match="the sender died"):
        await Gate(one_store, Effect(key, "case-1", "hello", "send", "email", {}, Retry(), fresh=False)).answered()
    assert [row.state for row in await one_store.read(outbox.listing)] == ["unknown"]


@pytest.mark.parametrize("phase", [Phase.RECIPIENT, Phase.REPLY])
async def test_a_mail_that_is_given_up_at_once_is_not_shown_as_under_way(
    phase: Phase, tmp_path: Path, one_store: Store
) -> None:
    mailer = MemoryMailer((Fault(phase, "4xx"), Fault(phase, "4xx")))
    async with house(tmp_path, one_store, definitions=DEFINITIONS, mailer=mailer) as home:
        (home.settings.workspace / "definitions" / "processes" / "brisk.yaml").write_text(BRISK)
        case = await home.start("brisk", email="ann@acme.test")
        assert [incident.code for incident in (await home.case(case)).incidents] == ["smtp_451"]
        assert [(row.state, "try again later" in row.reason) for row in await home.desk.outbox()] == [("bounced", True)]
        assert {row.state for row in await home.store.read(ledger.listing)} <= {"failed"}


async def test_a_database_that_goes_away_while_a_mail_is_taken_is_told_when_it_is_back(
    tmp_path: Path, one_store: Store
) -> None:
    connection = await one_store.write(lambda c: c.connection.dbapi_connection)
    asked: list[str] = []

    def changeable(yes: bool) -> None:
        asked.append("back" if yes else "away")
        connection.execute(f"PRAGMA query_only = {'OFF' if yes else 'ON'}")

    async def away() -> None:
        changeable(False)
        asyncio.get_running_loop().call_later(0.8, changeable, True)

    async with house(tmp_path, one_store, definitions=DEFINITIONS, mailer=Slow(nothing, away)) as home:
        case = await home.start("letters", email="ann@acme.test")
        assert asked[:2] == ["away", "back"]
        assert {e.state for e in await home.store.read(lambda c: ledger.listing(c, case)) if e.kind == "email"} == {
            "sent"
        }
