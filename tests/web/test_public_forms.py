"""Public forms: what strangers and machines send, whose pages may show them, and who becomes known by them."""

import pytest

from engine.store import cases, contacts, health, tallies
from tests.web.house import House, Visitor, app_of, visitor
from web.routes.start import TRAP

PATH = "/start/callback/ask"
BOB = {"who": "Bob", "mail": "bob@acme.test"}


@pytest.fixture(autouse=True)
async def _published(house: House) -> None:
    await house.desk.publish("callback")


async def opened(house: House) -> int:
    return len(await house.desk.store.read(cases.listing))


async def test_whoever_fills_in_what_people_do_not_see_is_thanked_and_starts_nothing(
    ann: Visitor, house: House
) -> None:
    page = await ann.send(PATH, {**BOB, TRAP: "https://cheap.example"})
    assert (page.status, "We call you tomorrow." in page.words) == (200, True)
    assert await opened(house) == 0
    assert await house.desk.store.read(lambda c: tallies.of(c, "honeypot")) == {"callback/ask": 1}


async def test_people_do_not_meet_the_trap(ann: Visitor) -> None:
    page = await ann.open(PATH)
    assert f'name="{TRAP}" type="text" tabindex="-1" autocomplete="off"' in page.answer.text
    assert '<div class="unseen" aria-hidden="true">' in page.answer.text


async def test_who_sends_it_becomes_a_contact_in_the_language_of_the_browser(ann: Visitor, house: House) -> None:
    ann.http.headers["accept-language"] = "fr;q=0.5, de-ch, *;q=0.1"
    await ann.send(PATH, BOB)
    known = await house.desk.store.read(lambda c: contacts.get(c, "bob@acme.test"))
    assert known is not None
    assert (known.name, known.locale) == ("Bob", "de-CH")


async def test_a_language_that_is_known_is_not_changed_by_a_browser(ann: Visitor, house: House) -> None:
    await house.desk.store.write(lambda c: contacts.find_or_create(c, BOB["mail"], locale="it", at=house.desk.clock()))
    ann.http.headers["accept-language"] = "de"
    await ann.send(PATH, BOB)
    known = await house.desk.store.read(lambda c: contacts.get(c, "bob@acme.test"))
    assert known is not None
    assert known.locale == "it"


@pytest.mark.parametrize("said", ["", "*", "x-klingon", "<script>", "de;q=zz," * 90])
async def test_a_browser_that_says_nothing_of_use_changes_nothing(ann: Visitor, house: House, said: str) -> None:
    ann.http.headers["accept-language"] = said
    assert (await ann.send(PATH, BOB)).status == 200
    assert await opened(house) == 1


async def test_only_the_named_sites_may_show_it_in_a_frame(ann: Visitor, house: House) -> None:
    wrong = await ann.send(PATH, {"who": "Bob"})
    for page in (await ann.open(PATH), await ann.open(f"{PATH}/thanks"), wrong):
        policy = page.answer.headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self' https://www.acme.example")
    other = (await ann.open("/")).answer.headers["content-security-policy"]
    assert other.endswith("frame-ancestors 'none'")


async def test_what_goes_wrong_in_a_frame_is_said_in_the_frame(ann: Visitor, house: House) -> None:
    page = await ann.http.post(PATH, content=b"{}", headers={"content-type": "application/json"})
    assert page.status_code == 400
    assert page.headers["content-security-policy"].endswith("frame-ancestors 'self' https://www.acme.example")


async def test_a_page_sent_twice_counts_once_and_one_sent_again_with_a_correction_is_heard(
    ann: Visitor, house: House
) -> None:
    page = {"form-submission": "x" * 22}
    for sent in (BOB, BOB, {**BOB, "who": "Bob Lee"}):
        assert (await ann.send(PATH, {**sent, **page})).status == 200
    titles = {case.title for case in await house.desk.store.read(cases.listing)}
    assert titles == {"Call somebody back for Bob", "Call somebody back for Bob Lee"}
    assert await opened(house) == 2


async def test_answers_that_the_process_cannot_take_are_trouble_that_its_owners_hear_of(
    ann: Visitor, house: House
) -> None:
    file = house.desk.settings.workspace / "definitions" / "processes" / "callback.yaml"
    before = file.read_text()
    file.write_text(before.replace("${ event.answers.who }", "${ event.answers.who } ${ 1 / (5 - 5) }"))
    try:
        await house.desk.publish("callback")
    finally:
        file.write_text(before)
    assert (await ann.send(PATH, BOB)).status == 500
    known = await house.desk.store.read(lambda c: health.get(c, "form/callback/ask"))
    assert (known.error_since is not None, "Bob" in known.last_error) == (True, False)


async def test_somebody_who_sends_too_much_waits_whichever_process_he_comes_in_by(house: House) -> None:
    statuses = []
    for _ in range(4):  # each app is a process of its own, with the database in common
        async with visitor(app_of(house)) as browser:
            statuses += [(await browser.send(PATH, {})).status for _ in range(20)]
    assert (statuses[:60], statuses[60:]) == ([422] * 60, [429] * 20)


async def test_all_addresses_of_somebody_with_ipv6_are_one_visitor(house: House) -> None:
    statuses = []
    for number in range(61):
        async with visitor(app_of(house), f"2001:db8:0:7::{number:x}") as browser:
            statuses.append((await browser.send(PATH, {})).status)
    async with visitor(app_of(house), "2001:db8:0:8::1") as neighbour:
        statuses.append((await neighbour.send(PATH, {})).status)
    assert (statuses[:60], statuses[60:]) == ([422] * 60, [429, 422])


async def test_what_came_by_it_is_seen(ann: Visitor, house: House) -> None:
    await ann.send(PATH, BOB)
    known = await house.desk.store.read(lambda c: health.get(c, "form/callback/ask"))
    assert known.last_seen_at is not None
