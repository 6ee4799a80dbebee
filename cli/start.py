"""`baton start`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.office import set_going
from cli.options import By, Inputs, Json, Workspace, group, pairs
from cli.people import who
from cli.problem import UserProblem
from cli.show import print_json
from engine.desk import Started
from engine.desk.desk import Desk

app = group()
EXAMPLES = (
    "Examples: baton start client-onboarding -i company=Acme -i contact='Ann Lee' -i email=ann@acme.test "
    "-i account_manager=sam -i deal_value='12,000 GBP' | baton start client-onboarding --inputs acme.json"
)

NOTE = (
    "note: the files say something else than version {version} of {process}, which this case runs. "
    "To see it: baton diff {process}. To let new cases have it: baton publish {process}"
)


@app.command(epilog=EXAMPLES)
def start(
    process: Annotated[str, typer.Argument(metavar="PROCESS", help="The process's id, from `baton processes`.")],
    given: Inputs = [],  # noqa: B006 - Typer makes a new list for every call
    inputs: Annotated[Path | None, typer.Option("--inputs", help="A JSON file with inputs by name.")] = None,
    version: Annotated[int | None, typer.Option(help="Another version than the live one, such as a draft.")] = None,
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Start a case. Inputs are checked; everything that is missing or wrong is named."""
    raw = {**(_file(inputs) if inputs else {}), **pairs(given)}
    started, edited = set_going(workspace, lambda desk: _start(desk, process, raw, who(by, workspace), version))
    if edited:
        typer.echo(NOTE.format(process=process, version=edited), err=True)
    if as_json:
        print_json(started)
    elif started.existing:
        typer.echo(f"A case with this key is running already: {started.case}. Nothing was started.")
    elif started.queued:
        typer.echo(f"A case with this key is running; {started.case} begins when it has ended.")
    else:
        typer.echo(f"Started {started.case}\nSee how it goes: baton status {started.case}")


async def _start(
    desk: Desk, process: str, raw: Mapping[str, Any], by: str, version: int | None
) -> tuple[Started, int | None]:
    """The case; and the live version, where somebody may wonder why the case does not do what the file says."""
    started = await desk.start(process, raw, by=by, version=version)
    return started, None if version is not None else await desk.edited(process)


def _file(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise UserProblem(f"{path} cannot be read: {problem.strerror}") from problem
    except ValueError as problem:
        raise UserProblem(f"{path} is not JSON: {problem}") from problem
    if not isinstance(found, dict):
        raise UserProblem(f'{path} must hold inputs by name, such as {{"company": "Acme"}}')
    return found
