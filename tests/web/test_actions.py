"""What a colleague does to a case on its page: asked for twice where it cannot be taken back."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.language.values import decode
from engine.runtime.beginning import first_state
from engine.runtime.simulator import Simulation
from engine.runtime.view import CaseView, IncidentView
from engine.store import cases, states
from tests.runtime.onboarding import ACME, plan
from tests.web.house import House, Visitor, wait

SAM = "sam@northwind.example"
STARTER = """\
language: 1
process: starter
title: New colleague
inputs:
  start_date: { type: date, changeable: true }
steps:
  - id: laptop
    type: task
    title: Order a laptop
    assignee: sam
    timeout: ${ inputs.start_date }
    on_timeout: continue
"""


@pytest.fixture
async def page(house: House) -> str:
    """The actions of a case that waits for its questionnaire."""
    case = await house.onboarding()
    begun = Simulation.of(plan(), ACME, datetime.now(UTC))
    begun.state.case["id"] = case
    await house.desk.store.write(lambda c: states.put(c, case, 1, begun.state.dump()))
    await house.show(case, waits=[replace(wait("welcome", "form"), next_at=datetime.now(UTC))])
    return f"{await house.link(case, '', 'case', SAM)}/act"


async def test_a_skip_is_asked_for_twice(ann: Visitor, house: House, page: str) -> None:
    asked = {"do": "skip", "step": "welcome", "reason": "by phone", "values": "answers.seats=12"}
    sure = await ann.send(page, asked)
    assert "are you sure" in sure.words
    assert await house.arrived() == []
    await ann.send(page, {**{name: values[0] for name, values in sure.values.items()}, "confirmed": "yes"})
    (arrival,) = await house.arrived()
    assert (arrival.name, arrival.by, arrival.to) == ("skip", "sam", "welcome")
    assert decode(arrival.data_json) == {"values": {"answers.seats": 12}, "reason": "by phone"}


async def test_an_incident_shows_its_cause_and_can_be_tried_again(ann: Visitor, house: House, page: str) -> None:
    case = (await house.desk.cases())[0].id
    at = datetime.now(UTC)
    trouble = IncidentView("welcome", "welcome", "smtp", "the mailbox is full", at)
    view = CaseView(case, 900, "open", "incident", at, incidents=(trouble,))
    stopped = replace(wait("welcome", "form"), status="incident")
    await house.desk.store.write(lambda c: cases.project(c, replace(view, waits=(stopped,))))
    assert "the mailbox is full" in (await ann.open(page)).answer.text
    await ann.send(page, {"do": "retry", "step": "welcome"})
    assert [a.name for a in await house.arrived()] == ["retry"]


async def test_the_link_of_a_step_that_was_sent_back_takes_another_answer(house: House) -> None:
    case = await house.onboarding()
    state = Simulation.of(plan(), ACME, datetime.now(UTC)).state
    state.rounds = {"welcome": 1}
    await house.desk.store.write(lambda c: states.put(c, case, 1, state.dump()))
    await house.show(case, waits=[wait("welcome", "form")])
    old = (await house.desk.link_for(case, "welcome", "form", "ann@acme.test")).rpartition("/")[2]
    new = (await house.desk.page_link(case, "welcome")).rpartition("/")[2]
    answers = {"legal_name": "Acme Limited", "address": "1 High St", "seats": "12", "personal_data": "no"}
    assert await house.desk.answer(old, answers) == {}
    assert old != new
    assert await house.desk.answer(new, answers) == {}
    assert [a.to for a in await house.arrived()] == ["welcome", "welcome"]


async def test_what_makes_no_sense_is_refused_with_a_sentence(ann: Visitor, page: str) -> None:
    assert "nothing to retry" in (await ann.send(page, {"do": "retry", "step": "welcome"})).words
    wrong = {"do": "skip", "step": "welcome", "values": "answers.seats=many", "confirmed": "yes"}
    said = await ann.send(page, wrong)
    assert (said.status, "is a number" in said.words) == (422, True)
    assert (await ann.send(page, {"do": "burn"})).status == 422


async def test_a_case_is_paused_and_gets_a_task(ann: Visitor, house: House, page: str) -> None:
    await ann.send(page, {"do": "pause", "timeouts": "freeze"})
    await ann.send(page, {"do": "add_task", "title": "Call Ann", "assignee": "sam", "blocking": "yes"})
    pause, task = await house.arrived()
    assert (pause.name, decode(pause.data_json)["timeouts"]) == ("pause", "freeze")
    assert (task.name, decode(task.data_json)["blocking"]) == ("add_task", True)


async def test_a_change_shows_its_dates_before_it_is_accepted(ann: Visitor, house: House) -> None:
    (Path(house.desk.settings.workspace) / "definitions" / "processes" / "starter.yaml").write_text(STARTER)
    await house.desk.publish("starter")
    case = (await house.desk.start("starter", {"start_date": "2099-03-20"})).case
    its = await house.desk.plan_of(await house.desk.case(case))
    state = first_state(its, {"start_date": date(2099, 3, 20)}, case, datetime.now(UTC))
    begun = Simulation(its, state, datetime.now(UTC))
    await house.desk.store.write(lambda c: states.put(c, case, 1, begun.state.dump()))
    page = f"{await house.link(case, '', 'case', 'sam')}/act"
    seen = await ann.send(page, {"do": "edit", "name": "start_date", "value": "2099-03-27"})
    assert "20 March 2099" in seen.words
    assert "27 March 2099" in seen.words
    assert await house.arrived() == []


async def test_only_colleagues_of_the_process_act(ann: Visitor, house: House) -> None:
    case = await house.onboarding()
    page = f"{await house.link(case, '', 'case', 'ann@acme.test')}/act"
    assert (await ann.open(page)).status == 404
    assert (await ann.send(page, {"do": "stop", "confirmed": "yes"})).status == 404


async def test_another_sites_page_cannot_act(ann: Visitor, house: House, page: str) -> None:
    foreign = {"Origin": "https://evil.test"}
    assert (await ann.send(page, {"do": "stop", "confirmed": "yes"}, headers=foreign)).status == 403
    assert await house.arrived() == []
