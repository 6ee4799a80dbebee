"""The page of a case is for colleagues: a mail brings each of them a link of their own."""

from pathlib import Path

from tests.durable.firm import firm


async def test_a_mail_brings_a_colleague_to_the_page_of_the_case_and_nobody_else(tmp_path: Path, temporal: str) -> None:
    async with firm(tmp_path, temporal) as house:
        case = (await house.desk.start("tells-a-colleague", {"email": "ann@acme.test"})).case
        await house.waits(case, "look")
        view = await house.desk.open_link(await house.token("A new case", "c"))
        assert view is not None
        assert (view.kind, view.case) == ("case", case)
        (client,) = [m for m in house.mails() if m.mail.to == "ann@acme.test"]
        assert "/c/" not in client.text
