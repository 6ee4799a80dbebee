"""`baton check`."""

from pathlib import Path
from typing import Annotated

import typer

from activities import STEP_TYPES
from cli.options import Json, Workspace, group
from cli.problem import UserProblem
from engine.language.compiler import check_file
from engine.language.problems import Problem, errors, in_order, render, to_json
from engine.workspace import find

app = group()


@app.command(epilog="Examples: baton check | baton check definitions/processes/client-onboarding.yaml")
def check(
    files: Annotated[list[Path], typer.Argument(metavar="[FILE]...", help="Without: all processes and tests.")] = [],  # noqa: B006
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Find mistakes in definitions: all of them, each with its place and the line as it should be."""
    wanted = files or _processes(workspace)
    for file in wanted:
        if not file.is_file():
            raise UserProblem(f"there is no file {file}")
    found = in_order(problem for file in wanted for problem in check_file(file, STEP_TYPES))
    typer.echo(to_json(found) if as_json else _report(found, len(wanted)))
    if errors(found):
        raise typer.Exit(1)


def _processes(workspace: Path | None) -> list[Path]:
    definitions = find(workspace or Path.cwd()) / "definitions"
    return [file for folder in ("processes", "tests") for file in sorted((definitions / folder).glob("*.yaml"))]


def _report(found: tuple[Problem, ...], files: int) -> str:
    wrong = sum(p.severity == "error" for p in found)
    counts = f"{files} file{'s' if files != 1 else ''} checked: " + (
        f"{wrong} error{'s' if wrong != 1 else ''}, {len(found) - wrong} warnings" if found else "no mistakes found"
    )
    return f"{render(found)}\n{counts}" if found else counts
