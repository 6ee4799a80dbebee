"""Whatever goes wrong is one case's incident, said in words, with a way on; its neighbours do not notice."""

import asyncio
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.gate import LONGEST_DATA
from engine.desk import NotOpen
from engine.gateways.catcher import Catcher
from engine.gateways.mail import Fault, Phase
from engine.opening import START
from engine.runtime.state import State
from engine.runtime.view import IncidentView
from engine.store import cases, inbox, ledger
from engine.store.rows import Arrival, NewCase
from tests.durable.firm import Firm, Target, firm
from tests.durable.pages import signed
from tests.gateways.scripted_smtp import ScriptedServer

ANN = "ann@acme.test"
LIMIT = 15.0  # seconds: a template has two, and the machine may be busy


async def incident(house: Firm, case: str) -> IncidentView:
    """The case's open incident; waits for it."""

    async def there() -> Any:
        return next((i for i in (await house.desk.case(case)).incidents if i.status == "open"), None)

    found: IncidentView = await house.until(there, 60)
    return found


async def skip(house: Firm, case: str, step: str) -> None:
    await house.desk.operate(case, step, "skip", by="sam")


TROUBLES = [
    ("sum", "divide"),
    ("raises", "The template cannot be filled in: division by zero"),
    ("endless", "not done within 2 seconds"),
    ("huge", "longer than 1,000,000 characters"),
    ("paper", "not done within 2 seconds"),
]


