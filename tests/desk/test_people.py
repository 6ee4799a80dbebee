"""Tasks among colleagues: taken, given back, voted on, left out; and people who are away."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.desk import BadInputs, NotAllowed, NotOpen
from engine.desk.desk import Desk
from engine.dispatcher import Dispatcher, MemoryCourier
from engine.language.values import decode
from engine.runtime.view import TaskView
from tests.desk.conftest import ANN, Show, Watch, task_of
from tests.desk.test_tasks import news

OURS: dict[str, Any] = {"groups": ("client-success",)}
POLL: dict[str, Any] = {
    "outcomes": ("approve", "reject"),
    "groups": ("legal", "compliance"),
    "approvals": {
        "need": 2,
        "of": ["legal", "compliance"],
        "groups": ["legal", "compliance"],
        "voters": {"helen": ["legal", "compliance"], "ines": ["compliance"]},
        "excluded": {"sam": "they started the case"},
    },
}


@pytest.fixture
async def case(desk: Desk, dispatcher: Dispatcher) -> str:
    started = await desk.start("client-onboarding", ANN, by="sam@northwind.example")
    await dispatcher.deliver()
    return started.case


@pytest.fixture
def people(shipped_workspace: Path) -> Iterator[Path]:
    """people.yaml, as it was before afterwards."""
    file = shipped_workspace / "definitions" / "people.yaml"
    before = file.read_text()
    yield file
    file.write_text(before)


def away(people: Path, desk: Desk, user: str, substitute: str) -> None:
    day = desk.today()
    absence = f"user: {user}, from: {day - timedelta(days=1)}, to: {day + timedelta(days=1)}, substitute: {substitute}"
    people.write_text(f"{people.read_text()}\nabsences:\n  - {{ {absence} }}\n")


async def test_a_colleague_takes_a_task_and_gives_it_back(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show, case: str
) -> None:
    await show(case, tasks=[task_of("review", **OURS)])
    await desk.claim("t-review", by="sam@northwind.example")
    arrival = await news(desk, dispatcher, courier)
    assert (arrival.kind, arrival.name, arrival.to, arrival.by) == ("task", "claim", "review", "sam")
    await show(case, tasks=[task_of("review", assignee="sam", claimed=True, claims=1, **OURS)])
    with pytest.raises(NotAllowed, match="Sam Whitfield has"):
        await desk.give_back("t-review", by="priya")
    await desk.give_back("t-review", by="sam")
    assert (await news(desk, dispatcher, courier)).name == "release"


async def test_of_two_who_take_a_task_at_once_the_second_is_told_who_was_first(
    desk: Desk, show: Show, case: str
) -> None:
    await show(case, tasks=[task_of("review", **OURS)])
    await desk.claim("t-review", by="sam")
    with pytest.raises(NotOpen, match="Sam Whitfield was first, a moment ago"):
        await desk.claim("t-review", by="priya")
    await desk.claim("t-review", by="sam")  # the same again is no mistake


async def test_a_task_that_somebody_has_is_not_taken(desk: Desk, show: Show, case: str) -> None:
    await show(case, tasks=[task_of("review", assignee="sam", claimed=True, claims=1, **OURS)])
    with pytest.raises(NotOpen, match="Sam Whitfield has"):
        await desk.claim("t-review", by="priya")


async def test_a_stranger_takes_nothing(desk: Desk, show: Show, case: str) -> None:
    await show(case, tasks=[task_of("review", **OURS)])
    with pytest.raises(NotAllowed, match=r"helen cannot take .*; it is for `client-success`"):
        await desk.claim("t-review", by="helen")


async def test_a_vote_says_who_and_for_which_groups(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show, case: str
) -> None:
    await show(case, tasks=[task_of("review", **POLL)])
    await desk.complete("t-review", "approve", by="ines@northwind.example")
    arrival = await news(desk, dispatcher, courier)
    assert (arrival.name, arrival.by, decode(arrival.data_json)["groups"]) == ("task", "ines", ["compliance"])
    await desk.complete("t-review", "reject", by="helen")


async def test_nobody_votes_twice(desk: Desk, show: Show, case: str) -> None:
    await show(case, tasks=[task_of("review", **POLL)])
    await desk.complete("t-review", "approve", by="ines")
    with pytest.raises(NotOpen, match="ines has voted"):
        await desk.complete("t-review", "reject", by="ines")


@pytest.mark.parametrize(("who", "why"), [("sam", "they started the case"), ("tom", "not among those"), ("", "name")])
async def test_who_may_not_vote_is_told_why(desk: Desk, show: Show, case: str, who: str, why: str) -> None:
    await show(case, tasks=[task_of("review", **POLL)])
    with pytest.raises(NotAllowed, match=why):
        await desk.complete("t-review", "approve", by=who)


async def test_a_substitute_votes_for_somebody_who_is_away(desk: Desk, show: Show, case: str, people: Path) -> None:
    away(people, desk, "helen", "tom")
    await show(case, tasks=[task_of("review", **POLL)])
    await desk.complete("t-review", "approve", by="tom")


async def test_a_substitute_sees_the_tasks_of_somebody_who_is_away(
    desk: Desk, show: Show, case: str, people: Path
) -> None:
    await show(case, tasks=[task_of("review", assignee="helen"), task_of("billing", assignee="ines")])
    away(people, desk, "helen", "tom")
    assert [row.task.step for row in await desk.tasks(user="tom")] == ["review"]


async def test_who_starts_a_case_is_part_of_it(desk: Desk, case: str) -> None:
    opened = (await desk.case(case)).summary
    state = await desk.store.read(lambda c: c.exec_driver_sql("SELECT state FROM cases").scalar_one())
    assert decode(state)["case"]["started_by"] == "sam"
    assert opened.status == "open"


async def test_a_comment_is_asked_for_where_the_outcome_needs_one(desk: Desk, show: Show, case: str) -> None:
    await show(case, tasks=[task_of("review", outcomes=("accept", "reject"), comments=("reject",))])
    with pytest.raises(BadInputs, match="Please say why"):
        await desk.complete("t-review", "reject", comment="  ", by="sam")
    await desk.complete("t-review", "reject", comment="Too small", by="sam")


async def test_a_task_that_does_not_apply_is_closed_with_a_reason(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show, case: str
) -> None:
    await show(case, tasks=[task_of("review", not_applicable=True), task_of("billing")])
    with pytest.raises(NotAllowed, match="has to be done"):
        await desk.say_not_applicable("t-billing", "No", by="sam")
    with pytest.raises(BadInputs, match="why"):
        await desk.say_not_applicable("t-review", " ", by="sam")
    await desk.say_not_applicable("t-review", "A contractor", by="sam")
    arrival = await news(desk, dispatcher, courier)
    assert (arrival.name, decode(arrival.data_json)) == ("not_applicable", {"comment": "A contractor"})


async def test_the_list_begins_with_what_was_put_aside_until_now(
    desk: Desk, show: Show, case: str, watch: Watch
) -> None:
    def task(step: str, **more: Any) -> TaskView:
        return task_of(step, opened_at=watch.at, **more)

    later, before = watch.at + timedelta(days=1), watch.at - timedelta(days=1)
    await show(
        case,
        tasks=[
            task("aside", follow_up=later, priority="urgent"),
            task("low", priority="low"),
            task("normal"),
            task("urgent", priority="urgent"),
            task("again", follow_up=before),
        ],
    )
    assert [r.task.step for r in await desk.tasks()] == ["again", "urgent", "normal", "low", "aside"]
