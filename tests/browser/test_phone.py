"""What a client does on a phone, without JavaScript."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from engine.language.values import decode
from engine.store import signatures
from tests.web.house import House


async def fill_in(page: Page, seats: str) -> None:
    await page.get_by_label("Registered company name").fill("Acme Limited")
    await page.get_by_label("Registered address").fill("1 High Street\nLondon")
    await page.get_by_label("How many people").fill(seats)
    await page.get_by_label("Microsoft 365").check()
    await page.get_by_label("Sales").check()
    await page.get_by_role("group", name="Will you keep personal data").get_by_label("Yes").check()


async def send(page: Page, button: str) -> None:
    await page.get_by_role("button", name=button).click()


async def data(house: House) -> dict[str, Any]:
    (arrival,) = await house.arrived()
    found: dict[str, Any] = decode(arrival.data_json)
    return found


async def test_a_client_answers_the_questionnaire(phone: Page, house: House) -> None:
    await phone.goto(await house.welcome())
    await fill_in(phone, "40")
    await send(phone, "Send my answers")
    await expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    answers = (await data(house))["answers"]
    assert (answers["legal_name"], answers["seats"], answers["personal_data"]) == ("Acme Limited", 40, True)
    assert answers["address"] == "1 High Street\nLondon"


async def test_a_wrong_answer_is_shown_at_its_field_and_the_rest_is_kept(phone: Page, house: House) -> None:
    await phone.goto(await house.welcome())
    await fill_in(phone, "a few")
    await send(phone, "Send my answers")
    seats = phone.get_by_label("How many people")
    await expect(seats).to_have_attribute("aria-describedby", "seats-help seats-error")
    await expect(phone.locator("#seats-error")).to_contain_text("must be a number")
    assert await phone.get_by_label("Registered address").input_value() == "1 High Street\nLondon"
    assert await phone.get_by_label("Microsoft 365").is_checked()
    await seats.fill("40")
    await send(phone, "Send my answers")
    await expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()


async def test_the_first_error_is_in_focus_and_the_summary_leads_there(phone: Page, house: House) -> None:
    await phone.goto(await house.welcome())
    await send(phone, "Send my answers")
    await expect(phone.get_by_label("Registered company name")).to_be_focused()
    await phone.get_by_role("alert").get_by_role("link", name="How many people").click()
    await expect(phone.locator("#seats:target")).to_be_visible()


async def test_a_client_reads_and_signs(phone: Page, house: House) -> None:
    await phone.goto(await house.signature())
    document = await phone.get_by_role("link", name="Services agreement.pdf").get_attribute("href")
    assert document is not None
    assert await (await phone.request.get(document)).body() == house.contract
    await phone.get_by_label("Your full name").fill("Ann Lee")
    await phone.get_by_label("I have read the document").check()
    await send(phone, "Sign the document")
    await expect(phone.get_by_role("heading", name="Signed. Thank you")).to_be_visible()
    (arrival,) = await house.arrived()
    (evidence,) = await house.desk.store.read(lambda c: signatures.of_case(c, arrival.case))
    assert (evidence.typed_name, evidence.ip) == ("Ann Lee", "127.0.0.1")
    assert "Mozilla" in evidence.user_agent


async def test_a_client_declines_with_a_reason(phone: Page, house: House) -> None:
    await phone.goto(await house.signature())
    await phone.get_by_text("I do not want to sign this").click()
    await send(phone, "Decline to sign")
    await expect(phone.locator("#reason-error"), "the part with the reason is still open").to_be_visible()
    await phone.get_by_label("What is not right?").fill("Clause 4 is not what we said")
    await send(phone, "Decline to sign")
    await expect(phone.get_by_role("heading", name="You have declined to sign")).to_be_visible()
    assert (await data(house))["reason"] == "Clause 4 is not what we said"


async def test_somebody_finishes_a_task(phone: Page, house: House) -> None:
    await phone.goto(await house.task())
    await phone.get_by_label("Found in the register").check()
    await phone.get_by_label("low").check()
    await send(phone, "Send back")
    await expect(phone.get_by_text("It was finished with: Send back.")).to_be_visible()
    assert (await data(house))["outcome"] == "send_back"


async def test_enter_in_a_text_field_chooses_no_outcome(phone: Page, house: House) -> None:
    await phone.goto(await house.task())
    await phone.get_by_label("Found in the register").check()
    await phone.get_by_label("low").check()
    await phone.get_by_label("A question with the name").press("Enter")
    await phone.wait_for_timeout(300)
    assert await house.arrived() == []


async def test_a_visitor_starts_a_case(phone: Page, house: House) -> None:
    await house.desk.publish("survey")
    await phone.goto("/start/survey/ask")
    await phone.get_by_label("Company").fill("Acme")
    await phone.get_by_label("Brief").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"A site"})
    await send(phone, "Ask")
    await expect(phone.get_by_text("We call you back tomorrow.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 1200])
async def test_no_page_is_wider_than_the_screen(browser: Browser, server: str, house: House, width: int) -> None:
    page = await (await browser.new_context(base_url=server, viewport={"width": width, "height": 800})).new_page()
    for path in (
        "/",
        await house.everything("A" * 90),
        await house.welcome(),
        await house.signature(),
        await house.task(),
    ):
        await page.goto(path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path


async def test_the_page_runs_no_script_and_loads_nothing_from_elsewhere(
    browser: Browser, server: str, house: House
) -> None:
    page, asked, said = await browser.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    await page.goto(server + await house.everything("<img src=https://evil.test/x onerror=alert(1)>"))
    assert asked
    assert all(url.startswith(server) for url in asked)
    assert said == [], "the browser has nothing to complain about: no refused style, no refused image"
