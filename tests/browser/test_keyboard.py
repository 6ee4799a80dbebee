"""What somebody does who has a keyboard and nothing else: Tab, letters, Space and Enter."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from engine.language.values import decode
from tests.web.house import House

STOPS = 40  # no page of ours has more places to stop at


async def is_focused(control: Locator) -> bool:
    found: bool = await control.evaluate("element => element === document.activeElement")
    return found


async def go_to(page: Page, control: Locator) -> None:
    """Press Tab until the control is reached; never click, never focus from outside."""
    for _ in range(STOPS):
        if await is_focused(control):
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"{control} cannot be reached with Tab")


async def write(page: Page, label: str, words: str) -> None:
    await go_to(page, page.get_by_label(label))
    await page.keyboard.type(words)


async def press(page: Page, control: Locator, key: str) -> None:
    await go_to(page, control)
    await page.keyboard.press(key)


async def test_the_questionnaire_is_answered(phone: Page, house: House) -> None:
    await phone.goto(await house.welcome())
    await write(phone, "Registered company name", "Acme Limited")
    await write(phone, "Registered address", "1 High Street")
    await write(phone, "How many people", "40")
    await press(phone, phone.get_by_label("Email and password"), "ArrowDown")
    await expect(phone.get_by_label("Microsoft 365")).to_be_checked()
    personal = phone.get_by_role("group", name="Will you keep personal data")
    await press(phone, personal.get_by_label("Yes"), "Space")
    await press(phone, phone.get_by_role("button", name="Send my answers"), "Enter")
    await expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    (arrival,) = await house.arrived()
    answers = decode(arrival.data_json)["answers"]
    assert (answers["legal_name"], answers["seats"], answers["personal_data"]) == ("Acme Limited", 40, True)


async def test_after_an_error_the_next_letter_goes_where_it_is_needed(phone: Page, house: House) -> None:
    await phone.goto(await house.welcome())
    await press(phone, phone.get_by_role("button", name="Send my answers"), "Enter")
    name = phone.get_by_label("Registered company name")
    await expect(name).to_be_focused()
    await phone.keyboard.type("Acme Limited")
    await expect(name).to_have_value("Acme Limited")


async def test_the_document_is_signed(phone: Page, house: House) -> None:
    await phone.goto(await house.signature())
    await write(phone, "Your full name", "Ann Lee")
    await press(phone, phone.get_by_label("I have read the document"), "Space")
    await press(phone, phone.get_by_role("button", name="Sign the document"), "Enter")
    await expect(phone.get_by_role("heading", name="Signed. Thank you")).to_be_visible()


async def test_the_document_is_declined(phone: Page, house: House) -> None:
    await phone.goto(await house.signature())
    await press(phone, phone.locator("summary"), "Enter")
    await write(phone, "What is not right?", "Clause 4 is not what we said")
    await press(phone, phone.get_by_role("button", name="Decline to sign"), "Enter")
    await expect(phone.get_by_role("heading", name="You have declined to sign")).to_be_visible()
    (arrival,) = await house.arrived()
    assert decode(arrival.data_json)["reason"] == "Clause 4 is not what we said"


async def test_the_task_is_finished(phone: Page, house: House) -> None:
    await phone.goto(await house.task())
    await press(phone, phone.get_by_label("Found in the register"), "Space")
    await press(phone, phone.get_by_label("low"), "Space")
    await press(phone, phone.get_by_role("button", name="Accept"), "Enter")
    await expect(phone.get_by_text("It was finished with: Accept.")).to_be_visible()


RING = """() => {
    const stop = document.activeElement;
    const ringed = [stop, stop.closest(".choice")].filter(Boolean);
    return {
        name: stop.name || stop.textContent.trim() || stop.tagName,
        // The browser draws the ring of its own button inside a date, and of its PDF viewer.
        isOurs: stop !== document.body && stop.tagName !== "IFRAME" && stop.matches(":focus"),
        seen: ringed.some(e => getComputedStyle(e).outlineStyle !== "none"),
    };
}"""


async def test_one_always_sees_where_one_is(browser: Browser, server: str, house: House) -> None:
    page = await (await browser.new_context(base_url=server, viewport={"width": 390, "height": 844})).new_page()
    for path in (await house.everything(), await house.signature(), await house.task()):
        await page.goto(path)
        for _ in range(STOPS):
            await page.keyboard.press("Tab")
            stop = await page.evaluate(RING)
            assert stop["seen"] or not stop["isOurs"], f"{path}: {stop['name']} has no ring"
