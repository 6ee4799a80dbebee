"""Cases as people see them."""

from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError

from engine.runtime.view import Entry, IncidentView
from engine.store import cases
from engine.store.projection import UnknownCaseError
from engine.store.store import Store
from tests.store.samples import ACME, LATER, NOW, REVIEW, WELCOME, case, open_all, opened, view

BOUNCED = IncidentView("welcome", "welcome", "mail_refused", "The server said no", NOW)


async def test_a_new_case_is_open_and_well_before_its_first_turn(store: Store) -> None:
    await store.write(opened)
    (found,) = await store.read(cases.listing)
    assert (found.id, found.status, found.health, found.started_at) == ("acme", "open", "ok", NOW)
    assert await store.read(lambda c: cases.opened(c, "acme")) == ACME


async def test_a_case_id_is_taken_once(store: Store) -> None:
    await store.write(opened)
    with pytest.raises(IntegrityError):
        await store.write(opened)


async def test_a_case_that_does_not_exist_is_none(store: Store) -> None:
    for query in (cases.detail, cases.opened, cases.summary, cases.task):
        assert await store.read(lambda c, query=query: query(c, "nobody")) is None  # type: ignore[misc]
    assert await store.read(lambda c: cases.timeline(c, "nobody")) == ()


async def test_what_a_turn_shows_is_what_people_read(store: Store) -> None:
    events = ({"id": "by_phone", "inputs": {}, "groups": ["client_success"]},)
    wait = replace(WELCOME, events=events, due=NOW, next_at=LATER)
    task = replace(REVIEW, show={"answers.seats": Decimal("1.5")}, outcomes=("accept",), users=("sam",), due=LATER)
    shown = view(waits=(wait,), tasks=(task,), incidents=(BOUNCED,), stage="welcome", outputs={"contract": "f1"})
    await store.write(lambda c: opened(c, shown))
    found = await store.read(lambda c: cases.detail(c, "acme"))
    assert found
    assert (found.waits, found.tasks, found.incidents) == (shown.waits, shown.tasks, shown.incidents)
    assert (found.summary.stage, found.outputs, found.digest) == ("welcome", {"contract": "f1"}, "d1")


async def test_an_older_turn_never_overwrites_a_newer_one(store: Store) -> None:
    await store.write(lambda c: opened(c, view(2, stage="contract")))
    assert await store.write(lambda c: cases.project(c, view(1, stage="welcome", waits=(WELCOME,)))) is False
    (found,) = await store.read(cases.listing)
    assert (found.stage, found.waits) == ("contract", ())


async def test_a_turn_that_comes_twice_shows_the_same(store: Store) -> None:
    turn = view(waits=(WELCOME,), tasks=(REVIEW,), incidents=(BOUNCED,), entries=(Entry(1, NOW, "", "started", "Go"),))
    await store.write(lambda c: opened(c, turn, turn))
    found = await store.read(lambda c: cases.detail(c, "acme"))
    assert found
    assert (len(found.waits), len(found.tasks), len(found.incidents)) == (1, 1, 1)
    assert await store.read(lambda c: cases.timeline(c, "acme")) == turn.entries


async def test_a_turn_of_a_case_that_was_never_opened_is_refused(store: Store) -> None:
    with pytest.raises(UnknownCaseError):
        await store.write(lambda c: cases.project(c, view()))


async def test_the_timeline_grows_turn_by_turn(store: Store) -> None:
    entries = [Entry(n, NOW + timedelta(minutes=n), "welcome", "sent", f"Mail {n}") for n in (1, 2, 3)]
    turns = [view(1, entries=tuple(entries[:2])), view(2, entries=(entries[2],))]
    await store.write(lambda c: opened(c, *turns))
    assert await store.read(lambda c: cases.timeline(c, "acme")) == tuple(entries)


async def test_a_task_that_a_turn_drops_is_cancelled_but_kept(store: Store) -> None:
    await store.write(lambda c: opened(c, view(1, tasks=(REVIEW,)), view(2, updated_at=LATER)))
    found = await store.read(lambda c: cases.task(c, "t1"))
    assert found
    assert (found.task.status, found.task.closed_at) == ("cancelled", LATER)
    assert await store.read(cases.open_tasks) == ()


async def test_a_task_that_is_done_keeps_who_did_it_and_what_they_said(store: Store) -> None:
    done = replace(REVIEW, status="done", outcome="accept", by="sam", comment="Fine", closed_at=LATER)
    await store.write(lambda c: opened(c, view(1, tasks=(REVIEW,)), view(2, tasks=(done,)), view(3)))
    found = await store.read(lambda c: cases.task(c, "t1"))
    assert found
    assert found.task == done


async def test_an_incident_that_a_turn_drops_is_resolved(store: Store) -> None:
    await store.write(lambda c: opened(c, view(1, health="incident", incidents=(BOUNCED,)), view(2)))
    found = await store.read(lambda c: cases.detail(c, "acme"))
    assert found
    assert [incident.status for incident in found.incidents] == ["resolved"]


