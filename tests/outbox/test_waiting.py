"""What waits in the outbox can be read, changed, stopped and sent at once; and nothing of it leaves without a case."""

import asyncio
from pathlib import Path

import pytest

from engine.desk import BadInputs, NotOpen
from engine.store import outbox
from engine.store.rows import OutboxRow
from tests.durable.firm import Firm, firm
from tests.outbox.test_hold import HERE, begin

UNDO = {"BATON_MAIL_UNDO_PROCESS": "1 hour"}
SHORT = {"BATON_MAIL_UNDO_PROCESS": "2 seconds"}


async def held(house: Firm, case: str) -> OutboxRow:
    """The message of a case that waits."""

    async def there() -> tuple[OutboxRow, ...]:
        return await house.desk.outbox(outbox.WAITING, case=case)

    rows: tuple[OutboxRow, ...] = await house.until(there)
    return rows[0]


async def test_a_mail_leaves_when_its_undo_window_is_over(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE, more=SHORT) as house:
        await house.desk.publish("greets")
        case = await begin(house, "ann@acme.test")
        row = await held(house, case)
        assert (row.state, row.code, house.mails()) == ("held", "undo", [])
        assert (await house.ended(case)).summary.outcome == "completed"
        assert [m.mail.subject for m in house.mails()] == ["Hello Ann", "Goodbye Ann"]


async def test_a_mail_that_waits_is_changed_and_sent_at_once(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE, more=UNDO) as house:
        await house.desk.publish("greets")
        case = await begin(house, "ann@acme.test")
        row = await held(house, case)
        assert "Good morning, Ann." in (await house.desk.message(str(row.seq))).text
        await house.desk.edit_message(str(row.seq), subject="Hello, dear Ann", body="Good ${ 1 } evening.", by="sam")
        await house.desk.operate(case, "hello", "do_now", by="sam")
        mail = (await house.until(house.mails))[0]
        assert mail.mail.subject == "Hello, dear Ann"
        assert "Good ${ 1 } evening." in mail.text
        await house.until(lambda: is_in(house, row, "sent"))
        sent = await house.desk.message(str(row.seq))
        assert (sent.row.by, sent.text) == ("sam", "")
        with pytest.raises(NotOpen):
            await house.desk.edit_message(str(row.seq), subject="Too late")


async def test_a_mail_that_is_stopped_never_leaves_and_the_case_goes_on(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE, more=UNDO) as house:
        await house.desk.publish("greets")
        case = await begin(house, "ann@acme.test")
        row = await held(house, case)
        with pytest.raises(BadInputs):
            await house.desk.cancel_message(str(row.seq), " ")
        await house.desk.cancel_message(str(row.seq), "wrong person", by="sam")
        goodbye = await house.until(lambda: held_after(house, case, row))
        assert goodbye.subject == "Goodbye Ann"
        stopped = (await house.desk.message(str(row.seq))).row
        assert (stopped.state, stopped.by, stopped.reason) == ("cancelled", "sam", "stopped by sam: wrong person")
        assert any("was not sent" in line and "wrong person" in line for line in await house.timeline(case))


async def held_after(house: Firm, case: str, row: OutboxRow) -> OutboxRow | None:
    found = await house.desk.outbox(outbox.WAITING, case=case)
    return next((r for r in found if r.seq > row.seq), None)


SLOW = [pytest.param(verb, marks=pytest.mark.slow) for verb in ("skip", "mark_done")]


@pytest.mark.parametrize("verb", ["stop", *SLOW])
async def test_what_its_case_does_not_need_any_more_is_cancelled(verb: str, tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE, more=UNDO) as house:
        await house.desk.publish("greets")
        case = await begin(house, "ann@acme.test")
        row = await held(house, case)
        await house.waits(case, "hello")
        if verb == "stop":
            await house.desk.stop(case, by="sam")
        else:
            values = {"to": "ann@acme.test"} if verb == "mark_done" else {}
            await house.desk.operate(case, "hello", verb, by="sam", values=values)  # type: ignore[arg-type]
        await house.until(lambda: is_in(house, row, "cancelled"))
        assert house.mails() == []


