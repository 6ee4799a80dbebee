"""What outsiders write stays text: in mails, subjects, pages, documents and on the timeline."""

from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from activities.turns import LARGEST_STATE
from engine.store import files, states
from tests.durable.firm import ACME, ANSWERS, Firm, firm

NASTY = "${7*7} {{7*7}} {% raw %} <script>alert(1)</script>\r\nBcc: evil@x.test"
FLAT = "${7*7} {{7*7}} {% raw %} <script>alert(1)</script> Bcc: evil@x.test"


async def test_hostile_words_stay_words_everywhere(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        case = (await house.desk.start("client-onboarding", {**ACME, "company": NASTY, "contact": NASTY})).case
        token = await house.token("Welcome to Northwind")
        assert await house.desk.answer(token, {**ANSWERS, "legal_name": NASTY, "notes": NASTY}) == {}
        await house.task(case, "review", "accept")
        contract = await paper(house, case)
        await house.task(case, "legal", "approve")
        await house.token("sign", "s")
        for raw in [m.mail.path.read_bytes() for m in house.mails()]:
            mail = message_from_bytes(raw, policy=default)
            assert "Bcc" not in mail
            assert "49" not in str(mail["Subject"])
            html = mail.get_body(("html",))
            assert html is not None
            assert "<script>" not in html.get_content()
        assert FLAT.split(maxsplit=1)[0] in house.mails()[0].mail.subject
        assert "".join(FLAT.split()) in "".join(contract.split())


async def paper(house: Firm, case: str) -> str:
    """The text of the contract."""

    async def made() -> str:
        found = await house.house.store.read(lambda c: files.of_case(c, case))
        return found[0].id if found else ""

    file = await house.desk.file(await house.until(made))
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(file.content)).pages)


async def test_a_text_of_ten_megabytes_is_refused_at_its_field(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        await house.desk.start("client-onboarding", ACME)
        token = await house.token("Welcome to Northwind")
        problems = await house.desk.answer(token, {**ANSWERS, "notes": "x" * 10_000_000, "seats": ["1", "2"]})
        assert sorted(problems) == ["notes", "seats"]


async def test_large_answers_live_in_the_store_and_the_case_goes_on(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        case = (await house.desk.start("client-onboarding", ACME)).case
        token = await house.token("Welcome to Northwind")
        long = {"address": "a" * 500, "notes": "ü" * 4_000, "legal_name": "L" * 200}
        assert await house.desk.answer(token, {**ANSWERS, **long}) == {}
        await house.task(case, "review", "reject", comment="ü" * 5_000)
        assert (await house.ended(case)).summary.outcome == "rejected"
        kept = await house.house.store.read(lambda c: states.get(c, case, 3))
        assert len(kept) > LARGEST_STATE
