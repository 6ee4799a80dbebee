"""`baton rollback`."""

from typing import Annotated

import typer

from cli.office import ask
from cli.options import By, Json, Message, Workspace, author, group
from cli.released import tell

app = group()


@app.command(epilog="Examples: baton rollback client-onboarding | baton rollback client-onboarding 2 -m 'Wrong price'")
def rollback(
    process: Annotated[str, typer.Argument(metavar="PROCESS", help="The process's id, from `baton processes`.")],
    version: Annotated[int | None, typer.Argument(metavar="[VERSION]", help="Without: the one before.")] = None,
    message: Message = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Let new cases have an older version again. Running cases keep the version they have."""
    tell(ask(workspace, lambda desk: desk.rollback(process, version, by=author(by), message=message)), as_json)