@pytest.mark.parametrize(("trouble", "words"), TROUBLES, ids=[t[0] for t in TROUBLES])
async def test_trouble_is_the_incident_of_one_case(trouble: str, words: str, tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        began = time.monotonic()
        case = (await house.desk.start("troubles", {"email": ANN, "trouble": trouble})).case
        beside = (await house.desk.start("troubles", {"email": ANN, "trouble": "none"})).case
        assert (await house.ended(beside)).summary.outcome == "completed"
        found = await incident(house, case)
        assert time.monotonic() - began < LIMIT
        assert found.step == trouble
        assert words in found.message
        await house.desk.operate(case, trouble, "retry", by="sam")
        await house.until(lambda: told(house, case, found.message, 2))
        await skip(house, case, trouble)
        assert (await house.ended(case)).summary.outcome == "completed"


async def told(house: Firm, case: str, words: str, times: int) -> bool:
    return sum(words in line for line in await house.timeline(case)) == times


async def test_a_mail_server_that_is_down_is_waited_for(tmp_path: Path, temporal: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    async with firm(tmp_path, temporal, smtp=port) as house:
        case = (await house.desk.start("two-mails", {"email": ANN})).case
        assert (await house.waits(case, "first")).status == "pending"
        await asyncio.sleep(1.5)  # an attempt or two in vain
        back = Catcher(house.mailbox, port=port)
        await back.start()
        await house.ended(case)
        await back.stop()
        assert [m.mail.subject for m in house.mails()] == ["The first", "The second"]


async def test_what_the_mail_server_refuses_is_said_in_its_words(tmp_path: Path, temporal: str) -> None:
    refuses = Fault(Phase.RECIPIENT, "5xx")
    async with ScriptedServer(refuses) as smtp, firm(tmp_path, temporal, smtp=smtp.port) as house:
        case = (await house.desk.start("two-mails", {"email": ANN})).case
        assert "550 while naming the recipient: no such luck" in (await incident(house, case)).message
        await skip(house, case, "first")
        await house.ended(case)
        assert [b"The second" in mail for mail in smtp.delivered] == [True]


async def unconfirmed(house: Firm) -> str:
    """A case whose mail was handed over and never receipted."""
    case = (await house.desk.start("two-mails", {"email": ANN})).case
    assert "broke while handing over the message" in (await incident(house, case)).message
    assert [e.state for e in await house.effects(case)] == ["unknown"]
    return case


async def test_an_unconfirmed_mail_is_sent_again_when_somebody_says_so(tmp_path: Path, temporal: str) -> None:
    drops = Fault(Phase.REPLY, "drop")
    async with ScriptedServer(drops) as smtp, firm(tmp_path, temporal, smtp=smtp.port) as house:
        case = await unconfirmed(house)
        await house.desk.operate(case, "first", "retry", by="sam")
        await house.ended(case)
        keys = {e.key.partition("/")[2]: e.state for e in await house.effects(case)}
        assert keys == {"first:send": "unknown", "first:send#1": "sent", "second:send": "sent"}
        assert [b"The first" in mail for mail in smtp.delivered] == [True, False]


async def test_an_unconfirmed_mail_can_be_left_as_it_is(tmp_path: Path, temporal: str) -> None:
    drops = Fault(Phase.REPLY, "drop")
    async with ScriptedServer(drops) as smtp, firm(tmp_path, temporal, smtp=smtp.port) as house:
        case = await unconfirmed(house)
        await skip(house, case, "first")
        await house.ended(case)
        assert [b"The second" in mail for mail in smtp.delivered] == [True]


async def test_a_mail_whose_sender_died_is_unconfirmed_however_few_attempts_there_are(
    tmp_path: Path, temporal: str
) -> None:
    async with firm(tmp_path, temporal) as house:
        digest = await published(house, "one-attempt")
        await house.house.store.write(lambda c: claim_long_ago(c, "case-1", "only"))
        state = State(case={"id": "case-1", "title": "One attempt"}, inputs={"email": ANN}).dump()
        await open_with(house, "case-1", digest, state)
        assert "the sender died while sending" in (await incident(house, "case-1")).message
        assert [e.state for e in await house.effects("case-1")] == ["unknown"]
        assert house.mails() == []


def claim_long_ago(c: Any, case: str, step: str) -> None:
    """What a worker leaves in the ledger that died in the middle of sending, almost as long ago as it counts."""
    at = datetime.now(UTC) - LONGEST_DATA + timedelta(seconds=3)
    key = f"{case}/{step}:send"
    ledger.claim(c, key, case=case, path=step, purpose="send", kind="email", token="dead", at=at, in_data=True)


async def test_a_call_is_made_again_under_the_same_key(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, target=Target(statuses=[503])) as house:
        case = (await house.desk.start("one-call", {"company": "Acme"})).case
        assert (await house.ended(case)).outputs == {"workspace": "ws-2"}
        keys = [request["key"] for request in house.target.requests]
        assert len(keys) == 2
        assert len(set(keys)) == 1
        assert [e.state for e in await house.effects(case)] == ["done"]


async def answered(house: Firm) -> tuple[str, str]:
    """A case whose client has answered, and the token of the client's page."""
    case = (await house.desk.start("booked", {"email": ANN})).case
    token = await house.token("questions")
    assert await house.desk.answer(token, {"rating": "Well", "call_me": "no"}) == {}
    await house.waits(case, "booking")
    return case, token


async def test_a_second_answer_is_kept_and_shown_as_late(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        case, token = await answered(house)
        with pytest.raises(NotOpen):
            await house.desk.answer(token, {"rating": "Badly", "call_me": "yes"})
        await house.until(lambda: told(house, case, "too late", 1))
        assert (await house.desk.case(case)).waits[0].step == "booking"


async def book(house: Firm, message: str) -> bool:
    """The client books a call; whether the message was there before."""
    data = {"invitee_email": ANN, "starts_at": "2030-01-01T10:00:00Z"}
    post = signed(house, "CALENDAR_WEBHOOK_SECRET", "meeting.booked", data, message)
    receipt = await house.desk.receive_webhook("calendar", post["headers"], post["content"].encode())
    return receipt.duplicate


async def test_what_comes_before_its_step_is_kept_for_it(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        case = (await house.desk.start("booked", {"email": ANN})).case
        await house.waits(case, "questions")
        await book(house, "m1")
        await house.desk.answer(await house.token("questions"), {"rating": "Well", "call_me": "no"})
        await house.waits(case, "second_booking")


async def test_the_same_message_counts_once(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        case, _ = await answered(house)
        assert [await book(house, "m1") for _ in range(3)] == [False, True, True]
        await house.waits(case, "second_booking")
        await asyncio.sleep(1)  # a repeat would have come through by now
        assert [w.step for w in (await house.desk.case(case)).waits] == ["second_booking"]
        assert await book(house, "m2") is False
        assert (await house.ended(case)).summary.outcome == "completed"


async def test_a_case_whose_turns_fail_is_shown_as_stuck(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        beside, _ = await answered(house)
        digest = await published(house, "booked")
        await open_with(house, "stuck-case", digest, '{"format": 99}')

        async def stuck() -> bool:
            summary = (await house.desk.case("stuck-case")).summary
            return summary.health == "stuck" and "written by a later release" in summary.why

        await house.until(stuck)
        await book(house, "m1")
        await house.waits(beside, "second_booking")


async def published(house: Firm, process: str) -> str:
    return (await house.desk.publish(process)).digest


async def open_with(house: Firm, case: str, digest: str, state: str) -> None:
    """A case that goes on from a state as another release may have left it."""
    now = house.desk.clock()
    new = NewCase(case, case, 1, digest, case, "", "", "{}", state, now)
    start = Arrival(f"start-{case}", "test", case, "start", case, case, "", "", "{}", now)

    def work(c: Any) -> None:
        cases.open_case(c, new)
        inbox.accept(c, start)
        inbox.routed(c, start.id)
        inbox.deliver_to(c, start.id, case, START)

    await house.house.store.write(work)
