"""The worked example as people live it: everything goes well, nobody answers, the client withdraws."""

from datetime import UTC, datetime, timedelta

from tests.durable.firm import ACME, ANSWERS, Firm

WITHDRAWAL = {"reason": "It costs too much", "comment": "Perhaps next year."}


async def happy(firm: Firm) -> str:
    """One reminder, one change round, then everything as it should be. The case."""
    case = (await firm.desk.start("client-onboarding", ACME, by="sam")).case
    await hurry(firm, case, "welcome")
    await firm.until(lambda: len(firm.mails()) == 2)
    assert await firm.desk.answer(await firm.token("Welcome to Northwind"), ANSWERS) == {}
    await firm.task(case, "review", "accept")
    await firm.task(case, "legal", "change", by="helen")
    await firm.task(case, "legal", "approve", by="helen")
    assert await firm.desk.sign(await firm.token("sign", "s"), "Ann Acme", True, "127.0.0.1", "test") == {}
    await firm.task(case, "billing", by="tom", checklist=("account",))
    await firm.waits(case, "booking")
    starts_at = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    await firm.desk.give(case, "booking", "by_phone", {"starts_at": starts_at}, by="sam")
    await firm.task(case, "prepare", tick=True)
    await hurry(firm, case, "kick_off_call")
    await _child(firm, case)
    await hurry(firm, case, "thirty_days")
    await hurry(firm, case, "check_in")
    await firm.ended(case)
    return case


async def silent(firm: Firm) -> str:
    """Nobody answers: two reminders, a task to phone the client, then the end."""
    case = (await firm.desk.start("client-onboarding", ACME, by="sam")).case
    await hurry(firm, case, "welcome", times=4)
    await firm.ended(case)
    return case


async def withdraws(firm: Firm) -> str:
    """The client withdraws while the staff check the answers."""
    case = (await firm.desk.start("client-onboarding", ACME, by="sam")).case
    await firm.waits(case, "welcome")
    await firm.desk.answer(await firm.token("Welcome to Northwind"), ANSWERS)
    await firm.waits(case, "review")
    url = await firm.desk.link_for(case, "handlers/client_withdraws", "case_form", ACME["email"])
    assert await firm.desk.answer(url.rpartition("/")[2], WITHDRAWAL) == {}
    await firm.ended(case)
    return case


async def hurry(firm: Firm, case: str, step: str, times: int = 1) -> None:
    """Let the next timed things of a step come now, one after the other."""
    for _ in range(times):
        wait = await firm.waits(case, step)
        await firm.desk.operate(case, step, "do_now", by="sam")
        await firm.until(lambda before=wait.next_at: _moved(firm, case, step, before))


async def _moved(firm: Firm, case: str, step: str, before: datetime | None) -> bool:
    waits = (await firm.desk.case(case)).waits
    return all(w.step != step or w.next_at != before for w in waits)


async def _child(firm: Firm, case: str) -> None:
    wait = await firm.waits(case, "project")
    child = wait.waiting_for.rpartition("(")[2].rstrip(")")
    await firm.task(child, "team")
    await firm.task(child, "plan", tick=True)
    await firm.ended(child)
