"""`baton status`: every open case on a line for each thing that it waits for; or one case in words."""

import os
import sqlite3
import sys
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from cli.help import KEPT, examples
from cli.lazy import STATUS_OF_SERVER, load
from cli.picture import all_cases, one_case
from cli.place import settings_of
from cli.problem import UserProblem
from cli.show import moment, print_json
from cli.unanswered import way_out
from engine.settings import Settings
from engine.store import quick
from engine.store.quick import CaseStatus
from engine.store.rows import CaseSummary
from engine.store.status import AT_WORK

PROBLEM = 1
TROUBLE = ("stuck", "incident")
CLEAR = "\x1b[2J\x1b[H"
PAUSE = 1.0  # seconds between two pictures of --watch
EXAMPLES = "Examples: baton status | baton status --watch | baton status client-onboarding-k3f7q2abcd"


class Reader(Protocol):
    """Where a status comes from."""

    def listing(self, status: str, health: str | None = None) -> tuple[CaseSummary, ...]: ...
    def count(self, status: str) -> tuple[int, int]: ...
    def one(self, case: str) -> CaseStatus | None: ...
    def plan(self, process: str, version: int) -> str | None: ...
    def alarms(self) -> tuple[str, ...]: ...
    def holds(self) -> tuple[str, ...]: ...
    def worker(self) -> datetime | None: ...


class FileReader:
    """SQLite, read with plain sqlite3."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def listing(self, status: str, health: str | None = None) -> tuple[CaseSummary, ...]:
        return quick.listing(self.path, status=status, health=health) if self.path.is_file() else ()

    def count(self, status: str) -> tuple[int, int]:
        return quick.count(self.path, status) if self.path.is_file() else (0, 0)

    def one(self, case: str) -> CaseStatus | None:
        return quick.one(self.path, case) if self.path.is_file() else None

    def plan(self, process: str, version: int) -> str | None:
        return quick.plan(self.path, process, version)

    def alarms(self) -> tuple[str, ...]:
        return quick.alarms(self.path) if self.path.is_file() else ()

    def holds(self) -> tuple[str, ...]:
        return quick.holds(self.path) if self.path.is_file() else ()

    def worker(self) -> datetime | None:
        return quick.worker_seen(self.path) if self.path.is_file() else None


def run(args: Sequence[str]) -> int:
    """Show the status; the exit code."""
    try:
        asked = _parser().parse_args(args)
    except SystemExit as end:
        return PROBLEM if end.code else 0
    try:
        _answer(asked)
    except quick.NoDatabase as problem:
        raise UserProblem(f"the database cannot be read: {problem}. Restore the last backup") from problem
    except sqlite3.OperationalError as problem:
        if way := way_out(str(problem)):
            raise UserProblem(f"the database does not answer: {problem}. {way}") from problem
        raise
    return 0


def _answer(asked: Namespace) -> None:
    settings = settings_of(asked.workspace or _named())
    reader = _reader(settings)
    kind = "ended" if asked.ended else "open"
    if asked.json:
        print_json(_one(reader, asked.case) if asked.case else reader.listing(kind))
    elif asked.case:
        _show(lambda: one_case(_one(reader, asked.case), reader.plan, settings.time_zone), asked.watch)
    else:
        _show(lambda: _all(reader, settings.time_zone, kind), asked.watch)


def _all(reader: Reader, zone: str, kind: str) -> str:
    return all_cases(_shown(reader, kind), zone, kind, *reader.count(kind)) + _alarms(reader, ZoneInfo(zone))


def _shown(reader: Reader, kind: str) -> tuple[CaseSummary, ...]:
    """The newest, and above them those that need somebody, however old they are."""
    newest = reader.listing(kind)
    trouble = [case for health in TROUBLE for case in reader.listing(kind, health)] if kind == "open" else []
    above = {case.id for case in trouble}
    return (*trouble, *(case for case in newest if case.id not in above)) if trouble else newest


def _alarms(reader: Reader, zone: ZoneInfo) -> str:
    """What does not come in or go out, below everything else."""
    held, found, seen, now = reader.holds(), reader.alarms(), reader.worker(), datetime.now(UTC)
    said = f"\nSending is on hold: {', '.join(held)}. See: baton outbox" if held else ""
    if seen and now - seen > AT_WORK:
        since = moment(seen, zone, now)
        return f"{said}\nNo worker is at work since {since}: nothing goes on or goes out. Start it: baton up"
    return f"{said}\nSilent or in trouble: {', '.join(found)}. See: baton triggers" if found else said


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        "baton status",
        description="All open cases: where each one is, since when, whom it waits for,\nand what comes next.",
        epilog=examples(EXAMPLES).lstrip(KEPT).lstrip(),
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("case", metavar="CASE", nargs="?", help="one case; without it all open ones")
    parser.add_argument("--watch", action="store_true", help="keep the picture up to date until Ctrl-C")
    parser.add_argument("--ended", action="store_true", help="cases that have ended, instead of the open ones")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument(
        "-w", "--workspace", metavar="DIR", type=Path, help="the workspace; this folder or one above it"
    )
    return parser


def _named() -> Path | None:
    named = os.environ.get("BATON_WORKSPACE")
    return Path(named) if named else None


def _reader(settings: Settings) -> Reader:
    kind, _, path = settings.database_url.partition(":///")
    if kind == "sqlite":
        return FileReader(Path(path))
    reader: Reader = load(STATUS_OF_SERVER).ServerReader(settings.database_url)
    return reader


def _one(reader: Reader, case: str) -> CaseStatus:
    found = reader.one(case)
    if found is None:
        raise UserProblem(f"there is no case `{case}`; `baton status` and `baton status --ended` list them")
    return found


def _show(draw: Callable[[], str], watch: bool) -> None:
    if not watch:
        print(draw())
        return
    try:
        while True:
            picture = draw()
            print(CLEAR + picture if sys.stdout.isatty() else picture, flush=True)
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        return
