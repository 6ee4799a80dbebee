"""One switch stops all sending; releasing it lets everything go in its order, and loses nothing."""

import asyncio
from pathlib import Path

import pytest

from engine.store import outbox
from tests.durable.firm import Firm, firm

HERE = Path(__file__).parent / "definitions"


@pytest.mark.parametrize("flags", [pytest.param((), marks=pytest.mark.slow), ("renew",)], ids=["plain", "renewed"])
async def test_what_is_on_hold_leaves_in_its_order_when_it_is_released(
    flags: tuple[str, ...], tmp_path: Path, temporal: str
) -> None:
    async with firm(tmp_path, temporal, flags=flags, definitions=HERE) as house:
        await house.desk.publish("greets")
        await house.desk.hold_mail(by="sam", reason="wrong price list")
        cases = [await begin(house, f"c{n}@acme.test", f"N{n}") for n in range(8)]
        await house.until(lambda: waiting(house, 8))
        await asyncio.sleep(0.5)
        assert house.mails() == []
        timeline = await house.timeline(cases[0])
        assert any("waits: all sending is on hold" in line and "wrong price list" in line for line in timeline)
        await house.desk.release_mail()
        for case in cases:
            assert (await house.ended(case)).summary.outcome == "completed"
        order = [m.mail.subject for m in house.mails() if m.mail.subject.startswith("Hello")]
        rows = await house.desk.outbox()
        assert order == [row.subject for row in rows if row.subject.startswith("Hello")]
        assert sorted(order) == sorted(f"Hello N{n}" for n in range(8))
        assert {row.state for row in rows} == {"sent"}
        assert len(rows) == len(house.mails()) == 16


async def begin(house: Firm, email: str, name: str = "Ann") -> str:
    return (await house.desk.start("greets", {"email": email, "name": name})).case


async def waiting(house: Firm, number: int) -> bool:
    return len(await house.desk.outbox(outbox.WAITING)) == number
