"""`baton start`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.bulk import Wanted, start_all
from cli.office import set_going
from cli.options import By, Inputs, Json, Workspace, group, pairs
from cli.people import who
from cli.problem import UserProblem
from cli.show import print_json
from engine.desk import Started
from engine.desk.desk import Desk

app = group()
Process = Annotated[str, typer.Argument(metavar="PROCESS", help="The process's id, from `baton processes`.")]
File = Annotated[Path | None, typer.Option("--inputs", help="A JSON file with inputs by name.")]
Version = Annotated[int | None, typer.Option(help="Another version than the live one, such as a draft.")]
Table = Annotated[Path | None, typer.Option("--csv", help="A table: each row is a case, each column an input.")]
Maps = Annotated[list[str], typer.Option("--map", help="With --csv: COLUMN=INPUT; without an input: leave it out.")]
Check = Annotated[bool, typer.Option("--check", help="With --csv: say what is wrong, start nothing.")]
SkipInvalid = Annotated[bool, typer.Option(help="With --csv: start the rows that are right.")]
StartSuppressed = Annotated[bool, typer.Option(help="With --csv: also those who may not be written to.")]
OtherColumns = Annotated[bool, typer.Option(help="With --csv: leave out what is no input.")]
BatchName = Annotated[str, typer.Option(help="With --csv: another run of the same rows has another name.")]
Encoding = Annotated[str, typer.Option(help="With --csv: such as cp1252, where it is not found out.")]
Delimiter = Annotated[str, typer.Option(help="With --csv: between cells, where it is not found out.")]
Report = Annotated[Path | None, typer.Option(help="With --csv: where the report goes; else beside the file.")]
EXAMPLES = (
    "Examples: baton start client-onboarding -i company=Acme -i contact='Ann Lee' -i email=ann@acme.test "
    "-i account_manager=sam -i deal_value='12,000 GBP' | baton start client-onboarding --inputs acme.json "
    "| baton start client-onboarding --csv leads.csv --map 'E-mail=email' --check"
)

NOTE = (
    "note: the files say something else than version {version} of {process}, which this case runs. "
    "To see it: baton diff {process}. To let new cases have it: baton publish {process}"
)


@app.command(epilog=EXAMPLES)
def start(
    process: Process,
    given: Inputs = [],  # noqa: B006 - Typer makes a new list for every call
    inputs: File = None,
    version: Version = None,
    by: By = "",
    csv: Table = None,
    maps: Maps = [],  # noqa: B006 - Typer makes a new list for every call
    check: Check = False,
    skip_invalid: SkipInvalid = False,
    start_suppressed: StartSuppressed = False,
    ignore_other_columns: OtherColumns = False,
    batch: BatchName = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    report: Report = None,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Start a case. Inputs are checked; everything that is missing or wrong is named.

    With --csv each row of a table starts a case. If a row is wrong nothing starts, unless --skip-invalid says so. The
    same file again starts only what is left: rows that are equal count once for each file name, or --batch.
    """
    if csv is not None:
        start_all(
            Wanted(
                process=process,
                file=csv,
                maps=pairs(maps, "--map"),
                batch=batch,
                by=who(by, workspace),
                version=version,
                only_check=check,
                skip_invalid=skip_invalid,
                start_suppressed=start_suppressed,
                ignore_others=ignore_other_columns,
                encoding=encoding,
                separator=delimiter,
                report=report,
                as_json=as_json,
                workspace=workspace,
            )
        )
        return
    raw = {**(_file(inputs) if inputs else {}), **pairs(given)}
    _start_one(workspace, process, raw, who(by, workspace), version, as_json)


def _start_one(
    workspace: Path | None, process: str, raw: Mapping[str, Any], by: str, version: int | None, as_json: bool
) -> None:
    started, edited = set_going(workspace, lambda desk: _start(desk, process, raw, by, version))
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
