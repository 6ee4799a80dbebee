"""Large states live in the store, and only as many as a turn can begin with."""

import pytest

from engine.store import states
from engine.store.store import Store


async def test_the_last_states_of_a_case_are_kept(store: Store) -> None:
    for turn in range(1, 6):
        await store.write(lambda c, turn=turn: states.put(c, "case", turn, f"after {turn}"))
    assert await store.read(lambda c: states.get(c, "case", 5)) == "after 5"
    assert await store.read(lambda c: states.get(c, "case", 3)) == "after 3"
    with pytest.raises(LookupError, match="after turn 2"):
        await store.read(lambda c: states.get(c, "case", 2))


async def test_a_turn_that_is_taken_again_writes_its_state_again(store: Store) -> None:
    await store.write(lambda c: states.put(c, "case", 1, "first"))
    await store.write(lambda c: states.put(c, "case", 1, "again"))
    assert await store.read(lambda c: states.get(c, "case", 1)) == "again"
