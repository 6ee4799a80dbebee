"""Public forms that start a case."""

from engine.store import cases, files
from tests.web.house import House, Visitor

BRIEF = {"brief": ("brief.txt", b"We need a site", "text/plain")}


async def opened(house: House) -> list[str]:
    return [case.title for case in await house.desk.store.read(cases.listing)]


async def test_a_public_form_starts_a_case_and_says_thanks(ann: Visitor, house: House) -> None:
    await house.desk.publish("survey")
    page = await ann.send("/start/survey/ask", {"company": "Acme"}, files=BRIEF)
    assert (page.status, "We call you back tomorrow." in page.words) == (200, True)
    assert await opened(house) == ["Survey for Acme"]


async def test_its_file_belongs_to_the_case(ann: Visitor, house: House) -> None:
    await house.desk.publish("survey")
    await ann.send("/start/survey/ask", {"company": "Acme"}, files=BRIEF)
    (case,) = await house.desk.store.read(cases.listing)
    (file,) = await house.desk.store.read(lambda c: files.of_case(c, case.id))
    assert file.name == "brief.txt"


async def test_pressing_the_button_twice_starts_one_case(ann: Visitor, house: House) -> None:
    await house.desk.publish("survey")
    (submission,) = (await ann.open("/start/survey/ask")).values["form-submission"]
    for _ in range(2):
        await ann.send("/start/survey/ask", {"company": "Acme", "form-submission": submission}, files=BRIEF)
    assert len(await opened(house)) == 1


async def test_two_people_start_two_cases(ann: Visitor, house: House) -> None:
    await house.desk.publish("survey")
    for _ in range(2):
        await ann.send("/start/survey/ask", {"company": "Acme"}, files=BRIEF)
    assert len(await opened(house)) == 2


async def test_what_is_missing_is_said_at_its_field(ann: Visitor, house: House) -> None:
    await house.desk.publish("survey")
    page = await ann.send("/start/survey/ask", {"company": "Acme"})
    assert (page.status, set(page.errors)) == (422, {"brief"})
    assert page.values["company"] == ["Acme"]
    assert await opened(house) == []


async def test_only_form_triggers_have_a_page(ann: Visitor, house: House) -> None:
    await house.desk.publish("client-onboarding")
    for path in ("client-onboarding/by_hand", "client-onboarding/deal_won", "nothing/at-all", "a%00b/ask", "x/%ff"):
        assert (await ann.open(f"/start/{path}")).status == 404
        assert (await ann.send(f"/start/{path}", {})).status == 404
