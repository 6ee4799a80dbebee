"""`baton give`."""

from typing import Annotated

import typer

from cli.office import set_going
from cli.options import By, Case, Inputs, Json, Step, Workspace, group, pairs
from cli.people import who
from cli.show import say

app = group()


@app.command(epilog="Example: baton give client-onboarding-k3f7q2abcd booking by_phone -i starts_at='2026-03-09 14:00'")
def give(
    case: Case,
    step: Step,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="What has happened: the event's id in the step.")],
    given: Inputs = [],  # noqa: B006 - Typer makes a new list for every call
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Tell a waiting step what has happened, for events that staff may give by hand."""
    set_going(workspace, lambda desk: desk.give(case, step, event, pairs(given), by=who(by, workspace)))
    say({"case": case, "step": step, "event": event}, f"Given {event} to {step}. See: baton status {case}", as_json)
