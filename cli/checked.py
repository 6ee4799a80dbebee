"""What `baton check` and `baton fix` look at: a workspace, files, or processes by name."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from activities import STEP_TYPES
from cli.problem import UserProblem
from engine.language.compiler import check_file
from engine.language.library import Buffers, definitions_around, workspace_definitions
from engine.language.problems import Problem, all_of, in_order, suggest
from engine.language.survey import Survey, check_everything
from engine.settings import check_settings
from engine.workspace import FILE, WorkspaceError, find

Asked = Annotated[list[str] | None, typer.Argument(metavar="[PROCESS|FILE]...", help="Without: the whole workspace.")]
Check = Callable[[Buffers], Survey]


def asked(what: list[str] | None, workspace: Path | None) -> Check:
    """What is to be checked, found before anything is; its findings name files as they are seen from here."""
    checks = [_named(name, workspace) for name in what] if what else [lambda buffers: _everything(workspace, buffers)]

    def check(buffers: Buffers) -> Survey:
        surveys = [one(buffers) for one in checks]
        return Survey(in_order(p for survey in surveys for p in survey.problems), sum(s.files for s in surveys))

    return check


def _everything(workspace: Path | None, buffers: Buffers) -> Survey:
    """The definitions, and baton.yaml."""
    folder = find(workspace or Path.cwd())
    definitions = workspace_definitions(folder)
    survey = check_everything(definitions, STEP_TYPES, buffers)
    settings = _settings(folder, buffers)
    return Survey(_from_here(survey.problems, definitions) + settings.problems, survey.files + settings.files)


def _settings(folder: Path, buffers: Buffers) -> Survey:
    text = buffers.get((folder / FILE).resolve())
    return Survey(_from_here(check_settings(folder, text), folder), 1)


def _named(name: str, workspace: Path | None) -> Check:
    """A file, or a process by its name."""
    path = Path(name)
    if path.is_file():
        return lambda buffers: _settings(path.parent, buffers) if path.name == FILE else _file(path, buffers)
    folder = _definitions(workspace)
    process = folder / "processes" / f"{name}.yaml" if folder and path.name == name else path
    if not process.is_file():
        raise UserProblem(_missing(name, folder))
    return lambda buffers: _file(process, buffers)


def _file(path: Path, buffers: Buffers) -> Survey:
    return Survey(_from_here(check_file(path, STEP_TYPES, buffers), definitions_around(path)), 1)


def _definitions(workspace: Path | None) -> Path | None:
    try:
        return workspace_definitions(find(workspace or Path.cwd()))
    except WorkspaceError:
        return None


def _missing(name: str, folder: Path | None) -> str:
    known = sorted(p.stem for p in (folder / "processes").glob("*.yaml")) if folder else []
    near = suggest(name, known)
    out = f"; did you mean `{near}`?" if near else f"; the processes are {all_of(known, 20)}" if known else ""
    return f"there is no file or process {name}{out}"


def _from_here(found: tuple[Problem, ...], folder: Path) -> tuple[Problem, ...]:
    """Findings name a file as the person who reads them would, from where they are."""
    return tuple(replace(problem, file=relative((folder / problem.file).resolve())) for problem in found)


def relative(path: Path) -> str:
    """A file as it is seen from here."""
    here = Path.cwd().resolve()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
