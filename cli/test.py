"""`baton test`."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from watchfiles import watch as changes

from activities import STEP_TYPES
from cli.checked import relative
from cli.options import Json, Workspace, group
from cli.problem import UserProblem
from engine.language.library import definitions_around, workspace_definitions
from engine.language.problems import errors, render
from engine.scenarios.coverage import Coverage
from engine.scenarios.play import Played
from engine.scenarios.report import as_json as plain
from engine.scenarios.report import covered, failure, junit, summary
from engine.scenarios.suite import Suite, play_all
from engine.settings import Settings, SettingsError
from engine.workspace import FILE, find

app = group()
WIDTH = 72  # points in a line of progress


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    path: Path | None
    words: str
    measured: bool
    least: float
    as_json: bool
    junit: Path | None
    workspace: Path | None


@app.command(
    epilog="Examples: baton test | baton test client-onboarding | "
    "baton test definitions/tests/client-onboarding.yaml -k reminders | "
    "baton test --coverage --fail-under 90 | baton test --junit results.xml | baton test --watch"
)
def play(
    path: Annotated[Path | None, typer.Argument(help="A file of tests, a process, or a folder; without: all.")] = None,
    words: Annotated[str, typer.Option("-k", help="Only tests with these words in their titles.")] = "",
    coverage: Annotated[bool, typer.Option("--coverage", help="Show which ways no test has taken.")] = False,
    fail_under: Annotated[float, typer.Option("--fail-under", help="The least percentage of ways, 0 to 100.")] = 0,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="Write the results as JUnit XML.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and test again what changes.")] = False,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Play the scenario tests of processes on a virtual clock. Nothing is sent, and no server is needed."""
    measured = coverage or fail_under > 0
    wanted = Wanted(_meant(path, workspace), words, measured, fail_under, as_json, junit_file, workspace)
    passed = _run(wanted, None)
    if watch:
        _watch(wanted)
    if not passed:
        raise typer.Exit(1)


def _run(wanted: Wanted, changed: set[Path] | None) -> bool:
    """Play once; whether everything is as it should be. `changed`: only what these files have to do with."""
    suite = _suite(wanted)
    files = [f for f in _files(wanted, suite) if changed is None or _concerned(suite, f, changed)]
    found = [replace(problem, file=_from_here(suite, problem.file)) for problem in suite.problems(files)]
    if errors(found):
        typer.echo(render(found), err=wanted.as_json)
        return False
    results = _played(suite, files, wanted)
    coverages = _coverages(suite, results) if wanted.measured else []
    _show(wanted, results, coverages)
    if wanted.junit:
        _write(wanted.junit, junit(results))
    short = any(c.percent < wanted.least for c in coverages)
    return not short and not any(r.misses for r in results)


def _meant(path: Path | None, workspace: Path | None) -> Path | None:
    """The path, or the file of the process that goes by this name."""
    if path is None or path.exists() or len(path.parts) > 1:
        return path
    try:
        file = workspace_definitions(find(workspace or Path.cwd())) / "processes" / f"{path}.yaml"
    except SettingsError:
        return path
    return file if file.is_file() else path


def _suite(wanted: Wanted) -> Suite:
    if wanted.path is not None and not wanted.path.exists():
        raise UserProblem(f"there is no file, folder or process {wanted.path}")
    if wanted.path is not None and wanted.workspace is None:
        path = wanted.path.resolve()
        folder = workspace_definitions(path) if (path / FILE).is_file() else definitions_around(path / "x")
        return Suite(folder, STEP_TYPES, *_local(folder))
    folder = workspace_definitions(find(wanted.workspace or Path.cwd()))
    return Suite(folder, STEP_TYPES, *_local(folder))


def _local(folder: Path) -> tuple[str, ZoneInfo]:
    """Currency and time zone of the workspace."""
    for place in (folder, folder.parent):
        if (place / FILE).is_file():
            try:
                settings = Settings.load(place, os.environ)
            except SettingsError as problem:
                raise UserProblem(str(problem)) from problem
            return settings.currency, ZoneInfo(settings.time_zone)
    return "GBP", ZoneInfo("UTC")


def _files(wanted: Wanted, suite: Suite) -> list[Path]:
    """The files of tests that are meant by the path. Raises UserProblem where there is none."""
    path = wanted.path.resolve() if wanted.path else suite.folder
    if path.is_file() and path.parent.name == "processes":
        found = [f for f in suite.files() if suite.process_of(f) == path.stem]
    else:
        found = [path] if path.is_file() else [f for f in suite.files() if path in (*f.parents, *suite.folder.parents)]
    if not found:
        raise UserProblem(f"there are no tests for {path}; write them in {suite.folder / 'tests'}")
    return found


def _played(suite: Suite, files: Iterable[Path], wanted: Wanted) -> list[Played]:
    chosen = [found for file in files if (found := suite.chosen(file, wanted.words))]
    results: list[Played] = []
    for played in play_all(chosen):
        results.append(replace(played, file=_from_here(suite, played.file)))
        if not wanted.as_json:
            typer.echo("F" if played.misses else ".", nl=len(results) % WIDTH == 0)
    if not wanted.as_json and len(results) % WIDTH:
        typer.echo("")
    return results


def _from_here(suite: Suite, file: str) -> str:
    """A file of the definitions, as it is seen from here."""
    return relative((suite.folder / file).resolve())


def _coverages(suite: Suite, results: list[Played]) -> list[Coverage]:
    found = [c for name in dict.fromkeys(r.process for r in results) if (c := suite.coverage(name))]
    for coverage in found:
        coverage.file = _from_here(suite, coverage.file)
        for case in (case for r in results for case in r.cases):
            coverage.add(case)
    return found


def _show(wanted: Wanted, results: list[Played], coverages: list[Coverage]) -> None:
    if wanted.as_json:
        typer.echo(json.dumps(plain(results, coverages), ensure_ascii=False, indent=2))
        return
    for played in results:
        if played.misses:
            typer.echo(f"\n{failure(played)}")
    for coverage in coverages:
        typer.echo(f"\n{covered(coverage)}")
        if coverage.percent < wanted.least:
            typer.echo(f"  That is less than {wanted.least:g} %.")
    typer.echo(f"\n{summary(results)}" if results else "\nno test has these words in its title")


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise UserProblem(f"{file} cannot be written: {problem.strerror}") from problem


def _watch(wanted: Wanted) -> None:
    """Test again what has to do with a change, until Ctrl-C."""
    folder = _suite(wanted).folder
    typer.echo(f"Watching {folder}. Ctrl-C ends it.")
    for found in changes(folder, raise_interrupt=False):
        typer.echo("")
        _again(wanted, {Path(path) for _, path in found})


def _again(wanted: Wanted, changed: set[Path]) -> None:
    try:
        _run(wanted, changed)
    except UserProblem as problem:  # a file that is half written: the next change puts it right
        typer.echo(f"baton: {problem}", err=True)


def _concerned(suite: Suite, file: Path, changed: set[Path]) -> bool:
    """Whether tests have to do with what changed: their own file, their process, or anything shared."""
    own = {"tests": {file.stem}, "processes": suite.uses(file)}
    return any(p.stem in own.get(p.parent.name, {p.stem}) for p in changed)
