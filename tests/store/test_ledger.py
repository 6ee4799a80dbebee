"""The ledger: one effect, however many attempts."""

import pytest

from engine.store import ledger
from engine.store.store import Store
from tests.store.samples import LATER, NOW, claim

KEY = "acme/welcome/1/send"


async def test_an_effect_goes_from_claimed_to_sent(store: Store) -> None:
    first = await store.write(lambda c: claim(c, "a", recipient="ann@acme.test", message_id="<1@baton>"))
    assert (first.state, first.token, first.attempts, first.claimed_at) == ("claimed", "a", 1, NOW)
    assert await store.write(lambda c: ledger.in_data(c, KEY, "a"))
    assert await store.write(lambda c: ledger.finish(c, KEY, "a", "sent", LATER, result_json='{"answer":"250"}'))
    row = await store.read(lambda c: ledger.look(c, KEY))
    assert row
    assert (row.state, row.result_json, row.finished_at) == ("sent", '{"answer":"250"}', LATER)
    assert (row.recipient, row.message_id) == ("ann@acme.test", "<1@baton>")


async def test_a_repeat_is_answered_from_the_ledger(store: Store) -> None:
    await store.write(lambda c: (claim(c, "a"), ledger.finish(c, KEY, "a", "done", LATER, result_json='{"n":1}')))
    again = await store.write(lambda c: claim(c, "b"))
    assert (again.token, again.state, again.result_json, again.attempts) == ("a", "done", '{"n":1}', 1)


@pytest.mark.parametrize("state", ["refused", "unknown", "sent"])
async def test_what_has_ended_cannot_be_claimed(store: Store, state: ledger.Final) -> None:
    await store.write(lambda c: (claim(c, "a"), ledger.finish(c, KEY, "a", state, LATER, error="why")))
    again = await store.write(lambda c: claim(c, "b"))
    assert (again.token, again.state, again.error) == ("a", state, "why")


async def test_an_attempt_that_failed_is_tried_again_from_the_start(store: Store) -> None:
    await store.write(lambda c: (claim(c, "a"), ledger.finish(c, KEY, "a", "failed", LATER, error="no route")))
    again = await store.write(lambda c: claim(c, "b"))
    assert (again.token, again.state, again.attempts, again.error) == ("b", "claimed", 2, "")
    assert again.finished_at is None


async def test_an_attempt_that_was_overtaken_can_do_nothing_any_more(store: Store) -> None:
    await store.write(lambda c: (claim(c, "a"), claim(c, "b")))
    assert not await store.write(lambda c: ledger.in_data(c, KEY, "a"))
    assert not await store.write(lambda c: ledger.finish(c, KEY, "a", "failed", LATER))
    assert await store.write(lambda c: ledger.in_data(c, KEY, "b"))


async def test_an_effect_under_way_is_nobody_elses(store: Store) -> None:
    await store.write(lambda c: claim(c, "a", in_data=True))
    row = await store.write(lambda c: claim(c, "b"))
    assert (row.token, row.state) == ("a", "in_data")


async def test_an_effect_whose_attempt_died_under_way_becomes_unknown(store: Store) -> None:
    await store.write(lambda c: claim(c, "a", in_data=True))
    assert await store.write(lambda c: ledger.give_up_unconfirmed(c, KEY, "a", LATER, "the worker died"))
    row = await store.write(lambda c: claim(c, "b"))
    assert (row.state, row.error) == ("unknown", "the worker died")
    assert not await store.write(lambda c: ledger.give_up_unconfirmed(c, KEY, "a", LATER, "again"))


async def test_only_an_effect_under_way_can_be_given_up(store: Store) -> None:
    await store.write(lambda c: claim(c, "a"))
    assert not await store.write(lambda c: ledger.give_up_unconfirmed(c, KEY, "a", LATER, "x"))


async def test_an_attempt_that_was_given_up_too_early_may_still_tell_the_truth(store: Store) -> None:
    await store.write(lambda c: (claim(c, "a", in_data=True), ledger.give_up_unconfirmed(c, KEY, "a", LATER, "x")))
    assert await store.write(lambda c: ledger.finish(c, KEY, "a", "sent", LATER))
    assert (await store.write(lambda c: claim(c, "b"))).state == "sent"


async def test_finishing_twice_is_finishing_once(store: Store) -> None:
    await store.write(lambda c: claim(c, "a"))
    for _ in range(2):
        assert await store.write(lambda c: ledger.finish(c, KEY, "a", "sent", LATER))
    assert not await store.write(lambda c: ledger.finish(c, KEY, "a", "failed", LATER))


async def test_a_sender_that_died_and_that_nobody_asks_for_is_given_up(store: Store) -> None:
    await store.write(lambda c: (claim(c, "a", in_data=True), claim(c, "b", key="other")))
    assert await store.write(lambda c: ledger.give_up_forsaken(c, NOW, LATER, "it died")) == 0
    assert await store.write(lambda c: ledger.give_up_forsaken(c, LATER, LATER, "it died")) == 1
    assert await store.read(ledger.counts) == {"unknown": 1, "claimed": 1}


async def test_the_ledger_is_listed_and_counted(store: Store) -> None:
    await store.write(lambda c: [claim(c, "a", key=f"k{n}") for n in range(3)])
    await store.write(lambda c: ledger.finish(c, "k1", "a", "sent", LATER))
    assert [row.key for row in await store.read(lambda c: ledger.listing(c, "acme"))] == ["k0", "k1", "k2"]
    assert [row.key for row in await store.read(lambda c: ledger.listing(c, states=["sent"]))] == ["k1"]
    assert await store.read(lambda c: ledger.listing(c, "globex")) == ()
    assert await store.read(ledger.counts) == {"claimed": 2, "sent": 1}
    assert await store.read(lambda c: ledger.look(c, "nothing")) is None
