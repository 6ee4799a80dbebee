"""Tasks and what operators do."""

import pytest

from engine.desk import BadInputs, NotOpen, NotThere
from engine.desk.desk import Desk
from engine.dispatcher import Dispatcher, MemoryCourier
from engine.language.values import decode
from engine.store import inbox
from engine.store.rows import Arrival
from tests.desk.conftest import ANN, Show, task_of, waits_at

CHECKLIST = ({"id": "account", "label": "Account made"}, {"id": "po", "label": "PO number", "optional": True})


@pytest.fixture
async def case(desk: Desk, dispatcher: Dispatcher) -> str:
    started = await desk.start("client-onboarding", ANN)
    await dispatcher.deliver()
    return started.case


async def news(desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier) -> Arrival:
    await dispatcher.deliver()
    (arrival,) = await desk.store.read(lambda c: inbox.load(c, courier.told[-1][1]))
    return arrival


async def test_a_finished_task_tells_its_case(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show, case: str
) -> None:
    await show(case, tasks=[task_of("review", outcomes=("accept", "reject"))])
    await desk.complete("t-review", "accept", comment=" Fine ", by="sam")
    arrival = await news(desk, dispatcher, courier)
    assert (arrival.kind, arrival.to, arrival.by) == ("task", "review", "sam")
    assert decode(arrival.data_json)["comment"] == "Fine"


async def test_an_outcome_must_be_one_of_the_buttons(desk: Desk, show: Show, case: str) -> None:
    await show(case, tasks=[task_of("review", outcomes=("accept", "reject"))])
    with pytest.raises(BadInputs, match="`accept` or `reject`"):
        await desk.complete("t-review", "yes")


async def test_a_checklist_must_be_done_first(desk: Desk, show: Show, case: str) -> None:
    await show(case, tasks=[task_of("billing", checklist=CHECKLIST)])
    with pytest.raises(BadInputs, match="Account made"):
        await desk.complete("t-billing", checklist=("po",))
    await desk.complete("t-billing", checklist=("account",))


async def test_a_tasks_form_is_asked_with_it(desk: Desk, show: Show, case: str) -> None:
    await show(case, tasks=[task_of("review", form="check-in")])
    with pytest.raises(BadInputs) as bad:
        await desk.complete("t-review", answers={"rating": "Great"})
    assert "rating" in bad.value.problems


async def test_a_task_is_finished_once(desk: Desk, show: Show, case: str) -> None:
    await show(case, tasks=[task_of("review")])
    await desk.complete("t-review")
    with pytest.raises(NotOpen):
        await desk.complete("t-review")


async def test_tasks_are_found_by_user_and_group(desk: Desk, show: Show, case: str) -> None:
    await show(case, tasks=[task_of("review", groups=("legal",)), task_of("billing", assignee="sam")])
    assert [r.task.step for r in await desk.tasks(user="sam")] == ["billing"]
    assert [r.task.step for r in await desk.tasks(group="legal")] == ["review"]
    assert len(await desk.tasks()) == 2


async def test_a_user_finds_the_tasks_of_the_teams_too(desk: Desk, show: Show, case: str) -> None:
    await show(case, tasks=[task_of("review", groups=("client-success",)), task_of("billing", groups=("finance",))])
    assert [r.task.step for r in await desk.tasks(user="priya")] == ["review"]
    assert await desk.tasks(user="helen") == ()


async def test_an_event_is_given_by_hand_with_typed_inputs(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show, case: str
) -> None:
    offer = {"id": "by_phone", "inputs": {"starts_at": {"type": "datetime", "label": "Start"}}, "groups": []}
    await show(case, waits=[waits_at("booking", "wait", "booked", events=(offer,))])
    await desk.give(case, "booking", "by_phone", {"starts_at": "2026-03-09 14:00"}, by="sam")
    arrival = await news(desk, dispatcher, courier)
    assert (arrival.kind, arrival.name, arrival.to) == ("manual", "by_phone", "booking")
    assert decode(arrival.data_json)["starts_at"].hour == 14
    with pytest.raises(BadInputs, match="date and a time"):
        await desk.give(case, "booking", "by_phone", {"starts_at": "soon"})
    with pytest.raises(NotThere, match="`by_phone`"):
        await desk.give(case, "booking", "by_fax", {})


async def test_an_operator_acts_on_the_step_that_is_open(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier, show: Show, case: str
) -> None:
    await show(case, waits=[waits_at("workspace", "call", path="set_up/product/workspace", status="incident")])
    await desk.operate(case, "workspace", "skip", by="sam", values={"result.id": "w1"})
    arrival = await news(desk, dispatcher, courier)
    assert (arrival.kind, arrival.name, arrival.to) == ("operator", "skip", "set_up/product/workspace")
    assert decode(arrival.data_json) == {"values": {"result.id": "w1"}, "reason": ""}


async def test_a_step_that_is_not_open_is_named_with_the_ones_that_are(desk: Desk, show: Show, case: str) -> None:
    await show(case, waits=[waits_at("welcome", "form")])
    with pytest.raises(NotThere, match="`welcome`"):
        await desk.operate(case, "wellcome", "retry")


async def test_nothing_is_done_to_a_case_that_has_ended(desk: Desk, show: Show, case: str) -> None:
    await show(case, status="ended", outcome="no_reply")
    with pytest.raises(NotOpen, match="no reply"):
        await desk.stop(case)
