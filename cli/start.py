"""`baton start`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.office import ask
from cli.options import By, Inputs, Json, Workspace, group, pairs, who
from cli.problem import UserProblem
from cli.show import print_json

app = group()
EXAMPLES = (
    "Examples: baton start client-onboarding -i company=Acme -i contact='Ann Lee' -i email=ann@acme.test "
    "-i account_manager=sam -i deal_value='12,000 GBP' | baton start client-onboarding --inputs acme.json"
)


@app.command(epilog=EXAMPLES)
def start(
    process: Annotated[str, typer.Argument(metavar="PROCESS", help="The process's id, from `baton processes`.")],
    given: Inputs = [],  # noqa: B006 - Typer makes a new list for every call
    inputs: Annotated[Path | None, typer.Option("--inputs", help="A JSON file with inputs by name.")] = None,
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Start a case. Inputs are checked; everything that is missing or wrong is named."""
    raw = {**(_file(inputs) if inputs else {}), **pairs(given)}
    started = ask(workspace, lambda desk: desk.start(process, raw, by=who(by)))
    if as_json:
        print_json(started)
    elif started.existing:
        typer.echo(f"A case with this key is running already: {started.case}. Nothing was started.")
    else:
        typer.echo(f"Started {started.case}\nSee how it goes: baton status {started.case}")


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