async def test_tasks_are_found_by_assignee_candidate_and_group(store: Store) -> None:
    mine = replace(REVIEW, id="t2", assignee="ann", groups=())
    ours = replace(REVIEW, id="t3", users=("ann", "sam"), groups=("finance",))
    await store.write(lambda c: opened(c, view(tasks=(REVIEW, mine, ours))))

    async def found(user: str | None = None, *groups: str) -> list[str]:
        return [row.task.id for row in await store.read(lambda c: cases.open_tasks(c, [user] if user else [], groups))]

    assert await found() == ["t1", "t2", "t3"]
    assert await found("ann") == ["t2", "t3"]
    assert await found(None, "client_success") == ["t1"]
    assert await found("sam", "client_success", "finance") == ["t1", "t3"]
    assert await found("clientXsuccess", "clientXsuccess") == []  # `_` is no wildcard


async def test_a_stuck_case_shows_until_its_next_turn(store: Store) -> None:
    await store.write(lambda c: opened(c, view(1)))
    assert await store.write(lambda c: cases.mark_stuck(c, "acme", "no answer for 60 s")) is True
    assert await store.write(lambda c: cases.mark_stuck(c, "acme", "no answer for 90 s")) is False
    (stuck,) = await store.read(lambda c: cases.listing(c, health="stuck"))
    assert stuck.why == "no answer for 60 s"
    await store.write(lambda c: cases.project(c, view(2)))
    (found,) = await store.read(cases.listing)
    assert (found.health, found.why) == ("ok", "")


async def test_an_ended_case_is_not_stuck_and_not_running(store: Store) -> None:
    await store.write(lambda c: opened(c, view(1, status="ended", outcome="done", ended_at=LATER)))
    assert await store.write(lambda c: cases.mark_stuck(c, "acme", "why")) is False
    assert await store.read(lambda c: cases.running(c, "onboarding", "acme.test")) is None


async def test_a_running_case_is_found_by_its_key(store: Store) -> None:
    await store.write(opened)
    assert await store.write(lambda c: cases.running(c, "onboarding", "acme.test")) == "acme"
    assert await store.write(lambda c: cases.running(c, "kyc-check", "acme.test")) is None


async def test_the_listing_is_newest_first_by_pages_and_filters(store: Store) -> None:
    names = [f"c{n}" for n in range(5)]
    new = [case(name, started_at=NOW + timedelta(days=n)) for n, name in enumerate(names)]
    await store.write(lambda c: open_all(c, [*new, case("kyc", process="kyc-check")]))
    await store.write(lambda c: cases.project(c, view(case="c4", status="ended")))
    page = await store.read(lambda c: cases.listing(c, process="onboarding", limit=2, offset=1))
    assert [found.id for found in page] == ["c2", "c1"]
    assert [found.id for found in await store.read(lambda c: cases.listing(c, status="ended"))] == ["c4"]
    assert len(await store.read(lambda c: cases.listing(c, status=None))) == 6


async def test_words_that_no_database_can_keep_do_not_stop_a_turn(store: Store) -> None:
    strange = replace(WELCOME, title="a\0b", waiting_for="Zoë \ud800")
    await store.write(lambda c: opened(c, view(waits=(strange,))))
    (found,) = await store.read(cases.listing)
    assert (found.waits[0].title, found.waits[0].waiting_for) == ("a\N{REPLACEMENT CHARACTER}b", "Zoë ?")


async def test_a_time_without_its_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        await store.write(lambda c: opened(c, view(next_at=NOW.replace(tzinfo=None))))


async def test_times_of_other_zones_come_back_in_utc(store: Store) -> None:
    there = NOW.astimezone(ZoneInfo("Australia/Sydney"))
    await store.write(lambda c: opened(c, view(next_at=there, entries=(Entry(1, there, "", "started", "Go"),))))
    (found,) = await store.read(cases.listing)
    (entry,) = await store.read(lambda c: cases.timeline(c, "acme"))
    assert (found.next_at, entry.at) == (NOW, NOW)
    assert (found.started_at.tzinfo, entry.at.tzinfo) == (UTC, UTC)


async def test_a_case_that_gets_on_again_is_not_shown_as_stuck_until_its_next_turn(store: Store) -> None:
    await store.write(lambda c: opened(c, view(1, incidents=(BOUNCED,))))
    await store.write(lambda c: cases.mark_stuck(c, "acme", "why"))
    await store.write(lambda c: cases.unmark_stuck(c, "why", ["acme"]))
    await store.write(lambda c: cases.unmark_stuck(c, "another reason", []))
    assert [found.health for found in await store.read(cases.listing)] == ["stuck"]
    await store.write(lambda c: cases.unmark_stuck(c, "why", []))
    assert [found.health for found in await store.read(cases.listing)] == ["incident"]
