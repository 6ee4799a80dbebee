"""Cases all over the worked example go on with another version: nothing is lost, nothing is done twice."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engine.desk.migrations import Result
from tests.durable.firm import Firm, firm
from tests.durable.journey import PROCESS, RENAMED, STOPS, Traveller, begin, rewrite, together, travel
from tests.durable.test_onboarding import message_id, witnesses_agree

EVERYBODY = (
    "Welcome to Northwind Studio, Ann",
    "Your agreement with Northwind Studio is ready to sign",
    "Choose a time for our kick-off call",
    "How have the first 30 days been?",
    "Thank you",
)


async def set_out(house: Firm, n: int, stop: int) -> Traveller:
    traveller = await begin(house, n)
    await travel(traveller, stop)
    return traveller


async def spread(house: Firm, count: int) -> list[Traveller]:
    """Cases at every stop but the last, which is the end."""
    return await together([set_out(house, n, n % len(STOPS)) for n in range(count)])


async def move_all(house: Firm, **names: Any) -> list[Result]:
    edition, seen = await house.desk.outlook(PROCESS, names=RENAMED, **names)
    return [result async for result in house.desk.move(edition, seen, RENAMED, "helen")]


async def arrive(travellers: list[Traveller]) -> None:
    for traveller in travellers:
        traveller.names = RENAMED
    await together([travel(traveller, len(STOPS)) for traveller in travellers])


async def nothing_is_lost_or_done_twice(house: Firm, travellers: list[Traveller]) -> None:
    """The ledger, the mail server and the HTTP target tell the same story; every client has had every mail, once."""
    await witnesses_agree(house)
    received = house.mails()
    assert len({message_id(mail) for mail in received}) == len(received)
    assert Counter(r["body"]["name"] for r in house.target.requests) == {f"Acme {n}": 1 for n in range(len(travellers))}
    for traveller in travellers:
        subjects = Counter(m.mail.subject for m in received if traveller.email in m.mail.to)
        assert {name: subjects[name] for name in EVERYBODY} == dict.fromkeys(EVERYBODY, 1)
        assert subjects[f"The workspace of {company(traveller)} is ready"] == 1
        assert all(count <= 2 for count in subjects.values())  # two reminders have one subject


def company(traveller: Traveller) -> str:
    return f"Acme {traveller.email.removeprefix('client').partition('@')[0]}"


async def publish_next(house: Firm) -> None:
    rewrite(house.house.settings.workspace)
    await house.desk.publish(PROCESS, by="helen")


async def migrated(folder: Path, temporal: str, count: int) -> None:
    async with firm(folder, temporal) as house:
        travellers = await spread(house, count)
        before = {t.case: await deadlines(house, t.case) for t in travellers}
        await publish_next(house)
        _, seen = await house.desk.outlook(PROCESS)
        assert {o.verdict.kind for o in seen} == {"moves", "mapping"}
        assert [o.verdict.sends for o in seen] == [()] * count
        results = await move_all(house)
        assert Counter(r.outcome for r in results) == {"moved": count}
        assert {t.case: await deadlines(house, t.case) for t in travellers} == before
        assert {(await house.desk.case(t.case)).summary.version for t in travellers} == {2}
        assert await move_all(house) == []
        await arrive(travellers)
        await nothing_is_lost_or_done_twice(house, travellers)


async def deadlines(house: Firm, case: str) -> list[Any]:
    """What the case waits for until when, and its open tasks, as people know them."""
    detail = await house.desk.case(case)
    waits = sorted((w.title, w.due, w.until, w.next_at, w.waiting_for) for w in detail.waits)
    return [waits, sorted(t.id for t in detail.tasks if t.status == "open")]


async def test_cases_at_every_stop_go_on_with_another_version(tmp_path: Path, temporal: str) -> None:
    await migrated(tmp_path, temporal, len(STOPS))


@pytest.mark.slow
async def test_two_hundred_cases_go_on_with_another_version(tmp_path: Path, temporal: str) -> None:
    await migrated(tmp_path, temporal, 200)


async def test_a_case_that_has_gone_on_meanwhile_stays_and_stops_the_rest(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        first = await set_out(house, 0, 0)
        others = await together([set_out(house, n, 0) for n in range(1, 20)])
        await publish_next(house)
        edition, seen = await house.desk.outlook(PROCESS, names=RENAMED)
        await travel(first, 3)  # its verdict is another one now
        results = [result async for result in house.desk.move(edition, seen, RENAMED)]
        outcomes = {r.case: r.outcome for r in results}
        assert outcomes[first.case] == "surprise"
        assert (await house.desk.case(first.case)).summary.version == 1
        left = {t.case for t in others} - set(outcomes)
        assert left  # nobody asked them any more
        assert {r.case for r in await move_all(house)} == {first.case, *left}
        assert {(await house.desk.case(t.case)).summary.version for t in (first, *others)} == {2}


async def test_moving_twice_at_the_same_time_moves_once(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        traveller = await set_out(house, 0, 3)
        await publish_next(house)
        results = await asyncio.gather(move_all(house), move_all(house))
        assert {r.outcome for found in results for r in found} == {"moved"}
        assert sum("Moved to version 2" in line for line in await house.timeline(traveller.case)) == 1
