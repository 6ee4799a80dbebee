"""`baton check`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from activities import STEP_TYPES
from cli.options import Json, Workspace, group
from cli.problem import UserProblem
from engine.language.compiler import check_file
from engine.language.library import definitions_around, workspace_definitions
from engine.language.problems import Problem, errors, in_order, one_of, render, suggest, to_json
from engine.language.survey import Survey, check_everything
from engine.settings import check_settings
from engine.workspace import FILE, WorkspaceError, find

app = group()
Check = Callable[[], Survey]


@app.command(
    epilog="Examples: baton check | baton check client-onboarding | baton check definitions/forms/client-welcome.yaml"
)
def check(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[PROCESS|FILE]...", help="Without: the whole workspace.")
    ] = None,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Find mistakes in definitions: all of them, each with its place and the line as it should be."""
    checks = [_named(name, workspace) for name in what] if what else [lambda: _everything(workspace)]
    surveys = [one() for one in checks]
    found = in_order(problem for survey in surveys for problem in survey.problems)
    typer.echo(to_json(found) if as_json else _report(found, sum(survey.files for survey in surveys)))
    if errors(found):
        raise typer.Exit(1)


def _everything(workspace: Path | None) -> Survey:
    """The definitions, and baton.yaml."""
    folder = find(workspace or Path.cwd())
    definitions = workspace_definitions(folder)
    survey = check_everything(definitions, STEP_TYPES)
    settings = _settings(folder)
    return Survey(_from_here(survey.problems, definitions) + settings.problems, survey.files + settings.files)


def _settings(folder: Path) -> Survey:
    return Survey(_from_here(check_settings(folder), folder), 1)


def _named(name: str, workspace: Path | None) -> Check:
    """What is to be checked, found before anything is: a file, or a process by its name."""
    path = Path(name)
    if path.is_file():
        return lambda: _settings(path.parent) if path.name == FILE else _file(path)
    folder = _definitions(workspace)
    process = folder / "processes" / f"{name}.yaml" if folder and path.name == name else path
    if not process.is_file():
        raise UserProblem(_missing(name, folder))
    return lambda: _file(process)


def _file(path: Path) -> Survey:
    return Survey(_from_here(check_file(path, STEP_TYPES), definitions_around(path)), 1)


def _definitions(workspace: Path | None) -> Path | None:
    try:
        return workspace_definitions(find(workspace or Path.cwd()))
    except WorkspaceError:
        return None


def _missing(name: str, folder: Path | None) -> str:
    known = sorted(p.stem for p in (folder / "processes").glob("*.yaml")) if folder else []
    near = suggest(name, known)
    out = f"; did you mean `{near}`?" if near else f"; the processes are {one_of(known, 20)}" if known else ""
    return f"there is no file or process {name}{out}"


def _from_here(found: tuple[Problem, ...], folder: Path) -> tuple[Problem, ...]:
    """Findings name a file as the person who reads them would, from where they are."""
    return tuple(replace(problem, file=_relative((folder / problem.file).resolve())) for problem in found)


def _relative(path: Path) -> str:
    here = Path.cwd().resolve()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _report(found: tuple[Problem, ...], files: int) -> str:
    wrong = sum(p.severity == "error" for p in found)
    counts = f"{files} file{'s' if files != 1 else ''} checked: " + (
        f"{wrong} error{'s' if wrong != 1 else ''}, {len(found) - wrong} warnings" if found else "no mistakes found"
    )
    return f"{render(found)}\n{counts}" if found else counts
