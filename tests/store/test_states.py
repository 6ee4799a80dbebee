"""States live in the store: the last one of every case, and of large ones as many as a turn can begin with."""

import pytest

from engine.store import cases, states
from engine.store.store import Store
from tests.store.samples import case


async def test_the_last_states_of_a_large_case_are_kept(store: Store) -> None:
    for turn in range(1, 6):
        await store.write(lambda c, turn=turn: states.put(c, "case", turn, f"after {turn}", states.KEPT))
    assert await store.read(lambda c: states.get(c, "case", 5)) == "after 5"
    assert await store.read(lambda c: states.get(c, "case", 3)) == "after 3"
    with pytest.raises(LookupError, match="after turn 2"):
        await store.read(lambda c: states.get(c, "case", 2))


async def test_a_turn_that_is_taken_again_writes_its_state_again(store: Store) -> None:
    await store.write(lambda c: states.put(c, "case", 1, "first"))
    await store.write(lambda c: states.put(c, "case", 1, "again"))
    assert await store.read(lambda c: states.get(c, "case", 1)) == "again"


async def test_the_current_state_is_the_one_after_the_last_turn(store: Store) -> None:
    for turn in (1, 2):
        await store.write(lambda c, turn=turn: states.put(c, "case", turn, f"after {turn}"))
    assert await store.read(lambda c: states.current(c, "case")) == "after 2"
    with pytest.raises(LookupError, match="after turn 1"):
        await store.read(lambda c: states.get(c, "case", 1))


async def test_before_the_first_turn_a_case_has_the_state_that_it_was_opened_with(store: Store) -> None:
    await store.write(lambda c: cases.open_case(c, case("case")))
    assert await store.read(lambda c: states.current(c, "case")) == case("case").state


async def test_a_case_that_is_not_there_has_no_state(store: Store) -> None:
    with pytest.raises(LookupError, match="no case nobody"):
        await store.read(lambda c: states.current(c, "nobody"))
