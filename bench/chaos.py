"""`make chaos`: the worker is killed again and again while cases run; then three witnesses are heard.

Nothing may be lost or sent twice, and a mail of which nobody knows whether it left must be an incident.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from temporalio.client import Client

from activities import STEP_TYPES
from activities.gate import LONGEST_DATA
from bench.chaos_cases import PROCESS, Life
from bench.chaos_mail import MailServer
from bench.chaos_oracle import Verdict, first_effect, judge, mails_under_way, taken_up, turns_under_way
from bench.chaos_worker import Victim
from engine.desk.desk import Desk
from engine.gateways.temporal_server import TemporalServer
from engine.settings import Settings
from engine.store import ledger
from engine.store.store import Store
from engine.workspace import create

DEFINITIONS = Path(__file__).parent / "definitions"
AT_ONCE = 40  # cases under way
LONGEST_RECOVERY = 5.0  # seconds from the worker's `ready` to the next finished effect
LONGEST_LIFE = 1.0  # seconds that a worker gets after its first effect
TO_THE_END = LONGEST_DATA.total_seconds() + 60  # seconds after the last kill

Say = Callable[[str], None]


@dataclass(frozen=True)
class Recovery:
    """Seconds after a restart: to the next finished effect, from the process's start and from its `ready`; and to
    the next turn of the last of the cases in whose turn the kill fell (None: killed again before, or no such case)."""

    from_start: float
    from_ready: float
    struck_cases: float | None


@dataclass
class Report:
    """`kills` are those that hit something; `hits` the turns, `mails` the mails that were under way."""

    seed: int
    cases: int = 0
    kills: int = 0
    misses: int = 0
    hits: int = 0
    mails: int = 0
    recoveries: list[Recovery] = field(default_factory=list)
    verdict: Verdict | None = None
    seconds: float = 0.0

    @property
    def slowest(self) -> float:
        return max(r.from_ready for r in self.recoveries)

    @property
    def passed(self) -> bool:
        return self.verdict is not None and self.verdict.agrees and self.slowest <= LONGEST_RECOVERY


@dataclass
class Scene:
    """Everything that a run needs."""

    client: Client
    store: Store
    mail: MailServer
    victim: Victim
    life: Life
    chance: random.Random


async def run(folder: Path, *, kills: int, cases: int, seed: int, say: Say) -> Report:
    """At least `kills` kills that hit something over at least `cases` cases; what came of it."""
    report, began = Report(seed), time.monotonic()
    async with scene(folder, seed) as stage:

        def more() -> bool:
            return report.kills < kills or len(stage.life.cases) < cases

        async with asyncio.TaskGroup() as side:
            living = side.create_task(stage.life.go_on(more))
            await _kill_while(more, stage, report, say)
            say("No more kills. Waiting until every case has ended or is an incident ...")
            await _settle(stage)
            living.cancel()
        report.verdict = await _verdict(stage)
    report.cases, report.seconds = len(stage.life.cases), time.monotonic() - began
    return report


@asynccontextmanager
async def scene(folder: Path, seed: int) -> AsyncIterator[Scene]:
    """A Temporal server, a mail server, a workspace with a published process; the worker is not started yet."""
    chance = random.Random(seed)
    workspace = folder / "workspace"
    create(workspace)
    shutil.copytree(DEFINITIONS, workspace / "definitions", dirs_exist_ok=True)
    async with AsyncExitStack() as stack:
        temporal, mail = TemporalServer(folder / "temporal"), MailServer(chance)
        await temporal.start()
        stack.push_async_callback(temporal.stop)
        await mail.start()
        stack.push_async_callback(mail.stop)
        environment = {
            "BATON_TEMPORAL_ADDRESS": temporal.address,
            "BATON_MAIL_SMTP_HOST": "127.0.0.1",
            "BATON_MAIL_SMTP_PORT": str(mail.port),
            "BATON_MAIL_SMTP_TLS": "none",
        }
        settings = Settings.load(workspace, environment)
        store = Store.open(settings.database_url)
        stack.callback(store.close)
        store.migrate()
        desk = Desk(settings, store, STEP_TYPES)
        await desk.publish(PROCESS)
        victim = Victim(workspace, environment)
        stack.push_async_callback(victim.kill)
        client = await Client.connect(temporal.address)
        yield Scene(client, store, mail, victim, Life(desk, AT_ONCE, chance), chance)


async def _kill_while(more: Callable[[], bool], stage: Scene, report: Report, say: Say) -> None:
    """Kill and start again; at the end a worker lives."""
    struck: Collection[str] = ()
    await stage.victim.start()
    while more():
        struck = await _round(stage, report, struck)
        say(_progress(report, stage))
    await stage.victim.until_ready()
    await _recovery(stage, report, struck)


async def _round(stage: Scene, report: Report, struck: Collection[str]) -> Collection[str]:
    """Let the worker come up and work for a random while, then kill it; the cases that this struck."""
    victim = stage.victim
    await victim.until_ready()
    measuring = asyncio.create_task(_recovery(stage, report, struck))
    fate = stage.chance.random()
    if fate > 0.8:  # it lives until everything that was struck is back at work
        await asyncio.wait({measuring}, timeout=LONGEST_RECOVERY * 4)
    elif fate > 0.3:  # the others are killed while they still recover from the kill before
        await _worked(stage, victim.begun)
    await asyncio.sleep(stage.chance.uniform(0, LONGEST_LIFE))
    await victim.kill()
    measuring.cancel()
    open_cases, mails = await stage.life.open_cases(), await mails_under_way(stage.store, victim.begun)
    await victim.start()
    return await _count(stage, report, open_cases, mails)


async def _count(stage: Scene, report: Report, open_cases: list[str], mails: set[str]) -> Collection[str]:
    """Count the kill, if it hit anything; meanwhile the next worker starts, and new cases arrive."""
    struck = await turns_under_way(stage.client, open_cases)
    report.hits += len(struck)
    report.mails += len(mails)
    if struck or mails:
        report.kills += 1
    else:
        report.misses += 1
    await stage.life.start(2)
    return struck


async def _worked(stage: Scene, since: datetime) -> datetime:
    """When the first effect after this moment was finished; waits for it."""
    async with asyncio.timeout(LONGEST_RECOVERY * 4):
        while (at := await first_effect(stage.store, since)) is None:  # noqa: ASYNC110  # another process does it
            await asyncio.sleep(0.02)  # another process does it
    return at


async def _recovery(stage: Scene, report: Report, struck: Collection[str]) -> None:
    """Measure how soon work goes on; a worker that is killed before is no measurement."""
    begun, ready = stage.victim.begun, stage.victim.ready
    at = await _worked(stage, begun)
    from_start, from_ready = (at - begun).total_seconds(), max(0.0, (at - ready).total_seconds())
    number = len(report.recoveries)
    report.recoveries.append(Recovery(from_start, from_ready, None))
    while set(struck) - await taken_up(stage.store, struck, begun):  # noqa: ASYNC110  # likewise
        await asyncio.sleep(0.05)  # another process does it
    if struck:
        later = (datetime.now(UTC) - ready).total_seconds()
        report.recoveries[number] = Recovery(from_start, from_ready, later)


async def _settle(stage: Scene) -> None:
    """Wait until all cases have ended, clearing incidents on the way; a case that does not is for the oracle."""
    end = time.monotonic() + TO_THE_END
    while await stage.life.open_cases() and time.monotonic() < end:
        await stage.life.clear_incidents()
        await asyncio.sleep(0.2)


async def _verdict(stage: Scene) -> Verdict:
    rows = await stage.store.read(ledger.listing)
    return judge(stage.life.cases, rows, stage.mail.received, stage.life.incidents)


def _progress(report: Report, stage: Scene) -> str:
    found = f"kill {report.kills:>3}  ({report.misses} hit nothing)   {len(stage.life.cases):>4} cases started"
    return f"{found}   {stage.mail.received.total():>4} mails received   {report.mails:>3} struck in the sending"


def table(report: Report) -> str:
    """The figures for people."""
    verdict = report.verdict
    if verdict is None:
        return "the run did not come to its end"
    start, ready = [r.from_start for r in report.recoveries], [r.from_ready for r in report.recoveries]
    struck = [r.struck_cases for r in report.recoveries if r.struck_cases is not None]
    arrived = f"({verdict.unconfirmed_arrived} of them had arrived)"
    lines = [
        ("kills that hit something", f"{report.kills} (and {report.misses} that hit nothing)"),
        ("turns under way at a kill", f"{report.hits}"),
        ("mails past the point of no return at a kill", f"{report.mails}"),
        ("cases, mails", f"{report.cases}, {report.cases * 3}"),
        ("sent exactly once", f"{verdict.sent}"),
        ("unconfirmed, each an incident", f"{len(verdict.unconfirmed)} {arrived}"),
        ("lost", f"{len(verdict.lost)}"),
        ("sent twice", f"{len(verdict.duplicates)}"),
        ("unexplained", f"{len(verdict.unexplained)}"),
        ("restart to next effect, from `ready`", _spread(ready)),
        ("restart to next effect, from its start", _spread(start)),
        ("last struck turn taken again, from `ready`", _spread(struck)),
        ("seconds, seed", f"{report.seconds:.0f}, {report.seed}"),
    ]
    named = [f"  {fate}: {key}" for fate in ("lost", "duplicates", "unexplained") for key in getattr(verdict, fate)]
    return "\n".join([*(f"{what:<46}{value}" for what, value in lines), *named])


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "not measured"
    return f"median {median(seconds):.2f} s, longest {max(seconds):.2f} s ({len(seconds)} times)"


def main() -> int:
    """Exit code 0 when the witnesses agree, 1 when they do not."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=30, help="kills that hit something (30)")
    parser.add_argument("--cases", type=int, default=100, help="cases at least (100)")
    parser.add_argument("--seed", type=int, default=None, help="the same seed draws the same moments")
    parser.add_argument("--minutes", type=float, default=6.0, help="give up after so long (6)")
    asked = parser.parse_args()
    seed = random.randrange(10_000) if asked.seed is None else asked.seed
    folder = Path(tempfile.mkdtemp(prefix="baton-chaos-"))
    running = run(folder, kills=asked.kills, cases=asked.cases, seed=seed, say=_tell)
    try:
        report = asyncio.run(asyncio.wait_for(running, asked.minutes * 60))
    except TimeoutError:
        print(f"not done within {asked.minutes:g} minutes; everything is kept in {folder}", file=sys.stderr)
        return 1
    print("\n" + table(report))
    if not report.passed:
        print(f"\nThe witnesses do NOT agree, or it took too long. Everything is kept in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    print("\nThe witnesses agree.")
    return 0


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
