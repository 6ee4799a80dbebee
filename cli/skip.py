"""`baton skip`."""

from typing import Annotated

import typer

from cli.operate import operate
from cli.options import By, Case, Json, Step, Workspace, group, pairs

app = group()


@app.command(epilog="Example: baton skip client-onboarding-k3f7q2abcd workspace --value result.id=nw-1")
def skip(
    case: Case,
    step: Step,
    value: Annotated[
        list[str], typer.Option("--value", help="NAME=VALUE: a result in its place, such as result.id=nw-1.")
    ] = [],  # noqa: B006
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Leave a step out and go on after it. Later steps find the given values where its result would be."""
    operate(workspace, case, step, "skip", by, as_json, pairs(value, "--value"))
