"""Processes that are killed in the middle of their effects."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from engine.store import ledger
from engine.store.store import Store

EFFECTS = 3000
KILLS = 4


def effector(url: str, world: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "tests.store.effector", url, str(world), str(EFFECTS)])


def kill_when_it_is_at_work(process: "subprocess.Popen[bytes]", world: Path) -> None:
    before = world.stat().st_size
    while world.stat().st_size == before:
        assert process.poll() is None, "it ended before it was killed: the kill would count for nothing"
        time.sleep(0.001)
    time.sleep(random.uniform(0, 0.05))
    process.kill()
    assert process.wait(10) == -9


def test_no_kill_makes_an_effect_happen_twice_or_get_lost(database_url: str, store: Store, tmp_path: Path) -> None:
    world = tmp_path / "world"
    world.touch()
    for _ in range(KILLS):
        kill_when_it_is_at_work(effector(database_url, world), world)
    survivors = [effector(database_url, world) for _ in range(2)]
    assert [process.wait(60) for process in survivors] == [0, 0]

    happened = Counter(world.read_text().split())
    rows = store.read_now(ledger.listing)
    assert len(rows) == EFFECTS
    assert any(row.state == "unknown" or row.attempts > 1 for row in rows), "the kills hit nothing"
    assert set(happened.values()) == {1}
    assert {row.state for row in rows} <= {"sent", "unknown"}
    assert {row.key for row in rows if row.state == "sent"} <= set(happened)
    assert set(happened) <= {row.key for row in rows}
