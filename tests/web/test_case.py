"""A case's own page, for a colleague who holds its link."""

from datetime import UTC, datetime

import pytest

from engine.runtime.simulator import Simulation
from engine.store import states
from tests.runtime.onboarding import ACME, plan
from tests.web.house import House, Visitor

SAM = "sam@northwind.example"


@pytest.fixture
async def page(house: House) -> str:
    """The page of a case that waits for its questionnaire since a moment ago."""
    case = await house.onboarding()
    begun = Simulation.of(plan(), ACME, datetime.now(UTC))
    begun.state.case["id"] = case
    await house.desk.store.write(lambda c: states.put(c, case, 1, begun.state.dump()))
    return await house.link(case, "", "case", SAM)


async def test_a_case_says_what_happens_next_and_why(ann: Visitor, page: str) -> None:
    found = await ann.open(page)
    assert "What happens next" in found.answer.text
    assert "Reminder “Welcome reminder” to ann@acme.test, because no answer after 2 business days" in found.answer.text
    assert "The case ends as “no reply”." in found.answer.text


async def test_the_picture_of_a_case_shows_its_state_and_loads_nothing(ann: Visitor, page: str) -> None:
    answer = await ann.http.get(f"{page}/diagram")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert 'class="state-waiting"' in answer.text


async def test_the_link_of_a_step_opens_no_case(ann: Visitor, house: House) -> None:
    token = (await house.welcome()).split("/")[2]
    assert (await ann.open(f"/c/{token}")).status == 404
    assert (await ann.open(f"/c/{token}/diagram")).status == 404


async def test_a_case_shows_its_mails_and_why_one_waits(ann: Visitor, house: House) -> None:
    await house.approval()
    case = (await house.desk.outbox())[0].case
    plan_of = Simulation.of(plan(), ACME, datetime.now(UTC))
    await house.desk.store.write(lambda c: states.put(c, case, 9, plan_of.state.dump()))
    found = await ann.open(await house.link(case, "", "case", SAM))
    assert "Our offer, to ann@acme.test held: it needs the agreement of legal" in found.words


async def test_only_a_colleague_is_led_to_what_one_can_do(ann: Visitor, house: House, page: str) -> None:
    assert "what you can do" in (await ann.open(page)).words
    case = (await house.desk.cases())[0].id
    other = await house.link(case, "", "case", "nobody@else.test")
    assert "what you can do" not in (await ann.open(other)).words