async def test_a_case_that_rests_sends_nothing_and_goes_on_where_it_was(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE, more=SHORT) as house:
        await house.desk.publish("greets")
        case = await begin(house, "ann@acme.test")
        row = await held(house, case)
        await house.desk.pause(case, by="sam")
        await asyncio.sleep(3)
        assert (house.mails(), (await house.desk.message(row.key)).row.state) == ([], "held")
        await house.desk.resume(case, by="sam")
        assert (await house.ended(case)).summary.outcome == "completed"
        assert len(house.mails()) == 2


async def is_numbered(house: Firm, row: OutboxRow, state: str) -> bool:
    """The key of a mail changes when somebody has agreed to it; its number never does."""
    return (await house.desk.message(str(row.seq))).row.state == state


async def is_in(house: Firm, row: OutboxRow, state: str) -> bool:
    return (await house.desk.message(row.key)).row.state == state


async def test_a_mail_leaves_as_it_was_agreed_to(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE, more=UNDO) as house:
        await house.desk.publish("offers")
        case = (await house.desk.start("offers", {"email": "ann@acme.test"})).case
        row = await held(house, case)
        assert (row.state, row.code, row.not_before) == ("held", "approval", None)
        task = (await house.until(lambda: open_tasks(house, case)))[0]
        assert task.mail == row.key
        await house.desk.edit_message(row.key, body="It costs 90.", by="helen")
        await house.desk.decide_on_message(str(row.seq), "approve", by="helen")
        assert (await house.ended(case)).summary.outcome == "completed"
        notice, offer = house.mails()
        assert (notice.mail.to, offer.mail.to) == ("helen@northwind.example", "ann@acme.test")
        assert "It costs 90." in offer.text
        await house.until(lambda: is_numbered(house, row, "sent"))
        sent = await house.desk.outbox(to="ann@acme.test")
        assert [(r.seq, r.state, r.by) for r in sent] == [(row.seq, "sent", "helen")]


async def test_what_was_agreed_to_and_still_waits_is_not_changed_any_more(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE) as house:
        await house.desk.publish("offers")
        await house.desk.hold_mail(by="sam")
        case = (await house.desk.start("offers", {"email": "ann@acme.test"})).case
        await house.until(lambda: open_tasks(house, case))
        (row,) = await house.desk.outbox(to="ann@acme.test")
        await house.desk.decide_on_message(str(row.seq), "approve", by="helen")
        await house.until(lambda: waits_for_release(house, row))
        with pytest.raises(NotOpen, match="as somebody has agreed to it"):
            await house.desk.edit_message(str(row.seq), body="It costs 1.", by="sam")
        await house.desk.release_mail()
        assert (await house.ended(case)).summary.outcome == "completed"
        (offer,) = [mail for mail in house.mails() if mail.mail.to == "ann@acme.test"]
        assert "It costs 100." in offer.text


async def waits_for_release(house: Firm, row: OutboxRow) -> bool:
    return (await house.desk.message(str(row.seq))).row.code == "hold"


async def test_a_mail_that_nobody_agrees_to_stays_here(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE) as house:
        await house.desk.publish("offers")
        case = (await house.desk.start("offers", {"email": "ann@acme.test"})).case
        row = await held(house, case)
        await house.until(lambda: open_tasks(house, case))
        with pytest.raises(BadInputs):
            await house.desk.decide_on_message(str(row.seq), "reject", by="helen")
        await house.desk.cancel_message(str(row.seq), "too cheap", by="helen")
        assert (await house.ended(case)).summary.outcome == "completed"
        found = (await house.desk.message(str(row.seq))).row
        assert (found.state, found.reason) == ("cancelled", "helen did not agree to it: too cheap")
        assert [m.mail.to for m in house.mails()] == ["helen@northwind.example"]


async def open_tasks(house: Firm, case: str) -> list[object]:
    return [t for t in (await house.desk.case(case)).tasks if t.status == "open"]
