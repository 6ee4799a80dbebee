"""`baton migrate`."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from cli.office import ask
from cli.options import By, Json, Workspace, group, pairs
from cli.people import who
from cli.problem import UserProblem
from cli.show import print_json, say
from cli.verdicts import report, told
from engine.desk.desk import Desk
from engine.desk.migrations import Outlook, Result
from engine.shelf import Edition

app = group()
EXAMPLES = (
    "Examples: baton migrate client-onboarding --plan | baton migrate client-onboarding --plan --map review=check | "
    "baton migrate client-onboarding --apply | baton migrate client-onboarding --apply --case client-onboarding-k3f7q2"
)
Outlooks = tuple[Edition, tuple[Outlook, ...]]


@app.command(epilog=EXAMPLES)
def migrate(
    process: Annotated[str, typer.Argument(metavar="PROCESS", help="The process's id, from `baton processes`.")],
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say what would become of each case (the default).")
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Do it, and stop at the first surprise.")] = False,
    to: Annotated[int | None, typer.Option(help="The version to move to; the live one if not said.")] = None,
    maps: Annotated[list[str], typer.Option("--map", help="OLD=NEW: a step that has another id now.")] = [],  # noqa: B006
    only: Annotated[list[str], typer.Option("--case", help="Only this case; as often as needed.")] = [],  # noqa: B006
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Let running cases go on with another version of their process. What they have done is not done again, and what
    they wait for keeps its deadlines and its links."""
    if plan and apply:
        raise UserProblem("--plan only looks, and --apply does it: say one of them")
    names = pairs(maps, "--map")
    if apply:
        _apply(workspace, process, to, names, only, who(by, workspace), as_json)
        return
    edition, seen = ask(workspace, lambda desk: _look(desk, process, to, names, only))
    print_json({"version": edition.version, "cases": seen}) if as_json else typer.echo(report(edition, seen))


async def _look(desk: Desk, process: str, to: int | None, names: Mapping[str, str], only: list[str]) -> Outlooks:
    with _progress() as progress:
        task = progress.add_task("Looking", total=None)
        return await desk.outlook(process, to, names, only, lambda n, of: progress.update(task, completed=n, total=of))


def _apply(
    workspace: Path | None,
    process: str,
    to: int | None,
    names: Mapping[str, str],
    only: list[str],
    by: str,
    as_json: bool,
) -> None:
    edition, results = ask(workspace, lambda desk: _carry_out(desk, process, to, names, only, by))
    say({"version": edition.version, "cases": results}, told(edition, results), as_json)
    if any(result.outcome == "surprise" for result in results):
        raise typer.Exit(1)


async def _carry_out(
    desk: Desk, process: str, to: int | None, names: Mapping[str, str], only: list[str], by: str
) -> tuple[Edition, list[Result]]:
    edition, seen = await _look(desk, process, to, names, only)
    results = []
    with _progress() as progress:
        task = progress.add_task("Moving", total=len(seen))
        async for result in desk.move(edition, seen, names, by):
            results.append(result)
            progress.advance(task)
    return edition, results


def _progress() -> Progress:
    """Shown where somebody looks."""
    return Progress(console=Console(file=sys.stderr), transient=True, disable=not sys.stderr.isatty())
