"""Whoever a case is about is a contact from then on, whichever way the case began."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities import STEP_TYPES
from engine.desk.desk import Desk
from engine.language.values import encode
from engine.settings import Settings
from engine.store import inbox
from engine.store.contacts import Contact
from engine.store.correspondence import cases_with
from engine.store.rows import Arrival
from engine.store.store import Store
from engine.workspace import create

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

SURVEY = """\
language: 1
process: survey
title: Survey
inputs:
  contact: { type: text }
  email: { type: email }
  tongue: { type: text, optional: true }
triggers:
  - id: website
    type: form
    contact:
      email: ${ inputs.email }
      name: ${ inputs.contact }
      locale: ${ inputs.tongue | default("") }
      time_zone: Europe/Zurich
  - id: sold
    type: event
    event: sold
    inputs: { contact: "${ event.who }", email: "${ event.mail }" }
    contact:
      email: ${ event.mail }
      name: ${ event.who }
      locale: ${ event.tongue }
steps:
  - id: close
    type: stop
    outcome: noted
"""
SELLS = """\
language: 1
process: sells
title: Sells
inputs:
  who: { type: text }
  mail: { type: email }
steps:
  - id: tell
    type: emit
    event: sold
    data: { who: "${ inputs.who }", mail: "${ inputs.mail }", tongue: en }
"""
ANN = {"contact": "Ann Lee", "email": "Ann@ACME.test"}


@pytest.fixture
async def desk(tmp_path: Path, database_url: str, store: Store) -> Desk:
    create(tmp_path / "shop")
    for process, text in (("survey", SURVEY), ("sells", SELLS)):
        (tmp_path / "shop" / "definitions" / "processes" / f"{process}.yaml").write_text(text)
    desk = Desk(Settings.load(tmp_path / "shop", {"BATON_DATABASE_URL": database_url}), store, STEP_TYPES)
    await desk.publish("survey")
    return desk


async def whom(desk: Desk, case: str) -> Contact | None:
    about = [one for one, _ in await desk.contacts() if case in await cases_of(desk, one.address)]
    return about[0] if about else None


async def cases_of(desk: Desk, address: str) -> tuple[str, ...]:
    return await desk.store.read(lambda c: cases_with(c, address))


async def test_a_start_by_hand_knows_the_contact_from_its_inputs(desk: Desk) -> None:
    started = await desk.start("survey", ANN)
    ann = await whom(desk, started.case)
    assert ann is not None
    assert (ann.address, ann.name, ann.locale, ann.by) == ("ann@acme.test", "Ann Lee", "", "")


async def test_a_public_form_says_more_of_them(desk: Desk) -> None:
    started = await desk.submit_form("survey", "website", {**ANN, "tongue": "de-CH"})
    ann = await whom(desk, started.case)
    assert ann is not None
    assert (ann.name, ann.locale, ann.time_zone) == ("Ann Lee", "de-CH", "Europe/Zurich")


async def test_an_event_that_does_not_say_all_starts_its_case_all_the_same(desk: Desk) -> None:
    event = {"mail": "bob@acme.test", "who": "Bob\r\nBcc: x@y.test"}
    arrival = Arrival("e-1", "api", "1", "event", "sold", "", "", "", encode(event), NOW)
    await desk.store.write(lambda c: inbox.accept(c, arrival))
    [case] = (await desk.router.route(arrival)).started
    bob = await whom(desk, case)
    assert bob is not None
    assert (bob.address, bob.name, bob.locale) == ("bob@acme.test", "Bob Bcc: x@y.test", "")


async def test_two_cases_of_one_person_have_one_contact(desk: Desk) -> None:
    first, second = await desk.start("survey", ANN), await desk.start("survey", {**ANN, "email": "ann@acme.test"})
    assert len(await desk.contacts()) == 1
    assert await cases_of(desk, "ann@acme.test") == tuple(sorted((first.case, second.case)))


async def test_a_colleague_is_no_contact(desk: Desk) -> None:
    started = await desk.start("survey", {**ANN, "email": "sam@northwind.example"})
    assert await whom(desk, started.case) is None
