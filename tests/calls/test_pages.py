"""Lists in pages become one list."""

from pathlib import Path

import pytest

from engine.runtime.flow import StepError
from engine.store.store import Store
from tests.calls.house import Answer, Came, calls, outside

CRM = "  crm:\n    base_url: env:CRM_URL\n    operations:\n"


def ask(pages: str, result: str = "{ id: text }") -> str:
    return f"      ask: {{ method: GET, path: /contacts, result: {result}, pages: {pages} }}\n"


async def test_pages_are_followed_by_their_addresses(tmp_path: Path, store: Store) -> None:
    def answer(came: Came) -> Answer:
        n = int(came.query.get("page", ["1"])[0])
        onward = {"next": f"/contacts?page={n + 1}"} if n < 3 else {}
        return 200, {"data": [{"id": f"c{n}", "more": "x"}], "links": onward}

    with outside(answer) as system:
        found = await calls(tmp_path, store, CRM + ask("{ items: data, next: links.next }"), CRM_URL=system.url).call()
    assert found == {"items": [{"id": "c1"}, {"id": "c2"}, {"id": "c3"}], "complete": True}


async def test_pages_are_followed_by_a_cursor_and_keep_their_query(tmp_path: Path, store: Store) -> None:
    def answer(came: Came) -> Answer:
        after = came.query.get("after", ["0"])[0]
        return 200, {"items": [{"id": after}], "meta": {"cursor": "a/b=1" if after == "0" else None}}

    pages = "{ items: items, cursor: meta.cursor, parameter: after }"
    with outside(answer) as system:
        found = await calls(tmp_path, store, CRM + ask(pages), CRM_URL=system.url).call(status="new")
    assert found["items"] == [{"id": "0"}, {"id": "a/b=1"}]
    assert [c.query["status"] for c in system.came] == [["new"], ["new"]]


async def test_pages_are_followed_by_the_header_link(tmp_path: Path, store: Store) -> None:
    def answer(came: Came) -> Answer:
        link = f'<{system.url}/first>; rel="first", <{system.url}/two>; rel="next"'
        return (200, [{"id": "1"}], {"Link": link}) if came.path == "/contacts" else (200, [{"id": "2"}])

    with outside(answer) as system:
        found = await calls(tmp_path, store, CRM + ask("{ next: Link }"), CRM_URL=system.url).call()
    assert found == {"items": [{"id": "1"}, {"id": "2"}], "complete": True}


async def test_more_pages_than_allowed_are_said_to_be_missing(tmp_path: Path, store: Store) -> None:
    def answer(came: Came) -> Answer:
        n = int(came.query.get("n", ["0"])[0])
        return 200, {"data": [{"id": str(n)}], "next": f"?n={n + 1}"}

    with outside(answer) as system:
        house = calls(tmp_path, store, CRM + ask("{ items: data, next: next, max: 3 }"), CRM_URL=system.url)
        found = await house.call()
    assert (len(found["items"]), found["complete"], len(system.came)) == (3, False, 3)


@pytest.mark.parametrize("cursors", [["x"], ["x", "y"]])
async def test_a_cursor_that_leads_round_in_a_circle_is_said_and_not_followed(
    tmp_path: Path, store: Store, cursors: list[str]
) -> None:
    def answer(came: Came) -> Answer:
        return 200, {"data": [{"id": "1"}], "cursor": cursors[(len(system.came) - 1) % len(cursors)]}

    with outside(answer) as system:
        house = calls(tmp_path, store, CRM + ask("{ items: data, cursor: cursor }"), CRM_URL=system.url)
        with pytest.raises(StepError, match="would never end"):
            await house.call()
    assert len(system.came) == len(cursors) + 1


async def test_a_cursor_that_stays_after_an_empty_page_is_the_end(tmp_path: Path, store: Store) -> None:
    def answer(came: Came) -> Answer:
        return 200, {"data": [] if came.query else [{"id": "1"}], "cursor": "x"}

    with outside(answer) as system:
        house = calls(tmp_path, store, CRM + ask("{ items: data, cursor: cursor }"), CRM_URL=system.url)
        assert await house.call() == {"items": [{"id": "1"}], "complete": True}


async def test_a_page_at_another_host_is_not_fetched(tmp_path: Path, store: Store) -> None:
    with outside() as other, outside(lambda came: (200, {"data": [], "next": f"{other.url}/x"})) as system:
        house = calls(tmp_path, store, CRM + ask("{ items: data, next: next }"), CRM_URL=system.url)
        with pytest.raises(StepError, match="at another host"):
            await house.call()
    assert other.came == []


async def test_an_answer_without_the_list_says_where_it_was_looked_for(tmp_path: Path, store: Store) -> None:
    with outside(lambda came: (200, {"data": {"a": 1}})) as system, pytest.raises(StepError, match="at `data`"):
        await calls(tmp_path, store, CRM + ask("{ items: data, next: next }"), CRM_URL=system.url).call()


async def test_a_list_that_is_too_large_to_keep_is_refused(tmp_path: Path, store: Store) -> None:
    entries = [{"id": "x" * 400} for _ in range(400)]
    with outside(lambda came: (200, {"data": entries, "next": "/contacts?n=2" if not came.query else None})) as system:
        house = calls(tmp_path, store, CRM + ask("{ items: data, next: next }"), CRM_URL=system.url)
        with pytest.raises(StepError, match="256 KB are the most"):
            await house.call()
