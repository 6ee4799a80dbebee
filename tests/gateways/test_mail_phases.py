"""Seven phases, five ways to fail: each cell ends in its documented state, over TCP and in memory alike."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import get_args

import pytest

from engine.gateways.mail import Fault, Mailer, MemoryMailer, Phase, SmtpMailer
from engine.gateways.mail.memory import How
from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from tests.gateways.letters import Committed, a_mail
from tests.gateways.scripted_smtp import ScriptedServer

#        connect   hello     sender    recipient  data         body         reply
STATES = {
    "drop": (Deferred, Deferred, Deferred, Deferred, Unconfirmed, Unconfirmed, Unconfirmed),
    "reset": (Deferred, Deferred, Deferred, Deferred, Unconfirmed, Unconfirmed, Unconfirmed),
    "hang": (Deferred, Deferred, Deferred, Deferred, Unconfirmed, Unconfirmed, Unconfirmed),
    "4xx": (Deferred, Deferred, Deferred, Deferred, Deferred, Deferred, Deferred),
    "5xx": (Deferred, Deferred, Refused, Refused, Refused, Refused, Refused),
}
CELLS = [(phase, how) for phase in Phase for how in get_args(How)]

Failing = Callable[[Fault], AbstractAsyncContextManager[Mailer]]


@asynccontextmanager
async def over_tcp(fault: Fault) -> AsyncIterator[Mailer]:
    async with ScriptedServer(fault) as server:
        mailer = SmtpMailer("127.0.0.1", server.port, timeout=0.3)
        yield mailer
        assert len(server.delivered) == 1
        await mailer.aclose()


@asynccontextmanager
async def in_memory(fault: Fault) -> AsyncIterator[Mailer]:
    mailer = MemoryMailer(faults=(fault,))
    yield mailer
    assert len(mailer.sent) == 1


@pytest.mark.parametrize(("phase", "how"), CELLS, ids=lambda part: part.name if isinstance(part, Phase) else part)
@pytest.mark.parametrize("failing", [over_tcp, in_memory])
async def test_each_failure_ends_in_its_documented_state(failing: Failing, phase: Phase, how: How) -> None:
    committed = Committed()
    async with failing(Fault(phase, how)) as mailer:
        with pytest.raises(STATES[how][list(Phase).index(phase)]):
            await mailer.send(a_mail(), committed)
        assert committed.times == (1 if phase in (Phase.DATA, Phase.BODY, Phase.REPLY) else 0)

        assert (await mailer.send(a_mail(), committed)).startswith("250 ")


async def test_a_failure_names_the_server_s_answer_and_the_phase() -> None:
    async with ScriptedServer(Fault(Phase.RECIPIENT, "5xx")) as server:
        with pytest.raises(Refused, match="answered 550 while naming the recipient: no such luck") as problem:
            await SmtpMailer("127.0.0.1", server.port).send(a_mail(), Committed())
    assert problem.value.code == "smtp_550"


async def test_no_mail_is_under_way_for_much_longer_than_one_answer_may_take() -> None:
    """Its sender would be believed dead, and nobody would know of a mail that has arrived."""
    async with ScriptedServer(slow={Phase.DATA: 0.35, Phase.REPLY: 0.35}) as server:
        mailer, loop = SmtpMailer("127.0.0.1", server.port, timeout=0.4), asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(Unconfirmed):
            await mailer.send(a_mail(), Committed())
        assert loop.time() - began < 0.65
        await mailer.aclose()


async def test_a_server_that_is_not_there_defers() -> None:
    async with ScriptedServer() as server:
        port = server.port
    with pytest.raises(Deferred, match="broke while connecting"):
        await SmtpMailer("127.0.0.1", port).send(a_mail(), Committed())
