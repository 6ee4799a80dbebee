"""So many mails in that time and never more, whoever sends them."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from engine.language.rate import Rate
from engine.store import rates
from engine.store.rates import Limits
from engine.store.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def test_nobody_waits_where_nothing_is_limited(store: Store) -> None:
    assert await store.write(lambda c: rates.slot(c, "", "acme.test", NOW)) == NOW


@pytest.mark.parametrize("text", ["1 per minute", "7 per 10 seconds", "60 per minute", "100 per second"])
async def test_there_are_never_more_than_so_many_in_any_time_of_that_length(store: Store, text: str) -> None:
    rate, random = Rate.parse(text), Random(7)
    left, at = [], NOW
    for _ in range(150):
        until = await store.write(lambda c, at=at: rates.slot(c, "", "acme.test", at, Limits(all=rate)))  # type: ignore[misc]
        if until > at:
            at = until
            until = await store.write(lambda c, at=at: rates.slot(c, "", "acme.test", at, Limits(all=rate)))  # type: ignore[misc]
            assert until == at, "who comes when told to is not sent away again"
        left.append(at)
        at += timedelta(seconds=random.choice((0, 0, 0, rate.seconds / rate.most)))
    period = timedelta(seconds=rate.seconds)
    assert max(sum(one <= other < one + period for other in left) for one in left) <= rate.most


async def test_a_mail_that_waits_for_its_domain_takes_nobodys_place(store: Store) -> None:
    limits = Limits(Rate.parse("2 per minute"), Rate.parse("1 per hour"))

    async def slot(domain: str) -> datetime:
        return await store.write(lambda c: rates.slot(c, "surveys", domain, NOW, limits))

    assert await slot("acme.test") == NOW
    at = NOW + timedelta(minutes=1)
    for _ in range(5):
        waits = await store.write(lambda c: rates.slot(c, "surveys", "acme.test", at, limits))
        assert waits == NOW + timedelta(hours=1)
    assert await store.write(lambda c: rates.slot(c, "surveys", "other.test", at, limits)) == at


@pytest.mark.parametrize("text", ["1 per minute", "7 per 10 seconds", "60 per minute"])
async def test_a_clock_that_is_set_back_keeps_nobody_waiting(store: Store, text: str) -> None:
    rate, before = Rate.parse(text), NOW - timedelta(hours=1)
    for _ in range(60):
        await store.write(lambda c: rates.slot(c, "", "acme.test", NOW, Limits(rate)))
    assert await store.write(lambda c: rates.slot(c, "", "acme.test", before, Limits(rate))) == before
    later = [await store.write(lambda c: rates.slot(c, "", "acme.test", before, Limits(rate))) for _ in range(60)]
    assert before < max(later) <= before + timedelta(seconds=rate.seconds)


async def test_several_workers_share_the_limit(store: Store) -> None:
    limit = Limits(Rate.parse("20 per minute"))
    workers = [Store(store.url) for _ in range(3)]

    async def sent(worker: Store) -> int:
        times = [await worker.write(lambda c: rates.slot(c, "surveys", "acme.test", NOW, limit)) for _ in range(30)]
        return Counter(times)[NOW]

    try:
        assert sum(await asyncio.gather(*map(sent, workers))) == limit.all.at_once  # type: ignore[union-attr]
    finally:
        for worker in workers:
            worker.close()


@pytest.mark.parametrize("text", ["60", "60 a minute", "0 per minute", "5 per 0 seconds", "5 per fortnight"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="60 per minute"):
        Rate.parse(text)
