"""What staff do to running cases: refused with a sentence where it makes no sense, typed where values are given."""

from datetime import timedelta
from typing import Any

import pytest

from engine.desk.answers import BadInputs, DeskError, NotOpen
from engine.desk.desk import Desk
from engine.language.values import decode
from engine.runtime.view import Entry
from engine.store import inbox
from engine.store.rows import Arrival
from tests.desk.conftest import ANN, Show, Watch, task_of, waits_at


@pytest.fixture
async def case(desk: Desk) -> str:
    return (await desk.start("client-onboarding", ANN)).case


async def arrived(desk: Desk) -> Arrival:
    rows = await desk.store.read(lambda c: inbox.undelivered(c, 100))
    return (await desk.store.read(lambda c: inbox.load(c, [rows[-1].inbox_id])))[0]


async def test_a_step_that_only_waits_is_not_retried(desk: Desk, case: str, show: Show) -> None:
    await show(case, waits=[waits_at("welcome", "form")])
    with pytest.raises(DeskError, match=f"nothing of it has failed.*baton skip {case} welcome"):
        await desk.operate(case, "welcome", "retry")
    await show(case, waits=[waits_at("welcome", "form", status="incident")])
    await desk.operate(case, "welcome", "retry", by="sam")
    assert ((await arrived(desk)).name, (await arrived(desk)).by) == ("retry", "sam")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"answers.seats": "many"}, "`answers.seats` is a number"),
        ({"answers.seat": "3"}, "did you mean `answers.seats`"),
        ({"answers": "3"}, "give each by itself"),
        ({"status": "done"}, "gives no `status`"),
        ({"answers.personal_data": "perhaps"}, "yes or no"),
    ],
)
async def test_skip_refuses_values_of_the_wrong_type(
    desk: Desk, case: str, show: Show, values: dict[str, str], said: str
) -> None:
    await show(case, waits=[waits_at("welcome", "form")])
    with pytest.raises(BadInputs, match=said):
        await desk.operate(case, "welcome", "skip", values=values)


async def test_skip_gives_values_as_the_result_has_them(desk: Desk, case: str, show: Show) -> None:
    await show(case, waits=[waits_at("welcome", "form")])
    await desk.operate(case, "welcome", "skip", values={"answers.seats": "12", "answers.personal_data": "yes"})
    assert decode((await arrived(desk)).data_json)["values"] == {"answers.seats": 12, "answers.personal_data": True}


async def test_what_is_marked_as_done_needs_what_later_steps_need(desk: Desk, case: str, show: Show) -> None:
    await show(case, waits=[waits_at("review", "task")])
    with pytest.raises(BadInputs, match="later steps may need `outcome`, a choice of accept"):
        await desk.operate(case, "review", "mark_done")
    await desk.operate(case, "review", "mark_done", values={"outcome": "accept"}, reason="by phone")
    assert decode((await arrived(desk)).data_json) == {"values": {"outcome": "accept"}, "reason": "by phone"}


async def test_nothing_is_tried_again_while_a_case_is_paused(desk: Desk, case: str, show: Show) -> None:
    await show(case, waits=[waits_at("welcome", "form")], why="paused by sam", health="paused")
    with pytest.raises(NotOpen, match=f"paused by sam.*baton resume {case}"):
        await desk.operate(case, "welcome", "do_now")
    with pytest.raises(NotOpen, match="paused by sam"):
        await desk.pause(case)
    await desk.resume(case, by="sam")
    assert (await arrived(desk)).name == "resume"


async def test_a_case_that_is_not_paused_is_not_resumed(desk: Desk, case: str) -> None:
    with pytest.raises(NotOpen, match="is not paused"):
        await desk.resume(case)


async def test_inputs_that_may_not_change_are_refused_with_the_reason(desk: Desk, case: str) -> None:
    with pytest.raises(BadInputs, match="does not say `changeable: true`"):
        await desk.preview(case, {"company": "Other"})
    with pytest.raises(BadInputs, match="no input `compny`; did you mean `company`"):
        await desk.edit(case, {"compny": "Other"})
    with pytest.raises(BadInputs, match="no variable `desk`"):
        await desk.edit(case, {"vars.desk": "B12"})


async def test_a_step_that_has_not_finished_cannot_be_sent_back_to(desk: Desk, case: str) -> None:
    with pytest.raises(DeskError, match="the case has not been at a step `review`"):
        await desk.reopen(case, "review")


async def test_an_added_task_is_for_somebody_who_is_there(desk: Desk, case: str, watch: Watch) -> None:
    with pytest.raises(BadInputs, match="somebody of the team"):
        await desk.add_task(case, "Call Ann", assignee="nobody")
    due = (watch() + timedelta(days=3)).isoformat()
    await desk.add_task(case, "Call Ann", assignee="sam", due=due, by="helen")
    data = decode((await arrived(desk)).data_json)
    assert (data["title"], data["assignee"], data["blocking"]) == ("Call Ann", "sam", False)


async def test_a_task_is_given_to_a_user_or_to_a_group(desk: Desk, case: str, show: Show) -> None:
    await show(case, tasks=[task_of("review")])
    with pytest.raises(BadInputs, match="a user, or a group"):
        await desk.reassign("t-review")
    await desk.reassign("t-review", group="legal", by="sam")
    arrival = await arrived(desk)
    assert (arrival.to, decode(arrival.data_json)) == ("review", {"groups": ["legal"]})


async def test_the_timeline_keeps_who_and_what_was_before_and_after(desk: Desk, case: str, show: Show) -> None:
    changed: dict[str, Any] = {"before": {"assignee": "sam"}, "after": {"assignee": "helen", "rounds": [1, None]}}
    line = Entry(1, desk.clock(), "review", "operator", "Review: reassign by sam", "sam", **changed)
    await show(case, entries=[line])
    assert await desk.timeline(case) == (line,)


async def test_what_an_operator_changed_is_what_people_see(desk: Desk, case: str, show: Show) -> None:
    await show(case, inputs={"company": "Other"})
    assert decode((await desk.case(case)).inputs_json) == {"company": "Other"}
