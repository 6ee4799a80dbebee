"""Starting a case."""

from dataclasses import replace

import pytest

from engine.desk import BadInputs, NotThere
from engine.desk.desk import Desk
from engine.dispatcher import Dispatcher, MemoryCourier
from engine.runtime.state import State
from tests.desk.conftest import ANN


async def test_a_start_reaches_the_durable_engine_with_typed_inputs(
    desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier
) -> None:
    started = await desk.start("client-onboarding", ANN, by="sam")
    await dispatcher.deliver()
    state = State.load(courier.states[started.case])
    assert state.inputs["deal_value"].amount == 12000
    assert state.case["title"] == "Client onboarding for Acme"


async def test_everything_that_is_missing_wrong_or_unknown_is_named_at_once(desk: Desk) -> None:
    with pytest.raises(BadInputs) as bad:
        await desk.start("client-onboarding", {"email": "ann", "compny": "Acme", "account_manager": "zoe"})
    assert set(bad.value.problems) == {"company", "contact", "email", "account_manager", "deal_value", "compny"}
    assert "did you mean `company`" in bad.value.problems["compny"]


async def test_a_second_case_with_the_same_key_is_not_started(desk: Desk) -> None:
    first = await desk.start("client-onboarding", ANN)
    second = await desk.start("client-onboarding", {**ANN, "company": "Acme Limited"})
    assert second.existing
    assert second.case == first.case
    shouted = await desk.start("client-onboarding", {**ANN, "email": ANN["email"].upper()})
    assert (shouted.case, shouted.existing) == (first.case, True)


async def test_the_same_source_id_starts_one_case(desk: Desk) -> None:
    first = await desk.start("client-onboarding", ANN, source="api", source_id="1")
    again = await desk.start("client-onboarding", {**ANN, "email": "bob@acme.test"}, source="api", source_id="1")
    assert again == replace(first, existing=True)


async def test_a_user_may_be_named_by_address(desk: Desk) -> None:
    started = await desk.start("client-onboarding", {**ANN, "account_manager": "sam@northwind.example"})
    assert '"account_manager":"sam"' in (await desk.case(started.case)).inputs_json


async def test_an_unknown_process_is_named_with_the_one_that_was_meant(desk: Desk) -> None:
    with pytest.raises(NotThere, match="did you mean `client-onboarding`"):
        await desk.start("client-onbording", ANN)


async def test_hostile_inputs_stay_text(desk: Desk, dispatcher: Dispatcher, courier: MemoryCourier) -> None:
    hostile = "${7*7} {% raw %} {{ x }}\r\nBcc: all@acme.test"
    started = await desk.start("client-onboarding", {**ANN, "company": hostile})
    await dispatcher.deliver()
    company = State.load(courier.states[started.case]).inputs["company"]
    assert company == "${7*7} {% raw %} {{ x }} Bcc: all@acme.test"
