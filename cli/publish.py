"""`baton publish`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.office import ask
from cli.options import By, Json, Message, Workspace, author, group
from cli.problem import UserProblem
from cli.released import tell
from cli.show import print_json
from engine.desk import Published
from engine.desk.desk import Desk

app = group()


EXAMPLES = (
    "Examples: baton publish | baton publish client-onboarding -m 'Ask for the VAT number' | "
    "baton publish client-onboarding --draft | baton publish client-onboarding --release 3"
)
ONE = "name one process, such as: baton publish client-onboarding --release 3"


@app.command(epilog=EXAMPLES)
def publish(
    names: Annotated[list[str], typer.Argument(metavar="[PROCESS]...", help="Without names: all of them.")] = [],  # noqa: B006
    message: Message = "",
    draft: Annotated[bool, typer.Option("--draft", help="Keep it as a version that new cases do not get yet.")] = False,
    release: Annotated[int | None, typer.Option(help="Let new cases have this version, such as a draft.")] = None,
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Check definitions and make them available to new cases. Running cases keep the version they have."""
    if release is not None:
        _release(workspace, names, release, author(by), message, as_json)
        return
    published = ask(workspace, lambda desk: _all(desk, tuple(names), author(by), message, draft))
    if as_json:
        print_json(published)
        return
    for one in published:
        typer.echo(f"{one.process} version {one.version}{_said(one)}")


async def _all(desk: Desk, names: tuple[str, ...], by: str, message: str, draft: bool) -> tuple[Published, ...]:
    wanted = names or desk.definitions()
    return tuple([await desk.publish(name, by=by, message=message, draft=draft) for name in wanted])


def _said(one: Published) -> str:
    if not one.live:
        return f" (draft; try it: baton start {one.process} --version {one.version})"
    return "" if one.changed else " (unchanged)"


def _release(workspace: Path | None, names: list[str], version: int, by: str, message: str, as_json: bool) -> None:
    if len(names) != 1:
        raise UserProblem(f"--release is of one process: {ONE}")
    released = ask(workspace, lambda desk: desk.release(names[0], version, by=by, message=message))
    tell(released, as_json)
