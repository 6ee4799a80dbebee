"""A turn that brings nothing new does nothing: everything that was decided is remembered."""

import asyncio
from typing import Any

import pytest

from engine.runtime.effects import Answer
from engine.runtime.simulator import Simulation
from engine.runtime.state import State
from engine.runtime.turn import turn
from tests.runtime import test_for_each, test_gathering, test_group, test_parallel, test_undo
from tests.runtime.onboarding import SCRIPTS, begun, follow
from tests.runtime.small import begin


def nothing_more(case: Simulation) -> None:
    """Take the case's last turn once more, on a copy of its state."""
    again = State.load(case.state.dump())

    async def refuse(*asked: Any) -> Answer:
        raise AssertionError(f"asked for {asked[1].key} again")

    turned = asyncio.run(turn(case.plan, again, case.now, refuse))
    again.turn = case.state.turn
    assert again.dump() == case.state.dump()
    assert (turned.view.entries, turned.deadline) == ((), case.turned.deadline)


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_worked_example_rests_after_every_turn(script: str) -> None:
    case = begun()
    for line in SCRIPTS[script]:
        nothing_more(case)
        follow(case, line)


SHAPES = {
    "group": test_group.group("timeout: 3 days\non_timeout: continue\n" + test_group.HANDLERS % "false"),
    "cancelled": test_group.BESIDE,
    "items": test_for_each.EACH % "    max_parallel: 2",
    "branches": test_parallel.SIDE % ("    wait_for: any\n    others: leave", "needs: [one],"),
    "undo": test_undo.TRIP,
    "gathering": test_gathering.COLLECT,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_construct_rests_after_every_turn(shape: str) -> None:
    case = begin(SHAPES[shape], names=["ann", "bob", "cid"])
    for _ in range(30):
        if case.state.outcome:
            return
        nothing_more(case)
        if case.open_tasks:
            task = case.open_tasks[0]
            case.give("task", task.path, outcome=task.outcomes[0] if task.outcomes else "done")
        elif case.turned.deadline:
            case.advance()
        else:
            case.give("manual", "gifts", "gift", amount=4)
    raise AssertionError("it never ends")
