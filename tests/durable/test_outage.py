"""While Temporal is away everything is taken at once; when it is back everything is delivered once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from engine.gateways.temporal_server import TemporalServer
from tests.durable.firm import Firm, firm
from tests.durable.pages import pages, signed
from tests.store.samples import arrivals

SENT = {"rating": "Well", "call_me": "no"}
AT_ONCE = 10  # senders at the same time


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[TemporalServer, Firm, httpx.AsyncClient]]:
    server = TemporalServer(folder / "temporal")
    await server.start()
    try:
        async with firm(folder, server.address) as house, pages(house) as browser:
            yield server, house, browser
    finally:
        await server.stop()


def booking(house: Firm, email: str, message: str) -> dict[str, Any]:
    data = {"invitee_email": email, "starts_at": "2030-01-01T10:00:00Z"}
    return signed(house, "CALENDAR_WEBHOOK_SECRET", "meeting.booked", data, message)


async def answered(work: list[Awaitable[httpx.Response]]) -> list[int]:
    """The status of each, a few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(request: Awaitable[httpx.Response]) -> int:
        async with gate:
            return (await request).status_code

    return await asyncio.gather(*(one(request) for request in work))


async def opened(house: Firm, count: int) -> list[tuple[str, str]]:
    """Cases that wait for their client's answers: (case, path of the client's page)."""
    emails = [f"client{n}@acme.test" for n in range(count)]
    cases = [(await house.desk.start("booked", {"email": email})).case for email in emails]
    await house.until(lambda: len(house.mails()) == count, 60)
    links = [await house.desk.link_for(c, "questions", "form", e) for c, e in zip(cases, emails, strict=True)]
    return [(case, f"/f/{link.rpartition('/')[2]}") for case, link in zip(cases, links, strict=True)]


async def test_a_hundred_answers_and_fifty_webhooks_while_temporal_is_away(tmp_path: Path) -> None:
    async with running(tmp_path) as (server, house, browser):
        clients = await opened(house, 100)
        await server.stop()
        posts = [browser.post(page, data=SENT) for _, page in clients]
        hooks = [browser.post("/hooks/calendar", **booking(house, f"client{n}@acme.test", f"m{n}")) for n in range(50)]
        assert Counter(await answered([*posts, *hooks])) == {303: 100, 202: 50}
        await server.start()
        await house.until(lambda: moved_on(house), 60)
        await witnesses_agree(house, [case for case, _ in clients])


async def moved_on(house: Firm) -> bool:
    cases = await house.desk.cases(process="booked")
    return Counter(w.step for c in cases for w in c.waits) == {"booking": 50, "second_booking": 50}


async def witnesses_agree(house: Firm, cases: list[str]) -> None:
    """Everybody's answer counted once, and the calls of the first fifty: timelines, ledger and mails say the same."""
    for n, case in enumerate(cases):
        lines = Counter(await house.timeline(case))
        assert lines[f"Questions: done by client{n}@acme.test"] == 1
        assert lines["Call booked: done by calendar"] == (1 if n < 50 else 0)
    subjects = Counter(m.mail.subject for m in house.mails())
    assert subjects["See you soon"] == 50
    assert subjects.total() == 150 == len(await house.effects())
    assert await house.house.store.read(arrivals) == {"routed": 250}


async def test_a_case_that_was_opened_while_temporal_is_away_hears_what_comes(tmp_path: Path) -> None:
    async with running(tmp_path) as (server, house, browser):
        await house.desk.publish("booked")
        await server.stop()
        posted = await browser.post("/start/booked/page", data={"email": "ann@acme.test"})
        hooked = await browser.post("/hooks/calendar", **booking(house, "ann@acme.test", "m1"))
        assert (posted.status_code, hooked.status_code) == (303, 202)
        await server.start()
        token = await house.token("questions")
        await browser.post(f"/f/{token}", data=SENT)
        (case,) = await house.desk.cases()
        await house.waits(case.id, "second_booking")


async def test_an_answer_that_came_before_the_deadline_counts_however_long_temporal_was_away(tmp_path: Path) -> None:
    async with running(tmp_path) as (server, house, browser):
        case = (await house.desk.start("soon", {"email": "ann@acme.test"})).case
        token = await house.token("")
        await server.stop()
        assert (await browser.post(f"/f/{token}", data=SENT)).status_code == 303
        await asyncio.sleep(5)  # the deadline passes, and the courier is in a long pause by now
        await server.start()
        assert (await house.ended(case)).summary.outcome == "completed"
