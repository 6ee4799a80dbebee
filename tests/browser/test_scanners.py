"""Programs that look at every link of every mail, and then everything beyond it, change nothing for the people."""

import asyncio
import re
from collections.abc import Iterable
from email.parser import BytesHeaderParser
from email.policy import default as modern
from html import unescape
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser
from sqlalchemy import Connection, Table, select

from engine.gateways.caught import OpenedMail
from engine.store.tables import metadata
from tests.durable.firm import Firm, firm
from tests.durable.journey import STOPS, Traveller, begin
from tests.durable.pages import pages

LINK = re.compile(r"""https?://[^\s"'<>)]+""")
OWN_CLOCK = {"health", "mailboxes", "leases"}  # written by the worker as time passes, whoever looks at what
AGENT = "Mozilla/5.0 (compatible; LinkScanner/1.0)"


async def test_scanners_visit_every_link_and_the_case_goes_on_as_if_they_had_not(
    tmp_path: Path,
    temporal: str,
    browser: Browser,
) -> None:
    async with firm(tmp_path, temporal) as house, pages(house) as client:
        traveller = await begin(house, 1)
        visited: set[str] = set()
        for stop in (*STOPS[:3], escalated, *STOPS[3:]):
            fresh = links(house) - visited
            before = await settled(house)
            await scan(client, browser, fresh)
            assert await contents(house) == before
            visited |= fresh
            await stop(traveller)
        assert (await house.ended(traveller.case)).summary.outcome == "completed"
        kinds = {link.split("/")[3] for link in visited}
        assert {"f", "s", "t"} <= kinds  # questionnaires, signatures and tasks were among them
        assert len(visited) >= 6


async def test_scanners_unsubscribe_nobody_and_answer_for_nobody(
    tmp_path: Path,
    temporal: str,
    browser: Browser,
) -> None:
    async with firm(tmp_path, temporal) as house, pages(house) as client:
        await at_any_time(house)
        case = await surveyed(house)
        (mail,) = await house.until(house.mails)
        found = links(house)
        assert {link.split("/")[3] for link in found} == {"f", "u"}
        before = await settled(house)
        await scan(client, browser, found)
        assert await contents(house) == before
        assert (await house.desk.case(case)).summary.status == "open"
        (way_out,) = {link for link in found if "/u/" in link}  # one and the same in header and footer
        assert way_out in _headers(mail)
        assert way_out in mail.text
        said = await client.post(f"/u/{way_out.rpartition('/')[2]}", data={"List-Unsubscribe": "One-Click"})
        assert said.status_code == 200
        await house.desk.stop(case, by="sam", reason="asked again below")
        await house.ended(case)
        again = await surveyed(house, "ANN@acme.test")
        assert (await house.ended(again)).summary.outcome == "not_asked"
        assert len(house.mails()) == 1


async def surveyed(house: Firm, email: str = "ann@acme.test") -> str:
    return (await house.desk.start("client-survey", {"contact": "Ann", "email": email}, by="sam")).case


async def at_any_time(house: Firm) -> None:
    """Publish the survey without its office hours: a test has no time to wait for the morning."""
    path = house.house.settings.workspace / "definitions" / "processes" / "client-survey.yaml"
    path.write_text(path.read_text().replace("      hours: office\n", ""))
    await house.desk.publish("client-survey")


async def escalated(traveller: Traveller) -> None:
    """Nobody reviews the answers, so a colleague is mailed the link of the task."""
    await traveller.hurry("review")


def links(house: Firm) -> set[str]:
    """The addresses in texts, HTML and headers of all mails, as paths below our own server."""
    found = {
        link for mail in house.mails() for link in LINK.findall(f"{mail.text} {unescape(mail.html)} {_headers(mail)}")
    }
    return {link for link in found if link.startswith(f"{house.house.settings.base_url}/")}


def _headers(mail: OpenedMail) -> str:
    return " ".join(map(str, BytesHeaderParser(policy=modern).parsebytes(mail.mail.path.read_bytes()).values()))


async def scan(client: httpx.AsyncClient, browser: Browser, links: Iterable[str]) -> None:
    """HEAD, GET, and a browser with scripts that also follows every link on the page and hovers over its buttons."""
    context = await browser.new_context(user_agent=AGENT, service_workers="block")
    for link in links:
        address = f"{client.base_url}/{link.split('/', 3)[3]}"
        assert (await client.head(address)).status_code == 200
        assert (await client.get(address, headers={"User-Agent": AGENT})).status_code == 200
        page = await context.new_page()
        await page.goto(address)
        beyond = await page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        for button in await page.locator("button:visible").all():
            await button.hover()
        for further in {href for href in beyond if href.startswith(str(client.base_url))}:
            await client.head(further)
            await client.get(further)
        await page.close()
    await context.close()


async def settled(house: Firm) -> dict[str, Any]:
    """What is in the database once nobody is at work any more."""
    before = await contents(house)
    for _ in range(100):
        await asyncio.sleep(0.3)
        now = await contents(house)
        if now == before:
            return now
        before = now
    raise AssertionError("the house does not come to rest")


async def contents(house: Firm) -> dict[str, Any]:
    return await house.house.store.read(_everything)


def _everything(c: Connection) -> dict[str, Any]:
    return {t.name: _rows(c, t) for t in metadata.tables.values() if t.name not in OWN_CLOCK}


def _rows(c: Connection, table: Table) -> list[str]:
    return sorted(map(repr, c.execute(select(table))))
