"""`baton pause`."""

from typing import Annotated

import typer

from cli.operate import intervene
from cli.options import By, Case, Json, Reason, Workspace, group
from cli.people import who
from cli.problem import UserProblem
from engine.desk.interventions import Timeouts

app = group()
CHOICES: dict[str, Timeouts] = {"keep": "keep", "freeze": "freeze"}


@app.command(
    epilog="Examples: baton pause client-onboarding-k3f7q2abcd --reason 'they are moving house' "
    "| baton pause client-onboarding-k3f7q2abcd --timeouts freeze"
)
def pause(
    case: Case,
    timeouts: Annotated[
        str, typer.Option("--timeouts", help="keep: what fell due happens on resume; freeze: all times come later.")
    ] = "keep",
    reason: Reason = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Let a case rest: nothing goes out, and what arrives is kept until `baton resume`."""
    if timeouts not in CHOICES:
        raise UserProblem(f"`--timeouts {timeouts}` is not known; write keep or freeze")
    said, chosen = "Asked to pause the case", CHOICES[timeouts]
    intervene(
        workspace, case, said, as_json, lambda d: d.pause(case, chosen, who(by, workspace), reason), asked="pause"
    )
