"""`baton forecast`."""

from datetime import datetime, tzinfo

import typer

from cli.office import ask
from cli.options import Case, Json, Workspace, group
from cli.show import print_json
from engine.preview.forecast import Forecast

app = group()


@app.command(epilog="Examples: baton forecast client-onboarding-k3f7q2abcd | baton forecast CASE --json")
def forecast(case: Case, as_json: Json = False, workspace: Workspace = None) -> None:
    """What a case does next if nobody acts, with dates and reasons."""
    found = ask(workspace, lambda desk: desk.forecast(case))
    if as_json:
        print_json({"case": found.case, "now": found.now, "coming": found.coming, "afterwards": found.afterwards})
        return
    for line in lines(found):
        typer.echo(line)


def lines(found: Forecast) -> list[str]:
    """The forecast as people read it."""
    said = ["If nobody acts:"] if found.coming else []
    for coming in found.coming:
        why = f", because {coming.why}" if coming.why else ""
        said.append(f"  {_moment(coming.at, found.zone, found.now):<22} {coming.what}{why}")
    return [*said, *([""] if said else []), found.afterwards]


def _moment(at: datetime, zone: tzinfo, now: datetime) -> str:
    """`Thu 5 Mar 10:00`, with the year where it is another one."""
    local = at.astimezone(zone)
    year = f" {local.year}" if local.year != now.astimezone(zone).year else ""
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"
