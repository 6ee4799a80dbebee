"""Triggers: a public form, and what happens when a case with the same key is running."""

from pathlib import Path

import pytest

from activities import STEP_TYPES
from engine.desk import BadInputs, NotThere
from engine.desk.desk import Desk
from engine.dispatcher import Dispatcher, MemoryCourier
from engine.language.values import decode
from engine.settings import Settings
from engine.store import inbox
from engine.store.store import Store
from engine.workspace import create

ENQUIRY = """\
language: 1
process: enquiry
title: Enquiry
inputs:
  name: { type: text, label: Your name }
  seats: { type: number, optional: true }
triggers:
  - id: website
    type: form
concurrency:
  key: ${ inputs.name }
  if_running: IF_RUNNING
steps:
  - id: close
    type: stop
    outcome: noted
"""


async def desk_with(folder: Path, database_url: str, store: Store, if_running: str) -> Desk:
    create(folder)
    file = folder / "definitions" / "processes" / "enquiry.yaml"
    file.write_text(ENQUIRY.replace("IF_RUNNING", if_running))
    desk = Desk(Settings.load(folder, {"BATON_DATABASE_URL": database_url}), store, STEP_TYPES)
    await desk.publish("enquiry")
    return desk


@pytest.fixture
async def enquiries(tmp_path: Path, database_url: str, store: Store) -> Desk:
    return await desk_with(tmp_path / "shop", database_url, store, "skip")


async def test_a_public_form_asks_the_inputs_of_its_process(enquiries: Desk) -> None:
    page = await enquiries.public_form("enquiry", "website")
    assert (page.title, page.intro, page.submit, list(page.fields)) == ("Enquiry", "", "Send", ["name", "seats"])


async def test_a_submitted_form_starts_one_case_however_often_it_is_sent(enquiries: Desk) -> None:
    answers = {"name": "Ann", "seats": "12"}
    first = await enquiries.submit_form("enquiry", "website", answers, source_id="page-1")
    again = await enquiries.submit_form("enquiry", "website", answers, source_id="page-1")
    assert (again.case, again.existing) == (first.case, True)
    assert decode((await enquiries.case(first.case)).inputs_json) == {"name": "Ann", "seats": 12}


async def test_answers_that_begin_no_second_case_are_told_to_the_one_that_runs(enquiries: Desk) -> None:
    first = await enquiries.submit_form("enquiry", "website", {"name": "Ann"}, source_id="page-1")
    for _ in range(2):
        await enquiries.submit_form("enquiry", "website", {"name": "Ann", "seats": "12"}, source_id="page-2")
    courier = MemoryCourier()
    await Dispatcher(enquiries.store, courier, enquiries.router).deliver()
    ((case, arrivals),) = courier.told
    notes = await enquiries.store.read(lambda c: inbox.load(c, arrivals))
    assert case == first.case
    assert [decode(note.data_json)["text"] for note in notes] == [
        "The form `website` came again, and began no second case. name: Ann; seats: 12"
    ]


async def test_wrong_answers_of_a_public_form_are_named(enquiries: Desk) -> None:
    with pytest.raises(BadInputs) as bad:
        await enquiries.submit_form("enquiry", "website", {"seats": "many"})
    assert set(bad.value.problems) == {"name", "seats"}


async def test_a_trigger_that_is_no_form_has_no_page(enquiries: Desk) -> None:
    await enquiries.publish("client-onboarding")
    for process, trigger in (("client-onboarding", "by_hand"), ("enquiry", "nothing"), ("nothing", "website")):
        with pytest.raises(NotThere):
            await enquiries.public_form(process, trigger)


async def test_a_new_case_can_take_the_place_of_the_previous_one(
    tmp_path: Path, database_url: str, store: Store
) -> None:
    desk, courier = await desk_with(tmp_path / "shop", database_url, store, "cancel_previous"), MemoryCourier()
    first = await desk.start("enquiry", {"name": "Ann"})
    second = await desk.start("enquiry", {"name": "Ann"})
    await Dispatcher(store, courier, desk.router).deliver()
    assert set(courier.started) == {first.case, second.case}
    ((told, (stop,)),) = courier.told
    (arrival,) = await store.read(lambda c: inbox.load(c, [stop]))
    assert (told, arrival.kind, arrival.name) == (first.case, "operator", "stop")


async def test_cases_side_by_side_where_that_is_allowed(tmp_path: Path, database_url: str, store: Store) -> None:
    desk = await desk_with(tmp_path / "shop", database_url, store, "allow")
    cases = {(await desk.start("enquiry", {"name": "Ann"})).case for _ in range(3)}
    assert len(cases) == 3
