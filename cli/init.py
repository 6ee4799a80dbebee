"""`baton init`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Json, group
from cli.schema import write_schemas
from cli.show import print_json
from engine.workspace import create

app = group()


@app.command(epilog="Example: baton init onboarding && cd onboarding && baton up")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new workspace; made if it is not there.")],
    as_json: Json = False,
) -> None:
    """Make a workspace with the shipped example: a client onboarding with its forms, mails and contract."""
    written = (*create(folder), *write_schemas(folder))
    if as_json:
        print_json({"workspace": folder.resolve(), "files": written})
        return
    typer.echo(f"Made {folder} with {len(written)} files.\n")
    typer.echo(f"  cd {folder}\n  baton check          look for mistakes\n  baton up             run everything here")
    typer.echo("  baton start --help   start a first case")
