"""What colleagues do with a task on a phone, without JavaScript."""

from playwright.async_api import Page, expect

from tests.web.house import House
from tests.web.test_task_people import POLL, TEAM


async def narrow(page: Page) -> bool:
    """Whether nothing is wider than the phone."""
    return bool((await page.locator("main").bounding_box() or {"width": 999})["width"] <= 390)


async def test_a_task_is_taken(phone: Page, house: House) -> None:
    await phone.goto(await house.task(**TEAM))
    await phone.get_by_role("button", name="I take it").click()
    assert [a.name for a in await house.arrived()] == ["claim"]
    assert await narrow(phone)


async def test_a_vote_is_given(phone: Page, house: House) -> None:
    await phone.goto(await house.task(**POLL))
    await expect(phone.get_by_role("region", name="Votes so far")).to_contain_text("Ines Moreau")
    assert await narrow(phone)
    await phone.get_by_role("button", name="Approve").click()
    await expect(phone.get_by_text("Your vote has arrived.")).to_be_visible()


async def test_why_it_does_not_apply_is_asked_at_the_comment(phone: Page, house: House) -> None:
    await phone.goto(await house.task(**TEAM, not_applicable=True, why="Sam Whitfield is away until 5 May 2026"))
    await phone.get_by_role("button", name="Does not apply").click()
    await expect(phone.get_by_label("Comment")).to_have_attribute(
        "aria-describedby", "task-comment-help task-comment-error"
    )
    await phone.get_by_label("Comment").fill("A contractor")
    await phone.get_by_role("button", name="Does not apply").click()
    await expect(phone.get_by_text("It does not apply.")).to_be_visible()
