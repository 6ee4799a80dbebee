"""Who may use what: doors, wrong links, other sites, too much at once, and pages that change nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Connection, select

from engine.desk.desk import Desk
from engine.gateways.tokens import token_hash
from engine.store import links
from engine.store.tables import metadata
from tests.web.house import House, Visitor, app_of, visitor
from tests.web.reader import Page
from web.doors import Anyone, Leave, Link, Signed, Watcher
from web.guard import HEADERS
from web.pace import Limits

AUDIENCES = {
    "watcher",
    "anyone",
    "connection",
    "link:form",
    "link:signature",
    "link:task",
    "link:case",
    "link:unsubscribe",
}
WELCOME = {"legal_name": "Acme Limited", "address": "1 High St", "seats": "12", "personal_data": "no"}
UNKNOWN = "A" * 43


def audience(route: APIRoute) -> list[str]:
    doors = [dependency.call for dependency in route.dependant.dependencies]
    return [door.audience for door in doors if isinstance(door, Anyone | Leave | Link | Signed | Watcher)]


async def test_every_route_says_who_may_use_it(house: House) -> None:
    for route in app_of(house).routes:
        assert isinstance(route, APIRoute), route
        (who,) = audience(route)
        assert who in AUDIENCES
        token = route.path.startswith(("/f/", "/s/", "/t/", "/c/", "/u/"))
        assert token == who.startswith("link:"), f"{route.path} is for {who}"


async def test_no_get_changes_anything(ann: Visitor, house: House) -> None:
    paths = await every_get(house)
    before = await house.desk.store.read(everything)
    for path in paths:
        status = 404 if path == "/metrics" else 200  # which are nobody's business
        assert (await ann.open(path)).status == status, path
        assert (await ann.http.head(path)).status_code == status, path
    assert await house.desk.store.read(everything) == before


async def test_the_list_of_gets_is_complete(house: House) -> None:
    paths = await every_get(house)
    for route in app_of(house).routes:
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
            assert any(route.path_regex.fullmatch(path) for path in paths), route.path


async def every_get(house: House) -> list[str]:
    """A path for each route that reads, and for each state of its page."""
    case = await house.onboarding()
    closed = await house.link(case, "welcome", "form")
    await house.show(case)
    page = await house.link(case, "", "case", "sam@northwind.example")
    sent, signature = await house.welcome(), await house.signature()
    contract = {"file": "f1", "name": "Services agreement.pdf", "sha256": "", "size": 3}
    task = await house.task(show={"steps.contract.file": contract})
    await house.desk.answer(sent.split("/")[2], WELCOME)
    plain = ["/", "/static/baton.css", "/static/icon.svg", "/robots.txt", "/healthz", "/readyz", "/metrics"]
    public = ["/start/survey/ask", "/start/survey/ask/thanks"]
    return [
        *plain,
        *public,
        closed,
        sent,
        await house.everything(),
        signature,
        f"{signature}/document.pdf",
        task,
        f"{task}/files/f1",
        f"{await house.approval()}/mail",
        page,
        f"{page}/diagram",
        f"{page}/act",
        await house.leave(),
    ]


def everything(c: Connection) -> dict[str, list[Any]]:
    """All rows of all tables."""
    return {name: sorted(map(repr, c.execute(select(table)))) for name, table in metadata.tables.items()}


async def wrong_links(house: House) -> list[str]:
    """Never made, cut short, of another kind, expired, of a route that is not there."""
    form = await house.welcome()
    token = form.split("/")[2]
    case = await house.survey()
    old = await house.link(case, "everything", "form", "old@acme.test")
    await expire(house, case, old.split("/")[2], "old@acme.test")
    return [
        f"/f/{UNKNOWN}",
        form[:-1],
        f"/s/{token}",
        f"/t/{token}",
        old,
        "/f/",
        "/nothing",
        "/f/%00",
        "/f/" + "x" * 9_000,
    ]


async def expire(house: House, case: str, token: str, who: str) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    row = (token_hash(token), case, "everything", "form", who, yesterday)
    await house.desk.store.write(lambda c: links.put(c, *row))


async def test_wrong_and_expired_links_get_the_same_page(ann: Visitor, house: House) -> None:
    for path in await wrong_links(house):
        for page in (await ann.open(path), await ann.send(path, {"a": "b"})):
            assert (page.status, "This link does not work" in page.words) == (404, True), path
            assert page.answer.text == (await ann.open(f"/f/{UNKNOWN}")).answer.text


async def test_a_wrong_method_shows_a_friendly_page(ann: Visitor, house: House) -> None:
    page = await ann.send("/", {})
    assert "This link does not work" in page.words


async def test_the_landing_page_knows_no_case(ann: Visitor, house: House) -> None:
    await house.welcome()
    page = await ann.open("/")
    assert "Northwind Studio" in page.words
    assert "Acme" not in page.answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.test"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "http://test", "sec-fetch-site": "same-site"},
        {"origin": "http://test.evil.test"},
    ],
)
async def test_a_form_on_another_site_is_refused(ann: Visitor, house: House, headers: dict[str, str]) -> None:
    await house.desk.publish("survey")
    for path in (await house.welcome(), await house.task(), "/start/survey/ask"):
        page = await ann.send(path, WELCOME, headers=headers)
        assert (page.status, "sent from another page" in page.words) == (403, True)
    assert await house.arrived() == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://test"},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "same-origin"},
    ],
)
async def test_a_form_on_our_page_is_taken(ann: Visitor, house: House, headers: dict[str, str]) -> None:
    assert (await ann.send(await house.welcome(), WELCOME, headers=headers)).status == 200
    assert len(await house.arrived()) == 1


async def test_every_answer_carries_the_security_headers(ann: Visitor, house: House) -> None:
    for path in ("/", f"/f/{UNKNOWN}", await house.welcome(), "/hooks/crm", "/healthz"):
        headers = (await ann.open(path)).answer.headers
        assert {name: headers[name] for name in HEADERS} == HEADERS
        assert "set-cookie" not in headers


async def test_the_policy_allows_no_script_and_no_frame(ann: Visitor, house: House) -> None:
    policy = (await ann.open(await house.welcome())).answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_no_page_brings_a_script_or_a_style_of_its_own(ann: Visitor, house: House) -> None:
    for path in await every_get(house):
        answer = (await ann.open(path)).answer
        own = "svg" in answer.headers["content-type"] or path.endswith("/mail")  # a picture and a mail bring theirs
        text = "" if own else answer.text
        assert not any(word in text for word in ("<script", "<style", " style=", " onclick", "javascript:")), path


async def test_the_style_sheet_is_kept_by_browsers_and_pages_are_not(ann: Visitor, house: House) -> None:
    assert "immutable" in (await ann.open("/static/baton.css")).answer.headers["cache-control"]
    assert (await ann.open(await house.welcome())).answer.headers["cache-control"] == "no-store"
    assert (await ann.open("/static/..%2fapp.py")).status == 404


async def test_one_link_may_not_send_for_ever(house: House) -> None:
    async with visitor(app_of(house, Limits(sends_of_a_link=2))) as ann:
        link = await house.welcome()
        assert [(await ann.send(link, {})).status for _ in range(3)] == [422, 422, 429]
        assert (await ann.open(link)).status == 200, "reading stays free"


async def test_one_address_may_not_start_for_ever(house: House) -> None:
    await house.desk.publish("survey")
    async with visitor(app_of(house, Limits(starts_of_an_address=1))) as ann:
        assert [(await ann.send("/start/survey/ask", {})).status for _ in range(2)] == [422, 429]


async def test_what_is_no_form_is_not_read(ann: Visitor, house: House) -> None:
    link = await house.welcome()
    for kind in ("application/json", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain"):
        page = Page(await ann.http.post(link, content=b'{"seats": 12}', headers={"content-type": kind}))
        assert (page.status, "could not read" in page.words) == (400, True), kind


async def test_a_body_beyond_all_measure_is_refused_at_once(ann: Visitor, house: House) -> None:
    link = await house.welcome()
    announced = {"content-length": "99999999", "content-type": "application/x-www-form-urlencoded"}
    page = Page(await ann.http.post(link, content=b"a=b", headers=announced))
    assert (page.status, "too much at once" in page.words) == (413, True)


async def test_thousands_of_parts_are_refused(ann: Visitor, house: House) -> None:
    page = await ann.send(await house.welcome(), {"a": ["b"] * 2_000})
    assert page.status == 413


async def test_it_is_ready_while_its_database_answers(ann: Visitor, house: House) -> None:
    assert (await ann.open("/healthz")).answer.text == "ok\n"
    assert (await ann.open("/readyz")).answer.json() == {
        "ready": True,
        "database": True,
        "tables": True,
        "worker": False,
    }


async def test_our_own_mistake_is_said_kindly_and_tells_nothing(house: House) -> None:
    link = await house.welcome()
    async with visitor(app_of(Broken(house.desk))) as ann:
        page = await ann.send(link, WELCOME)
    assert (page.status, "on our side" in page.words, "secret" in page.answer.text) == (500, True, False)
    assert page.answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


class Broken(House):
    """A house whose desk takes no answers."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(BrokenDesk(desk.settings, desk.store, desk.registry))


class BrokenDesk(Desk):
    async def answer(self, token: str, raw: Mapping[str, Any]) -> dict[str, str]:
        raise RuntimeError("secret detail")
