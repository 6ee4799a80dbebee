"""What one is sent: the page behind the way out of a mail, for people and for mail programs."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from engine.gateways.tokens import UNSUBSCRIBE, token_hash
from engine.store import contacts, links
from tests.web.house import ANN, House, Visitor

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def stopped(house: House, who: str = ANN) -> dict[str, str]:
    found = await house.desk.store.read(lambda c: contacts.suppressions_of(c, who))
    return {s.class_: s.code for s in found}


async def test_the_page_says_what_one_gets_and_who_one_is_without_saying_it_to_others(
    ann: Visitor, house: House
) -> None:
    page = await ann.open(await house.leave())
    assert (page.status, "You get these." in page.words) == (200, True)
    assert ("a•••@acme.test" in page.words, ANN in page.answer.text) == (True, False)
    assert "Mails about what we do for you" not in page.words


async def test_pressing_the_button_stops_the_mails_and_pressing_again_brings_them_back(
    ann: Visitor, house: House
) -> None:
    path = await house.leave()
    page = await ann.send(path, {"stop": "marketing"})
    assert "You have not been getting these since" in page.words
    assert await stopped(house) == {"marketing": "unsubscribed"}
    page = await ann.send(path, {"resume": "marketing"})
    assert "You get these." in page.words
    assert await stopped(house) == {}


async def test_a_mail_program_presses_it_with_one_bare_post(ann: Visitor, house: House) -> None:
    """No cookie, no origin, no redirect: RFC 8058."""
    path = await house.leave("Ann@ACME.test")
    answer = await ann.http.post(path, data=ONE_CLICK, follow_redirects=False)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (200, None)
    assert await stopped(house) == {"marketing": "unsubscribed"}


@pytest.mark.parametrize("headers", [{"origin": "https://webmail.test"}, {"sec-fetch-site": "cross-site"}])
async def test_where_it_was_pressed_does_not_matter(ann: Visitor, house: House, headers: dict[str, str]) -> None:
    answer = await ann.http.post(await house.leave(), files={"List-Unsubscribe": (None, "One-Click")}, headers=headers)
    assert (answer.status_code, await stopped(house)) == (200, {"marketing": "unsubscribed"})


async def test_pressing_twice_is_pressing_once(ann: Visitor, house: House) -> None:
    path = await house.leave()
    answers = [(await ann.http.post(path, data=ONE_CLICK)).status_code for _ in range(3)]
    assert (answers, await stopped(house)) == ([200] * 3, {"marketing": "unsubscribed"})


async def test_whoever_wants_no_mails_of_processes_wants_no_offers_either(ann: Visitor, house: House) -> None:
    path = await house.leave(class_="process")
    assert "Mails about what we do for you" in (await ann.open(path)).words
    await ann.http.post(path, data=ONE_CLICK)
    assert await stopped(house) == {"process": "unsubscribed", "marketing": "unsubscribed"}


@pytest.mark.parametrize("class_", ["transactional", "all", "nothing"])
async def test_what_is_owed_cannot_be_switched_off(ann: Visitor, house: House, class_: str) -> None:
    page = await ann.send(await house.leave(), {"stop": class_})
    assert (page.status, await stopped(house)) == (404, {})


async def test_what_we_stopped_stays_stopped(ann: Visitor, house: House) -> None:
    now = datetime.now(UTC)
    await house.desk.store.write(lambda c: contacts.bounced(c, ANN, True, "550 no such user", now))
    path = await house.leave()
    page = await ann.open(path)
    assert ("came back to us" in page.words, "550" in page.words) == (True, False)
    await ann.send(path, {"resume": "marketing"})
    assert await stopped(house) == {"all": "bounced"}


async def test_looking_changes_nothing_however_often_a_program_looks(ann: Visitor, house: House) -> None:
    path = await house.leave()
    for method in ("GET", "HEAD", "GET"):
        answer = await ann.http.request(method, f"{path}?List-Unsubscribe=One-Click")
        assert answer.status_code == 200
    assert await stopped(house) == {}


async def test_a_link_works_for_years_but_only_for_its_own_address(ann: Visitor, house: House) -> None:
    path = await house.leave()
    row = await house.desk.store.read(lambda c: links.find(c, token_hash(path.split("/")[2])))
    assert row is not None
    assert (row.case, row.expires_at - datetime.now(UTC) > timedelta(days=3650)) == ("", True)
    other = (row.hash, "", "marketing", UNSUBSCRIBE, "bob@acme.test", row.expires_at)
    await house.desk.store.write(lambda c: links.put(c, *other))  # a row that somebody has changed
    assert (await ann.open(path)).status == 404


async def test_a_link_that_is_too_old_unsubscribes_nobody(ann: Visitor, house: House) -> None:
    path = await house.leave()
    row = await house.desk.store.read(lambda c: links.find(c, token_hash(path.split("/")[2])))
    assert row is not None
    gone = datetime.now(UTC) - timedelta(seconds=1)
    await house.desk.store.write(lambda c: links.put(c, row.hash, "", row.path, row.kind, row.recipient, gone))
    assert (await ann.open(path)).status == 404


async def test_a_wrong_link_unsubscribes_nobody(ann: Visitor, house: House) -> None:
    for path in (f"/u/{'A' * 43}", "/u/short", await house.welcome()):
        answer: httpx.Response = await ann.http.post(path.replace("/f/", "/u/"), data=ONE_CLICK)
        assert answer.status_code == 404
    assert await stopped(house) == {}
