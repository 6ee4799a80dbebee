"""Two houses that answer each other's mails stop, whatever gets lost on the way."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from engine.store.store import Store
from tests.mail.house import House, house
from tests.mail.post import raw
from tests.mail.test_reader import BELIEVED

HERE, THERE = "office@here.test", "office@there.test"
BOXES = "mailboxes:\n  office:\n    type: smtp\n    address: {}\n    listen: 127.0.0.1:2526\n    trust: anyone\n"

Strip = Callable[[bytes], bytes]


def nothing(raw: bytes) -> bytes:
    return raw


def without(*names: str) -> Strip:
    """A gateway on the way that drops these header fields."""
    fields = re.compile(rb"(?im)^(?:" + "|".join(names).encode() + rb"):.*\r\n(?:[ \t].*\r\n)*")

    def strip(raw: bytes) -> bytes:
        head, gap, body = raw.partition(b"\r\n\r\n")
        return fields.sub(b"", head + b"\r\n") + gap[2:] + body

    return strip


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[House, House]]:
    """Two firms; each answers every mail to its office."""
    async with AsyncExitStack() as stack:
        firms = []
        for name, address in (("here", HERE), ("there", THERE)):
            store = Store.open(f"sqlite:///{tmp_path}/{name}.db")
            store.migrate()
            stack.callback(store.close)
            box = house(tmp_path / name, store, BOXES.format(address), BATON_MAIL_SENDER=address)
            opened = await stack.enter_async_context(box)
            await opened.desk.publish("answerer")
            firms.append(opened)
        yield firms[0], firms[1]


async def exchange(one: House, other: House, strip: Strip, most: int = 40) -> int:
    """Carry mails to and fro until nobody says anything more; how many answers both have given together."""
    sent = {id(one): 0, id(other): 0}
    for _ in range(most):
        quiet = True
        for firm, peer in ((one, other), (other, one)):
            for mail in firm.mailer.sent[sent[id(firm)] :]:
                sent[id(firm)] += 1
                quiet = False
                await peer.deliver(strip(mail.to_bytes()), "office", sender=mail.sender, to=mail.to)
        if quiet:
            return len(one.mailer.sent) + len(other.mailer.sent)
    raise AssertionError("they never stop")


async def test_two_houses_that_answer_every_mail_stop_at_once_because_machines_are_not_answered(
    two: tuple[House, House],
) -> None:
    here, there = two
    await here.start("greeter", email=THERE)
    assert await exchange(here, there, nothing) == 1
    assert [row.reason for row in await there.triage()] == ["automatic"]


ALL = ("auto-submitted", "x-auto-response-suppress", "precedence", "list-.*", "feedback-id")


@pytest.mark.parametrize(
    "lost",
    [
        ("auto-submitted",),
        ("auto-submitted", "x-auto-response-suppress", "precedence", "list-.*", "feedback-id"),
        (
            "auto-submitted",
            "x-auto-response-suppress",
            "precedence",
            "list-.*",
            "in-reply-to",
            "references",
            "reply-to",
        ),
    ],
    ids=["its sign", "all signs of machines", "all signs, and every thread"],
)
async def test_they_stop_at_three_when_a_gateway_takes_every_sign_away(
    two: tuple[House, House], lost: tuple[str, ...]
) -> None:
    here, there = two
    await here.start("greeter", email=THERE)
    await exchange(here, there, without(*lost))
    assert len(there.mailer.sent) == 3, "a person who writes without a sign and a thread is answered, too"
    assert len(here.mailer.sent) == 1 + 3
    reasons = {row.reason for firm in two for row in await firm.triage()}
    assert reasons
    assert reasons <= {"loop", "not_listening"}  # a thread that is still known ends sooner


async def test_processes_that_take_mails_of_machines_stop_at_three_too(two: tuple[House, House]) -> None:
    here, there = two
    for firm in two:
        await firm.desk.publish("robot")
    await here.start("greeter", email=THERE)
    await exchange(here, there, nothing)
    assert len(there.mailer.sent) <= 3
    assert len(here.mailer.sent) <= 1 + 3


async def test_somebody_who_sends_five_mails_without_an_answer_has_no_loop(home: House) -> None:
    case = await home.start("gather", email="ann@acme.test")
    address = await home.address(case, "ask", "ann@acme.test")
    for n in range(5):
        mail = await home.deliver(raw(f"File {n}\n", To=address, **BELIEVED))
        assert await home.why(mail) == ""
    assert await home.status(case) == "five"
