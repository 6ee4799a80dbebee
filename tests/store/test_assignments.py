"""Tasks given in turn, over all cases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.store import assignments, cases
from engine.store.store import Store
from tests.store.samples import opened, view
from tests.store.test_cases import REVIEW

NOW = datetime.now(UTC)


async def test_the_latest_turn_of_each_is_known(store: Store) -> None:
    for n, user in enumerate(("sam", "priya", "sam")):
        await store.write(lambda c, n=n, user=user: assignments.give(c, f"t{n}", "sales/call", user, NOW))  # type: ignore[misc]
    turns = [await store.read(lambda c, u=u: assignments.latest(c, "sales/call", u)) for u in ("sam", "priya", "tom")]  # type: ignore[misc]
    assert turns[0] > turns[1] > turns[2] == 0
    assert await store.read(lambda c: assignments.latest(c, "sales/other", "sam")) == 0


async def test_the_same_task_is_given_once(store: Store) -> None:
    for user in ("sam", "priya"):
        await store.write(lambda c, user=user: assignments.give(c, "t1", "sales/call", user, NOW))  # type: ignore[misc]
    assert await store.read(lambda c: assignments.latest(c, "sales/call", "priya")) == 0


async def test_a_task_counts_once_before_and_after_it_is_shown(store: Store) -> None:
    async def load() -> int:
        return await store.read(lambda c: assignments.load(c, "sam", NOW))

    task = replace(REVIEW, id="t1", assignee="sam")
    await store.write(lambda c: assignments.give(c, "t1", "sales/call", "sam", NOW))
    assert await load() == 1
    await store.write(lambda c: opened(c, view(1, tasks=(task,))))
    assert await load() == 1
    await store.write(lambda c: cases.project(c, view(2, tasks=(replace(task, status="done"),))))
    assert await load() == 0


async def test_a_turn_whose_task_never_came_is_forgotten(store: Store) -> None:
    long_ago = NOW - timedelta(hours=2)
    await store.write(lambda c: assignments.give(c, "t1", "sales/call", "sam", long_ago))
    assert await store.read(lambda c: assignments.load(c, "sam", NOW)) == 0
