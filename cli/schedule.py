"""`baton schedule`."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.columns import columns
from cli.office import ask, ask_with
from cli.options import By, Json, Workspace, group
from cli.people import who
from cli.place import settings_of
from cli.show import moment, print_json, say
from engine.desk.schedules import ScheduleLine

app = group()
Process = Annotated[str, typer.Argument(metavar="PROCESS", help="The process's id.")]
Trigger = Annotated[str, typer.Argument(metavar="TRIGGER", help="The trigger's id, from `baton schedule`.")]


@app.callback(invoke_without_command=True, epilog="Examples: baton schedule | baton schedule pause report monday")
def schedules(context: typer.Context, as_json: Json = False, workspace: Workspace = None) -> None:
    """Schedules that start cases: without a command, what comes when."""
    if context.invoked_subcommand is None:
        show(as_json=as_json, workspace=workspace)


@app.command("list", epilog="Example: baton schedule list --json")
def show(as_json: Json = False, workspace: Workspace = None) -> None:
    """All schedules of the published processes, with their next times."""
    settings = settings_of(workspace)
    found = ask_with(settings, lambda desk: desk.schedules())
    if as_json:
        print_json([line._asdict() for line in found])
    elif found:
        zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
        typer.echo(columns(("Process", "Trigger", "When", "Next times"), [_row(line, zone, now) for line in found]))
    else:
        typer.echo("No published process has a schedule: a trigger of `type: schedule`.")


def _row(line: ScheduleLine, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    times = ", ".join(moment(at, zone, now) for at in line.next)
    return line.process, line.trigger, line.said, f"paused by {line.paused_by}" if line.paused_by else times


@app.command(epilog="Example: baton schedule pause monthly-report first_day")
def pause(process: Process, trigger: Trigger, by: By = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """Let the times of a schedule pass by until it is resumed."""
    ask(workspace, lambda desk: desk.pause_schedule(process, trigger, who(by, workspace)))
    _say(as_json, process, trigger, "paused", f"Paused. Go on: baton schedule resume {process} {trigger}")


@app.command(epilog="Example: baton schedule resume monthly-report first_day")
def resume(process: Process, trigger: Trigger, as_json: Json = False, workspace: Workspace = None) -> None:
    """Go on with a schedule's next time. Times that passed by are not made up for."""
    ask(workspace, lambda desk: desk.resume_schedule(process, trigger))
    _say(as_json, process, trigger, "resumed", "It goes on. See: baton schedule list")


@app.command(epilog="Example: baton schedule run monthly-report first_day")
def run(process: Process, trigger: Trigger, by: By = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """Start a schedule's case now, beside its times."""
    case = ask(workspace, lambda desk: desk.run_schedule(process, trigger, who(by, workspace)))
    _say(as_json, process, trigger, case, f"Started {case}")


def _say(as_json: bool, process: str, trigger: str, done: str, words: str) -> None:
    say({"process": process, "trigger": trigger, "done": done}, words, as_json)
