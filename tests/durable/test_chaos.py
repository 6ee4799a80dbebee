"""A short run of `make chaos`: kills lose nothing, send nothing twice, and hide nothing."""

from pathlib import Path

from bench.chaos import run, table


async def test_a_killed_worker_loses_nothing_and_sends_nothing_twice(tmp_path: Path) -> None:
    report = await run(tmp_path, kills=3, cases=20, seed=7, say=print)
    assert report.verdict is not None
    assert report.verdict.agrees, table(report)
    assert report.kills >= 3
    assert report.verdict.sent + len(report.verdict.unconfirmed) == 3 * report.cases
