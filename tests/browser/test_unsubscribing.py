"""The page behind the way out of a mail, on a phone that runs no scripts."""

from playwright.async_api import Page

from engine.store import contacts
from tests.web.house import ANN, House


async def stopped(house: House) -> list[str]:
    return [s.class_ for s in await house.desk.store.read(lambda c: contacts.suppressions_of(c, ANN))]


async def test_somebody_stops_one_kind_of_mail_and_gets_it_again(phone: Page, house: House) -> None:
    await phone.goto(await house.leave(class_="process"))
    assert await stopped(house) == []
    await phone.get_by_role("form", name="Offers and news").get_by_role("button", name="Stop these mails").click()
    assert await stopped(house) == ["marketing"]
    assert "You have not been getting these since" in await phone.inner_text("main")
    await phone.get_by_role("button", name="Send me these again").click()
    assert await stopped(house) == []


async def test_it_fits_a_narrow_phone(phone: Page, house: House) -> None:
    await phone.set_viewport_size({"width": 320, "height": 640})
    await phone.goto(await house.leave("somebody.with.a.rather.long.name@a-rather-long-domain-name.example", "process"))
    assert await phone.evaluate("document.documentElement.scrollWidth") <= 320
    for button in await phone.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
