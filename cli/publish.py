"""`baton publish`."""

from typing import Annotated

import typer

from cli.office import ask
from cli.options import By, Json, Workspace, group, who
from cli.show import print_json
from engine.desk import Published
from engine.desk.desk import Desk

app = group()


@app.command(epilog="Examples: baton publish | baton publish client-onboarding")
def publish(
    names: Annotated[list[str], typer.Argument(metavar="[PROCESS]...", help="Without names: all of them.")] = [],  # noqa: B006
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Check definitions and make them available to new cases. Running cases keep the version they have."""
    published = ask(workspace, lambda desk: _all(desk, tuple(names), who(by)))
    if as_json:
        print_json(published)
        return
    for one in published:
        typer.echo(f"{one.process} version {one.version}{'' if one.changed else ' (unchanged)'}")


async def _all(desk: Desk, names: tuple[str, ...], by: str) -> tuple[Published, ...]:
    return tuple([await desk.publish(name, by=by) for name in names or desk.definitions()])
