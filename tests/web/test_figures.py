"""What watches over Baton may ask: is it alive, is it ready, how much is there of everything."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.desk.desk import Desk
from engine.store import health, tallies
from tests.web.house import House, Visitor, app_of, visitor

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def test_the_figures_are_those_of_the_database(house: House) -> None:
    await house.onboarding()
    await house.desk.store.write(lambda c: health.trouble(c, "webhook/crm", "refused", NOW))
    await house.desk.store.write(lambda c: tallies.count(c, "honeypot/survey/ask", NOW))
    async with visitor(app_of(house), "127.0.0.1") as here:
        text = (await here.open("/metrics")).answer.text
    assert 'baton_open_cases{health="ok",process="client-onboarding"} 1.0' in text
    assert 'baton_trouble{source="webhook/crm"} 1.0' in text
    assert 'baton_form_honeypot_total{form="survey/ask"} 1.0' in text
    assert "baton_undelivered 1.0" in text
    assert re.search(r"baton_undelivered_oldest_seconds [0-9.e-]+", text)
    assert "@" not in text, "nobody's address is a figure"


async def test_only_this_machine_or_who_has_the_token_may_read_them(house: House) -> None:
    async with visitor(app_of(house), "127.0.0.1") as here:
        assert (await here.open("/metrics")).status == 200
        there = await here.http.get("/metrics", headers={"x-forwarded-for": "203.0.113.7"})
        assert there.status_code == 404
    async with visitor(app_of(house)) as far:
        assert (await far.open("/metrics")).status == 404
    desk = house.desk
    guarded = Desk(replace(desk.settings, metrics_token="s3cret"), desk.store, desk.registry)
    async with visitor(app_of(House(guarded)), "127.0.0.1") as here:
        assert (await here.open("/metrics")).status == 404
        assert (await here.http.get("/metrics", headers={"authorization": "Bearer s3cret"})).status_code == 200


@pytest.mark.parametrize(
    ("seen", "asked", "status"), [(False, "", 200), (False, "?worker", 503), (True, "?worker", 200)]
)
async def test_it_is_ready_without_a_worker_unless_that_is_asked_for(
    ann: Visitor, house: House, seen: bool, asked: str, status: int
) -> None:
    if seen:
        await house.desk.store.write(lambda c: health.well(c, health.WORKER, datetime.now(UTC)))
    page = await ann.open(f"/readyz{asked}")
    assert (page.status, page.answer.json()["worker"]) == (status, seen)
