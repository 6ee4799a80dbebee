"""Random processes with random people on a real server: each does the same there as in the simulator.

An hour stands for a day: what is older than thirty days by the server's clock would be late, and its clock runs ahead.
Nothing that happens at once in two places is in them: who is first then is nobody's promise.
"""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from activities import STEP_TYPES
from engine.language.compiler import compile_process
from engine.language.scenario import Line
from engine.scenarios.finding import open_step
from engine.scenarios.suite import Suite
from engine.scenarios.world import World
from tests.conformance.engines import skipping
from tests.conformance.live import Live, Shaky
from tests.conformance.same import Same, Trace, trace
from tests.durable.firm import Firm, firm
from tests.property.processes import EVENTS, WRITE, Author, around

KINDS = tuple(kind for kind in WRITE if kind not in ("call", "child"))
TESTS = "process: {name}\ninputs: {{ size: {size}, email: client@acme.test }}\ntests:\n  - title: random\n"
MOVES = 10
MOST = 80


class Somebody(Live):
    """A case that a random person looks after: first at random, then until it ends."""

    def __init__(self, *args: Any, person: Random) -> None:
        super().__init__(*args)
        self.person = person
        self.script: list[str] = []

    async def play(self) -> tuple[list[Trace], list[Trace]]:
        await self._start()
        for n in range(MOST):
            if self.world.main.state.outcome:
                break
            await self._say(self.person.choice(possible(self.world) if n < MOVES else finishing(self.world)))
        else:
            await self._say({"stop": "case"})
        simulated = [trace(case) for case in self.world.cases.values()]
        return simulated, [await self._trace(self.cases[name]) for name in self.world.cases]

    async def _say(self, said: dict[str, Any]) -> None:
        self.script.append(str(said))
        await self._line(Line.model_validate(said))


def possible(world: World) -> list[dict[str, Any]]:
    """What may happen now."""
    events = [{"event": name, "data": {"n": "${ 1 }"}} for name in EVENTS]
    waits = [w for w in world.main.turned.view.waits if w.next_at and w.kind != "tasks"]
    now = [{"do_now": w.path, "by": "ann"} for w in waits]
    return [*_done(world), *_passing(world), *_passing(world), *events, *now[:1], *_repaired(world)]


def finishing(world: World) -> list[dict[str, Any]]:
    """What brings the case to its end."""
    return (_repaired(world) or _done(world) or _passing(world))[:1] or [
        {"event": name, "data": {"n": "${ 1 }"}} for name in EVENTS
    ]


def _repaired(world: World) -> list[dict[str, Any]]:
    return [{"skip": i.path, "by": "ann"} for i in world.main.turned.view.incidents]


def _passing(world: World) -> list[dict[str, Any]]:
    return [{"advance": "next"}] if world.deadline else []


def _done(world: World) -> list[dict[str, Any]]:
    """What people can do: tasks, forms, signatures, events by hand."""
    case = world.main
    told: list[dict[str, Any]] = []
    for task in case.open_tasks:
        told += [{"complete": task.path, "by": "ann", **({"outcome": o} if o else {})} for o in task.outcomes or ("",)]
    for wait in case.turned.view.waits:
        if wait.status == "waiting":
            told += WAITS.get(wait.kind, lambda world, wait: [])(world, wait)
    return told


def _form(world: World, wait: Any) -> list[dict[str, Any]]:
    return [{"answer": wait.path, "answers": {"seats": "${ 3 }"}}]


def _sign(world: World, wait: Any) -> list[dict[str, Any]]:
    record = open_step(world, wait.path)[2]
    signed = {t["data"]["signer"] for t in record.armed.taken} if record.armed else set()
    open_ = [s for s in wait.events[0]["signers"] if s not in signed]
    return [{"sign": wait.path, "by": s} for s in open_] + [
        {"decline": wait.path, "by": s, "reason": "no"} for s in open_
    ]


def _by_hand(world: World, wait: Any) -> list[dict[str, Any]]:
    if sum(w.step == wait.step for w in world.main.turned.view.waits) > 1:
        return []  # one for each item: a line could not say which
    return [{"event": f"{wait.step}.{e['id']}", "by": "ann"} for e in wait.events]


WAITS = {"form": _form, "signature": _sign, "wait": _by_hand}


async def played(folder: Path, seeds: range) -> dict[int, Any]:
    """What came of each seed: the script, and the two traces or what was raised."""
    definitions = around(folder / "definitions")
    async with skipping() as engine:
        house = firm(folder, engine.address, target=Shaky(), definitions=definitions, sandboxed=False)
        async with house as opened:
            return {seed: await _one(opened, engine, seed) for seed in seeds}


async def _one(house: Firm, engine: Any, seed: int) -> Any:
    definitions = house.house.settings.workspace / "definitions"
    person = Random(f"{seed}/person")
    live = Somebody(house, written(definitions, seed), engine.clock, engine.skip, person=person)
    await house.desk.publish(live.same.name)
    # It is published; to check the next one among all before it would take the time that the case does.
    (definitions / "processes" / f"{live.same.name}.yaml").unlink()
    try:
        return live.script, await live.play()
    except Exception as problem:
        return live.script, problem


def written(folder: Path, seed: int) -> Same:
    """A random process that compiles, with a file of tests that holds nothing yet."""
    name, file = f"random{seed}", folder / "processes" / f"random{seed}.yaml"
    for attempt in range(50):
        text = Author(Random(f"server/{seed}/{attempt}"), KINDS, day=60).process()
        file.write_text(text.replace('"process": "random"', f'"process": "{name}"'))
        if compile_process(folder, file, STEP_TYPES).plan:
            break
    tests = folder / "tests" / f"{name}.yaml"
    tests.parent.mkdir(exist_ok=True)
    tests.write_text(TESTS.format(name=name, size=seed % 10))
    chosen = Suite(folder, STEP_TYPES).chosen(tests)
    assert chosen
    return Same(name, chosen.player, chosen.tests[0])


def compare(results: dict[int, Any]) -> None:
    """Every case did the same on both, apart from the order of what happens side by side."""
    for seed, (script, result) in results.items():
        told = f"seed {seed}: {script}"
        assert not isinstance(result, Exception), f"{told}\n{result!r}"
        for simulated, real in zip(*result, strict=True):
            assert real.outcome == simulated.outcome, told
            assert Counter(real.effects) == Counter(simulated.effects), told
            assert Counter(real.timeline) == Counter(simulated.timeline), told


@pytest.mark.slow
def test_random_cases_do_the_same_on_a_server(tmp_path: Path) -> None:
    compare(asyncio.run(played(tmp_path, range(100, 150))))
