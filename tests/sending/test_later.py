"""Servers that say “later”, and servers that are not there: the mail waits, and is sent when its time has come."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.outgoing import Patience
from engine.gateways.mail import Account, Fault, NoServer, Phase, SmtpAccounts
from engine.postman.postman import Postman
from engine.store import outbox
from engine.store.rows import OutboxRow
from engine.store.sql import Sql
from engine.store.store import Store
from tests.gateways.letters import Committed, a_mail
from tests.gateways.scripted_smtp import ScriptedServer
from tests.mail.house import House, house
from tests.sending.conftest import DEFINITIONS

DUE = Sql("UPDATE outbox SET not_before = :at WHERE state = 'queued'")


async def waiting(home: House) -> OutboxRow:
    (row,) = await home.store.read(lambda c: outbox.listing(c, states=("queued",)))
    return row


async def delivered(home: House, server: ScriptedServer, number: int) -> None:
    """The time has come: the postman sends what waits, and the case hears of it."""
    stop = asyncio.Event()
    postman = asyncio.create_task(Postman(home.world, lambda: None).run(stop))
    for _ in range(200):
        await home.store.write(lambda c: DUE.change(c, at=datetime.now(UTC)))
        await home.settled()
        if len(server.delivered) >= number:
            break
        await asyncio.sleep(0.05)
    stop.set()
    await postman
    await home.settled()


async def test_greylisting_costs_time_and_no_mail(tmp_path: Path, one_store: Store) -> None:
    greylists = [Fault(Phase.RECIPIENT, "4xx"), Fault(Phase.RECIPIENT, "4xx")]
    async with ScriptedServer(*greylists) as server:
        accounts = SmtpAccounts(lambda name: Account("127.0.0.1", server.port, "none"))
        async with house(tmp_path, one_store, definitions=DEFINITIONS, mailer=accounts) as home:
            case = await home.start("pictures", email="ann@acme.test")
            row = await waiting(home)
            assert (row.code, row.attempts) == ("retry", 1)
            assert row.not_before
            assert timedelta(seconds=50) < row.not_before - datetime.now(UTC) < timedelta(seconds=70)
            await delivered(home, server, 1)
            assert await home.status(case) == "completed"
            assert len(server.delivered) == 1
        await accounts.aclose()


async def test_a_server_that_is_away_costs_no_attempt(tmp_path: Path, one_store: Store) -> None:
    async with ScriptedServer() as server:
        port = [9]
        heard: list[tuple[str, str]] = []
        accounts = SmtpAccounts(lambda name: Account("127.0.0.1", port[0], "none"), lambda n, e: heard.append((n, e)))
        async with house(tmp_path, one_store, definitions=DEFINITIONS, mailer=accounts) as home:
            case = await home.start("pictures", email="ann@acme.test")
            row = await waiting(home)
            assert (row.code, row.attempts) == ("retry", 0)
            port[0] = server.port
            await asyncio.sleep(2.1)  # so long nobody asks a server again that was away
            await delivered(home, server, 1)
            assert await home.status(case) == "completed"
        assert "broke while connecting" in heard[0][1]
        assert heard[-1] == ("", "")
        await accounts.aclose()


@pytest.mark.parametrize(
    ("made", "code", "pause"),
    [
        (0, "smtp_451", (1, 60.0)),
        (3, "smtp_451", (4, 3600.0)),
        (7, "smtp_451", (8, None)),
        (0, "server_lost", (0, 10.0)),
        (99, "server_535", (99, 10.0)),
    ],
)
def test_how_long_a_mail_is_tried(made: int, code: str, pause: tuple[int, float | None]) -> None:
    assert Patience().after(made, code) == pause


def test_whoever_wrote_a_retry_gets_it() -> None:
    own = Patience(attempts=3, first=5.0, longest=60.0, own=True)
    assert [own.after(made, "server_lost") for made in range(3)] == [(1, 5.0), (2, 10.0), (3, None)]


async def test_an_account_that_has_changed_gets_new_connections() -> None:
    async with ScriptedServer() as one, ScriptedServer() as other:
        now = [one]
        accounts = SmtpAccounts(lambda name: Account("127.0.0.1", now[0].port, "none"))
        for server in (one, one, other, other):
            now[0] = server
            await accounts.send(a_mail(account="surveys"), Committed())
        await accounts.aclose()
    assert (one.connections, len(one.delivered), other.connections, len(other.delivered)) == (1, 2, 1, 2)


async def test_a_server_that_is_away_is_not_asked_for_every_mail() -> None:
    asked = []

    def account(name: str) -> Account:
        asked.append(name)
        return Account("127.0.0.1", 9, "none")

    accounts = SmtpAccounts(account)
    for _ in range(20):
        with pytest.raises(NoServer, match="broke while connecting"):
            await accounts.send(a_mail(), Committed())
    assert len(asked) == 1
