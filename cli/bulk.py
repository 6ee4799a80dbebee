"""`baton start --csv`: every row of a table is a case."""

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.columns import columns, printable
from cli.office import ask, set_going
from cli.problem import UserProblem
from cli.show import print_json
from engine.desk.bulk import Batch, RowResult, counted
from engine.desk.desk import Desk
from engine.desk.sheets import Row, Sheet, read

SHOWN = 40  # rows that are told of on the terminal; the report has all of them
_WORDS = {
    "ready": "can start",
    "started": "started",
    "queued": "waiting for another case of the same key to end",
    "duplicate": "left out as duplicates",
    "earlier": "started before",
    "suppressed": "left out: nothing may be sent to the contact",
    "invalid": "wrong",
}
Tell = Callable[[int], None]


@dataclass(frozen=True)
class Wanted:
    """What the command line says."""

    process: str
    file: Path
    maps: dict[str, str]
    batch: str
    by: str
    version: int | None
    only_check: bool
    skip_invalid: bool
    start_suppressed: bool
    ignore_others: bool
    encoding: str
    separator: str
    report: Path | None
    as_json: bool
    workspace: Path | None


def start_all(wanted: Wanted) -> None:
    """Check every row, then start them; exit code 1 where a row is wrong."""
    _check_report(wanted)
    sheet = _sheet(wanted)
    batch, checked = _checked(wanted, sheet)
    wrong = [result for result in checked if result.state == "invalid"]
    if wanted.only_check or (wrong and not wanted.skip_invalid):
        _tell(wanted, sheet, checked, started=False)
    else:
        good = {result.line for result in checked if result.state != "invalid"}
        results = _started(wanted, batch, [row for row in sheet.rows if row.line in good])
        _tell(wanted, sheet, sorted([*results, *wrong], key=lambda result: result.line), started=True)
    if wrong:
        raise typer.Exit(1)


def _check_report(wanted: Wanted) -> None:
    """The report never takes the place of the table that it is about, and has one of its own before anything starts."""
    report = wanted.report
    if report is None:
        return
    if report.exists() and wanted.file.exists() and report.samefile(wanted.file):
        raise UserProblem(f"--report {report} is the table itself: name another file")
    if report.is_dir() or not report.parent.is_dir():
        raise UserProblem(f"--report {report} is no file in a folder that is there")


def _sheet(wanted: Wanted) -> Sheet:
    try:
        content = wanted.file.read_bytes()
    except OSError as problem:
        raise UserProblem(f"{wanted.file} cannot be read: {problem.strerror}") from problem
    return ask(wanted.workspace, lambda desk: _read(content, wanted))


async def _read(content: bytes, wanted: Wanted) -> Sheet:
    return read(content, wanted.encoding, wanted.separator)


def _checked(wanted: Wanted, sheet: Sheet) -> tuple[Batch, tuple[RowResult, ...]]:
    async def check(desk: Desk) -> tuple[Batch, tuple[RowResult, ...]]:
        named = await desk.columns(
            wanted.process, sheet, wanted.maps, version=wanted.version, ignore_others=wanted.ignore_others
        )
        name = wanted.batch or wanted.file.name
        batch = Batch(wanted.process, name, named, wanted.by, wanted.version, wanted.start_suppressed)
        with _bar("Checking", len(sheet.rows), wanted) as tell:
            return batch, await desk.check_rows(batch, sheet.rows, tell)

    return ask(wanted.workspace, check)


def _started(wanted: Wanted, batch: Batch, rows: Sequence[Row]) -> tuple[RowResult, ...]:
    async def start(desk: Desk) -> tuple[RowResult, ...]:
        with _bar("Starting", len(rows), wanted) as tell:
            return await desk.start_rows(batch, rows, tell)

    try:
        return set_going(wanted.workspace, start)
    except KeyboardInterrupt as stop:
        raise UserProblem("stopped in the middle; the same command again goes on with the rows that are left") from stop


@contextmanager
def _bar(what: str, total: int, wanted: Wanted) -> Iterator[Tell]:
    """A progress bar on stderr, where somebody looks at it."""
    console = Console(stderr=True)
    parts = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *parts, console=console, transient=True, disable=not sys.stderr.isatty() or wanted.as_json
    ) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.advance(task, count)


def _tell(wanted: Wanted, sheet: Sheet, results: Sequence[RowResult], *, started: bool) -> None:
    report = _reported(wanted, results)
    if wanted.as_json:
        rows = [asdict(result) for result in results]
        print_json({"started": started, "counts": counted(results), "report": report, "rows": rows})
        return
    told = [result for result in results if result.state not in ("ready", "started", "earlier")]
    if told:
        typer.echo(columns(("Line", "Row", "Why"), [_line(result) for result in told[:SHOWN]]))
    if len(told) > SHOWN:
        typer.echo(f"... and {len(told) - SHOWN:,} more; the report has all of them")
    typer.echo(_summary(results, len(sheet.rows)))
    if report:
        typer.echo(f"Report: {report}")
    if not started:
        typer.echo(_what_now(wanted, results))


def _line(result: RowResult) -> tuple[str, str, str]:
    """One row: the columns that are wrong with their sentences, or the reason."""
    why = "; ".join(f"{name}: {said}" for name, said in (result.problems or {}).items()) or result.why
    return str(result.line), result.state, why + (f" ({result.case})" if result.case else "")


def _summary(results: Sequence[RowResult], total: int) -> str:
    parts = [f"{number:,} {_WORDS[state]}" for state, number in counted(results).items()]
    return f"{total:,} rows: " + (", ".join(parts) or "nothing to do")


def _what_now(wanted: Wanted, results: Sequence[RowResult]) -> str:
    wrong = counted(results).get("invalid", 0)
    if not wrong:
        return "Nothing was started. To start them, leave out --check."
    if wanted.only_check:
        return "Nothing was started. Correct the rows, or leave them out with --skip-invalid in place of --check."
    return "Nothing was started, because of the rows that are wrong. Correct them, or start the others: --skip-invalid"


def _reported(wanted: Wanted, results: Sequence[RowResult]) -> str:
    """The report beside the file, or where it is wanted: a table with a row for each row. Its path."""
    path = wanted.report or wanted.file.with_name(f"{wanted.file.stem}.report.csv")
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as opened:
            path.chmod(0o600)  # it says who is a client
            writer = csv.writer(opened)
            writer.writerow(("line", "state", "case", "column", "why"))
            writer.writerows(row for result in results for row in _rows(result))
    except OSError as problem:
        typer.echo(f"note: {path} cannot be written: {problem.strerror}", err=True)
        return ""
    return str(path)


def _rows(result: RowResult) -> list[tuple[str, ...]]:
    head = (str(result.line), result.state, result.case)
    if result.problems:
        return [(*head, _cell(name), _cell(said)) for name, said in result.problems.items()]
    return [(*head, "", _cell(result.why))]


def _cell(text: str) -> str:
    """No cell that a spreadsheet program would take for a formula."""
    text = printable(text)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
