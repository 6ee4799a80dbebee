"""`baton tasks`."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.columns import columns
from cli.office import ask_with
from cli.options import Json, Workspace, group
from cli.people import team
from cli.people import user as known
from cli.place import settings_of
from cli.show import moment, print_json
from engine.store.rows import TaskRow

app = group()
HEADER = ("Task", "Title", "For", "Due", "Open since", "Case")


@app.command(epilog="Examples: baton tasks | baton tasks --user sam | baton tasks --group legal")
def tasks(
    user: Annotated[str | None, typer.Option("--user", help="Only what this user may do, also with a team.")] = None,
    group: Annotated[str | None, typer.Option("--group", help="Only tasks of this group.")] = None,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Open tasks: what was put aside until now, then by priority, the oldest first."""
    settings = settings_of(workspace)
    one, several = user and known(user, workspace), group and team(group, workspace)
    found = ask_with(settings, lambda desk: desk.tasks(one, several))
    if as_json:
        print_json(found)
    elif not found:
        typer.echo("No open tasks.")
    else:
        zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
        typer.echo(columns(HEADER, [_cells(row, zone, now) for row in found]))


def _cells(row: TaskRow, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    task = row.task
    whose = task.progress or task.assignee or ", ".join((*task.users, *task.groups))
    due = moment(task.due, zone, now)
    late = " (late)" if task.due and task.due < now else ""
    title = task.title if task.priority == "normal" else f"{task.title} ({task.priority})"
    return task.id, title, whose, due + late, moment(task.opened_at, zone, now), f"{row.case_title} ({row.case})"
