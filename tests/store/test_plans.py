"""Publishing processes."""

from sqlalchemy import Connection

from engine.store import plans
from engine.store.rows import PlanRow
from engine.store.store import Store
from tests.store.samples import LATER, NOW, case, open_all


def publish(c: Connection, digest: str, process: str = "onboarding", *, draft: bool = False) -> int:
    text, source = f'{{"plan": "{digest}"}}', "process: onboarding"
    return plans.publish(c, process, digest, text, source, "sam", NOW, f"make {digest}", draft=draft)


async def test_a_new_plan_becomes_the_next_version(store: Store) -> None:
    assert await store.write(lambda c: publish(c, "a")) == 1
    assert await store.write(lambda c: publish(c, "b")) == 2
    newest = await store.read(lambda c: plans.live(c, "onboarding"))
    assert newest == PlanRow("onboarding", 2, "b", "process: onboarding", "sam", "make b", NOW)


async def test_publishing_the_same_plan_again_changes_nothing(store: Store) -> None:
    assert await store.write(lambda c: [publish(c, "a"), publish(c, "a")]) == [1, 1]


async def test_going_back_to_an_older_plan_is_a_new_version(store: Store) -> None:
    assert await store.write(lambda c: [publish(c, digest) for digest in "aba"]) == [1, 2, 3]


async def test_a_case_finds_its_plan_by_digest(store: Store) -> None:
    await store.write(lambda c: [publish(c, "a"), publish(c, "b")])
    assert await store.read(lambda c: plans.by_digest(c, "a")) == '{"plan": "a"}'
    assert await store.read(lambda c: plans.by_digest(c, "x")) is None


async def test_the_listing_has_the_newest_version_of_each_process(store: Store) -> None:
    await store.write(lambda c: [publish(c, "a"), publish(c, "b"), publish(c, "k", "kyc-check")])
    found = await store.read(plans.processes)
    assert [(row.process, row.version) for row in found] == [("kyc-check", 1), ("onboarding", 2)]


async def test_a_process_that_was_never_published_has_no_latest_version(store: Store) -> None:
    assert await store.read(lambda c: plans.live(c, "onboarding")) is None


async def test_the_plan_of_a_version_is_found_by_its_number(store: Store) -> None:
    await store.write(lambda c: [publish(c, "a"), publish(c, "b")])
    assert await store.read(lambda c: plans.of_version(c, "onboarding", 1)) == '{"plan": "a"}'
    assert await store.read(lambda c: plans.of_version(c, "onboarding", 3)) is None


def live(c: Connection) -> int | None:
    found = plans.live(c, "onboarding")
    return found.version if found else None


async def test_a_draft_is_kept_and_new_cases_go_on_with_what_they_had(store: Store) -> None:
    await store.write(lambda c: publish(c, "a"))
    assert await store.write(lambda c: publish(c, "b", draft=True)) == 2
    assert await store.read(live) == 1


async def test_a_process_of_drafts_only_has_nothing_for_new_cases(store: Store) -> None:
    await store.write(lambda c: publish(c, "a", draft=True))
    assert await store.read(live) is None
    assert await store.read(plans.processes) == ()


async def test_publishing_what_is_a_draft_releases_it(store: Store) -> None:
    assert await store.write(lambda c: [publish(c, "a", draft=True), publish(c, "a")]) == [1, 1]
    assert await store.read(live) == 1


async def test_an_older_version_can_be_the_live_one_again(store: Store) -> None:
    await store.write(lambda c: [publish(c, "a"), publish(c, "b")])
    await store.write(lambda c: plans.release(c, "onboarding", 1, "helen", LATER, "b was wrong"))
    assert await store.read(live) == 1
    assert await store.read(lambda c: plans.before_live(c, "onboarding")) == 2
    new, old = await store.read(lambda c: plans.versions(c, "onboarding"))
    assert (new.state, old.state) == ("past", "live")
    assert (old.released_by, old.release_message, old.released_at) == ("helen", "b was wrong", LATER)


async def test_the_versions_count_the_open_cases_that_run_them(store: Store) -> None:
    await store.write(lambda c: [publish(c, "a"), publish(c, "b")])
    await store.write(lambda c: open_all(c, [case("one"), case("two", version=2), case("three", version=2)]))
    found = await store.read(lambda c: plans.versions(c, "onboarding"))
    assert [(v.version, v.cases) for v in found] == [(2, 2), (1, 1)]
