"""`baton stop`."""

from typing import Annotated

import typer

from cli.operate import operate
from cli.options import By, Case, Json, Workspace, group

app = group()


@app.command(epilog="Example: baton stop client-onboarding-k3f7q2abcd")
def stop(
    case: Case,
    step: Annotated[str, typer.Argument(metavar="[STEP]", help="Where it stands; only for the record.")] = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """End a case now, with the outcome `stopped`. Nothing more is sent, open tasks are closed."""
    operate(workspace, case, step, "stop", by, as_json, {})
