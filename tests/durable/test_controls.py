"""Control constructs and events on the real engine: the same effects as in the simulator, each exactly once."""

from pathlib import Path

import pytest

from engine.store import cases
from tests.durable.firm import Firm, firm

NAMES = ["ann", "bob", "cid"]
ANN = "ann@acme.test"


@pytest.mark.parametrize("flags", [(), ("renew",)], ids=["plain", "renewed"])
async def test_an_event_starts_cases_and_releases_those_that_wait_exactly_once(
    flags: tuple[str, ...], tmp_path: Path, temporal: str
) -> None:
    async with firm(tmp_path, temporal, flags=flags) as house:
        for process in ("orders", "deliveries", "watches"):
            await house.desk.publish(process)
        mine = (await house.desk.start("watches", {"order": "A1"})).case
        other = (await house.desk.start("watches", {"order": "B2"})).case
        await house.waits(mine, "paid")
        await house.waits(other, "paid")
        await house.desk.start("orders", {"order": "A1"})
        await house.desk.start("orders", {"order": "C3"})
        assert (await house.ended(mine)).outputs == {"amount": 12}
        await house.until(lambda: deliveries(house, 1))
        assert (await house.waits(other, "paid")).status == "waiting"


async def deliveries(house: Firm, number: int) -> bool:
    found = await house.house.store.read(cases.listing)
    return len([case for case in found if case.process == "deliveries"]) == number


@pytest.mark.parametrize("flags", [(), ("renew",)], ids=["plain", "renewed"])
async def test_every_control_construct_goes_on_from_turn_to_turn(
    flags: tuple[str, ...], tmp_path: Path, temporal: str
) -> None:
    async with firm(tmp_path, temporal, flags=flags) as house:
        case = (await house.desk.start("controls", {"names": "\n".join(NAMES), "email": ANN})).case
        for name in NAMES:
            await look(house, case, name)
        ended = await house.ended(case)
        assert ended.summary.outcome == "completed"
        effects = [e.key.partition("/")[2] for e in await house.effects(case) if e.kind == "email"]
        assert sorted(effects) == sorted(
            [f"trip/steps/every/{n}/book:send" for n in NAMES]
            + [f"trip/steps/every/{n}/book/undo/unbook:send" for n in NAMES]
        )


async def look(house: Firm, case: str, name: str) -> None:
    async def there() -> str:
        tasks = (await house.desk.case(case)).tasks
        return next((t.id for t in tasks if t.path == f"trip/steps/every/{name}/look" and t.status == "open"), "")

    await house.desk.complete(await house.until(there), "", by="sam")
