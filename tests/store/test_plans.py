"""Publishing processes."""

from datetime import UTC, datetime

from sqlalchemy import Connection

from engine.store import plans
from engine.store.rows import PlanRow
from engine.store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def publish(c: Connection, digest: str, process: str = "onboarding") -> int:
    return plans.publish(c, process, digest, f'{{"plan": "{digest}"}}', "process: onboarding", "sam", NOW)


async def test_a_new_plan_becomes_the_next_version(store: Store) -> None:
    assert await store.write(lambda c: publish(c, "a")) == 1
    assert await store.write(lambda c: publish(c, "b")) == 2
    newest = await store.read(lambda c: plans.latest(c, "onboarding"))
    assert newest == PlanRow("onboarding", 2, "b", "process: onboarding", "sam", NOW)


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
    assert await store.read(lambda c: plans.latest(c, "onboarding")) is None


async def test_the_plan_of_a_version_is_found_by_its_number(store: Store) -> None:
    await store.write(lambda c: [publish(c, "a"), publish(c, "b")])
    assert await store.read(lambda c: plans.of_version(c, "onboarding", 1)) == '{"plan": "a"}'
    assert await store.read(lambda c: plans.of_version(c, "onboarding", 3)) is None
