"""`python -m bench`: Baton beside hand-written Temporal workflows. See docs/performance.md."""

import argparse
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import uvloop
from rich.console import Console

from bench import checking, latency, onboarding, parked, results, throughput
from bench.house import Measured, at_work, workspace
from bench.sides import QUESTIONNAIRE, TEN_MAILS
from engine.gateways.temporal_server import TemporalServer
from engine.leaving import leave


@dataclass(frozen=True)
class Size:
    """How much is measured: cases of one round, rounds of each side, cases of the latency, parked cases."""

    cases: int
    rounds: int
    latencies: int
    parked: int


FULL = Size(cases=120, rounds=3, latencies=40, parked=10_000)
QUICK = Size(cases=20, rounds=1, latencies=5, parked=200)

screen = Console()
Found = dict[str, float]


def tell(text: str) -> None:
    screen.print(f"[dim]{time.strftime('%H:%M:%S')}[/dim] {text}", highlight=False)


async def run(size: Size) -> Found:
    """Measure everything on one server."""
    found: Found = {}
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as scratch:
        folder = Path(scratch)
        async with _server(folder / "temporal") as temporal:
            async with at_work(folder / "house", temporal) as measured:
                await _throughputs(measured, size, found)
                await _latency(measured, size, found)
            tell("The worked example ...")
            found["example.history_events"] = await onboarding.history_events(folder / "firm", temporal)
            await _parked(folder / "parked", temporal, size, found)
        tell("Check ...")
        checked = workspace(folder / "checked")
        check = checking.measure(checked)
        found |= {"check.example_ms": check.later, "check.first_ms": check.first}
        found["check.thousand_s"] = checking.measure_many(checked)
        found["check.hostile_ms"] = checking.measure_hostile()
    return found


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[str]:
    server = TemporalServer(folder)
    await server.start()
    try:
        yield server.address
    finally:
        await server.stop()


async def _throughputs(measured: Measured, size: Size, found: Found) -> None:
    for name, process, times in (("w1", TEN_MAILS, 1), ("w2", QUESTIONNAIRE, 2)):  # the smaller one needs more pairs
        for side in (measured.baton, measured.by_hand):
            await throughput.measure(side, process, max(size.cases // 5, 5))  # the first cases pay for caches
        pairs = [await _pair(measured, process, size.cases) for _ in range(times * size.rounds)]
        found |= _compared(name, pairs)


async def _pair(measured: Measured, process: str, cases: int) -> tuple[throughput.Round, throughput.Round]:
    ours = await throughput.measure(measured.baton, process, cases)
    theirs = await throughput.measure(measured.by_hand, process, cases)
    tell(f"{process}: Baton {ours.cases_a_second:.1f} cases/s, by hand {theirs.cases_a_second:.1f}")
    return ours, theirs


def _compared(name: str, pairs: Sequence[tuple[throughput.Round, throughput.Round]]) -> Found:
    ours, theirs = ([pair[n] for pair in pairs] for n in (0, 1))
    found: Found = {
        f"{name}.throughput_ratio": median(a.cases_a_second / b.cases_a_second for a, b in pairs),
        f"{name}.transitions_ratio": median(a.transitions / b.transitions for a, b in pairs),
    }
    for side, rounds in (("baton", ours), ("by_hand", theirs)):
        found[f"{name}.{side}.cases_a_second"] = median(r.cases_a_second for r in rounds)
        found[f"{name}.{side}.events"] = median(r.events for r in rounds)
        found[f"{name}.{side}.transitions"] = median(r.transitions for r in rounds)
    return found


async def _latency(measured: Measured, size: Size, found: Found) -> None:
    pairs = await latency.measure(measured.baton, measured.by_hand, size.latencies)
    found["w2.latency_p50_ratio"] = median(a for a, _ in pairs) / median(b for _, b in pairs)
    found["w2.baton.latency_p50_ms"] = median(a for a, _ in pairs)
    found["w2.by_hand.latency_p50_ms"] = median(b for _, b in pairs)
    tell(
        f"task done to next mail: Baton {found['w2.baton.latency_p50_ms']:.1f} ms, "
        f"by hand {found['w2.by_hand.latency_p50_ms']:.1f} ms"
    )


async def _parked(folder: Path, temporal: str, size: Size, found: Found) -> None:
    about = await parked.measure(folder, temporal, size.parked, tell)
    found["parked.cases"] = about.cases
    found["parked.worker_mb"] = about.after
    found["parked.worker_peak_mb"] = about.peak
    found["parked.empty_worker_mb"] = about.before
    found["parked.status_ms"] = about.status


def main() -> int:
    """Measure, show, and write bench/results.json (a quick run only shows)."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Baton beside hand-written workflows")
    parser.add_argument("--quick", action="store_true", help="a minute, to see that everything works")
    quick = parser.parse_args().quick
    logging.basicConfig(level=logging.ERROR)
    found = uvloop.run(run(QUICK if quick else FULL))
    results.show(found, screen)
    if quick:
        screen.print("A quick run: too short to believe, so nothing was written down.")
    else:
        results.write(found)
        screen.print("Written to bench/results.json.")
    return 0


if __name__ == "__main__":
    leave(main())
