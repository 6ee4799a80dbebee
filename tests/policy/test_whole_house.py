"""Contact policy in a whole firm: real mails, a real engine, a bare POST from a mail program."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from temporalio.service import RPCError

from engine.store import contacts, erasures
from engine.upkeep import erase
from tests.durable.firm import Firm, firm
from web.app import create_app
from workflows.client import Courier

HERE = Path(__file__).parent / "definitions"
ANN, BOB = "ann@acme.test", "bob@acme.test"


async def began(house: Firm, process: str, email: str = ANN, name: str = "Ann") -> str:
    return (await house.desk.start(process, {"email": email, "contact": name})).case


def subjects(house: Firm, to: str = ANN) -> list[str]:
    return [m.mail.subject for m in house.mails() if m.mail.to.split(", ")[0] == to]


def head(house: Firm, subject: str) -> str:
    """The headers of a mail as it went over the wire, unfolded."""
    raw = next(m.mail.path for m in house.mails() if subject in m.mail.subject).read_bytes().decode()
    return re.sub(r"\r\n[ \t]+", " ", raw.partition("\r\n\r\n")[0])


async def test_who_unsubscribes_in_one_process_is_not_written_to_by_the_next(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE) as house:
        for process in ("offers", "renewal"):
            await house.desk.publish(process)
        await house.ended(await began(house, "offers"))
        written = head(house, "An offer")
        assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in written
        assert "List-Unsubscribe" not in head(house, "A receipt")
        (url,) = re.findall(r"List-Unsubscribe: <http://127\.0\.0\.1:9(/u/[\w-]{43})>", written)
        offer = next(m for m in house.mails() if "An offer" in m.mail.subject)
        assert f"Unsubscribe:\nhttp://127.0.0.1:9{url}" in offer.text
        assert f'href="http://127.0.0.1:9{url}"' in offer.html
        door = httpx.ASGITransport(create_app(house.desk))
        async with httpx.AsyncClient(transport=door, base_url="http://127.0.0.1:9") as program:
            assert (await program.post(url, data={"List-Unsubscribe": "One-Click"})).status_code == 200
        case = await began(house, "renewal")
        assert (await house.ended(case)).summary.outcome == "not_written_to"
        assert any("they unsubscribed from offers and news" in line for line in await house.timeline(case))
        assert {e.state for e in await house.effects(case)} == {"suppressed"}
        again = await began(house, "offers")
        await house.ended(again)
        assert subjects(house) == ["An offer for Ann", "A receipt for Ann", "A receipt for Ann"]
        found = await house.desk.dossier(ANN)
        assert [m.state for m in found.mails if "receipt" not in m.subject] == ["sent", "suppressed", "suppressed"]
        assert [c.id for c in found.cases if c.process == "renewal"] == [case]


async def test_one_cap_holds_for_all_processes(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE, more={"BATON_MAIL_CAP_MARKETING": "1 per day"}) as house:
        for process in ("offers", "renewal"):
            await house.desk.publish(process)
        await house.ended(await began(house, "offers"))
        await began(house, "renewal")
        [row] = await house.until(lambda: house.desk.outbox(("queued",)))
        assert (row.process, row.code, row.not_before - row.created_at > timedelta(hours=23)) == (
            "renewal",
            "cap",
            True,
        )
        await house.ended(await began(house, "renewal", BOB, "Bob"))
        assert subjects(house) == ["An offer for Ann", "A receipt for Ann"]


async def test_at_night_only_what_is_owed_goes_out(tmp_path: Path, temporal: str) -> None:
    now = datetime.now(UTC)
    night = f"{now - timedelta(hours=1):%H:%M} to {now + timedelta(hours=2):%H:%M}"
    async with firm(tmp_path, temporal, definitions=HERE, more={"BATON_MAIL_QUIET_HOURS": night}) as house:
        await house.desk.publish("offers")
        await house.desk.describe(BOB, "sam", zone="Etc/GMT-8")  # eight hours further on
        await house.ended(await began(house, "offers", BOB, "Bob"))
        assert len(subjects(house, BOB)) == 2
        await house.desk.describe(ANN, "sam", zone="UTC")
        await began(house, "offers")
        [row] = await house.until(lambda: house.desk.outbox(("queued",)))
        assert (row.recipient, row.code, row.reason) == (
            ANN,
            "quiet",
            f"it is {now:%H}:{row.reason[9:11]} where they are",
        )
        assert subjects(house) == []


@pytest.mark.slow  # the engine takes its time to let go of what it was told to delete
async def test_the_engine_forgets_them_too(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE) as house:
        await house.desk.publish("offers")
        case, other = await began(house, "offers"), await began(house, "offers", BOB, "Bob")
        await house.ended(case)
        await house.ended(other)
        assert ANN in str(await house.history(case))
        gone = await house.desk.forget(ANN, "sam")
        assert gone.histories == (case,)
        courier = Courier(house.house.client)

        async def nothing_left() -> bool:
            await erase(house.house.store, courier)
            return await house.house.store.read(erasures.waiting) == ()

        await house.until(nothing_left, 120)
        with pytest.raises(RPCError):
            await house.history(case)
        assert BOB in str(await house.history(other))


async def test_a_copy_goes_only_to_whom_may_be_written_to(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE) as house:
        await house.desk.publish("offers")
        await house.desk.block("Carl@acme.test", "all", "", "sam")
        await house.ended(await began(house, "offers"))
        receipt = next(m for m in house.mails() if "A receipt" in m.mail.subject)
        assert receipt.mail.to == f"{ANN}, sam@northwind.example"


async def test_an_address_that_is_no_good_is_written_to_no_more_by_anybody(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal, definitions=HERE) as house:
        await house.desk.publish("offers")
        await house.house.store.write(lambda c: contacts.bounced(c, ANN, True, "550 no such user", datetime.now(UTC)))
        case = await began(house, "offers")
        await house.ended(case)
        states = {e.state for e in await house.effects(case) if e.kind == "email"}
        assert (subjects(house), states) == ([], {"suppressed"})
