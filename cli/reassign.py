"""`baton reassign`."""

from typing import Annotated

import typer

from cli.office import ask
from cli.options import By, Json, Workspace, group
from cli.people import team as known_team
from cli.people import user, who
from cli.show import say

app = group()


@app.command(epilog="Examples: baton reassign 4f09c2ab17 --to helen | baton reassign 4f09c2ab17 --group finance")
def reassign(
    task: Annotated[str, typer.Argument(metavar="ID", help="The task's id, from `baton tasks`.")],
    to: Annotated[str, typer.Option("--to", help="Who does it: a user's id.")] = "",
    team: Annotated[str, typer.Option("--group", help="Who may take it: a group's id.")] = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Give an open task to somebody else. They get its message, if it has one."""
    one, several, me = to and user(to, workspace), team and known_team(team, workspace), who(by, workspace)
    ask(workspace, lambda desk: desk.reassign(task, assignee=one, group=several, by=me))
    text = f"Asked to give the task to {one or several}. See: baton task show {task}"
    say({"task": task, "assignee": one, "group": several}, text, as_json)
