"""`baton add-task`."""

from typing import Annotated

import typer

from cli.operate import intervene
from cli.options import By, Case, Json, Workspace, group
from cli.people import team as known_team
from cli.people import user, who

app = group()


@app.command(
    epilog="Examples: baton add-task client-onboarding-k3f7q2abcd 'Call Ann' --to sam --due '2026-05-04 12:00' "
    "| baton add-task client-onboarding-k3f7q2abcd 'Check the figures' --group finance --blocking"
)
def add_task(
    case: Case,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What is to do.")],
    to: Annotated[str, typer.Option("--to", help="Who does it: a user's id.")] = "",
    team: Annotated[str, typer.Option("--group", help="Who may take it: a group's id.")] = "",
    due: Annotated[str, typer.Option("--due", help="Until when, as in '2026-05-04 12:00'.")] = "",
    description: Annotated[str, typer.Option("--description", help="What helps to do it.")] = "",
    blocking: Annotated[bool, typer.Option("--blocking", help="The case does not end before it is done.")] = False,
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Give a running case another task."""
    whose = {"assignee": to and user(to, workspace), "group": team and known_team(team, workspace)}
    given = {**whose, "due": due, "description": description, "by": who(by, workspace)}
    said = f"Asked to add the task {title}"
    intervene(
        workspace, case, said, as_json, lambda d: d.add_task(case, title, blocking=blocking, **given), asked="add_task"
    )
