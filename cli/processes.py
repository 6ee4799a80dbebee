"""`baton processes`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import typer

from cli.columns import columns
from cli.office import ask_with
from cli.options import Json, Workspace, group
from cli.place import settings_of
from cli.show import moment, print_json

app = group()


@app.command(epilog="Example: baton processes")
def processes(as_json: Json = False, workspace: Workspace = None) -> None:
    """The published processes: a new case runs the live version, a running one keeps its own."""
    settings = settings_of(workspace)
    found = ask_with(settings, lambda desk: desk.processes())
    if as_json:
        print_json([{"process": p.process, "version": p.version, "published_at": p.published_at} for p in found])
        return
    zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
    rows = [(p.process, str(p.version), moment(p.published_at, zone, now), p.author) for p in found]
    typer.echo(columns(("Process", "Version", "Published", "By"), rows) if found else "None yet: baton publish")
