"""`baton skip`."""

from cli.operate import operate
from cli.options import By, Case, Json, Reason, Step, ValuesGiven, Workspace, group, pairs

app = group()


@app.command(epilog="Example: baton skip client-onboarding-k3f7q2abcd workspace --value result.id=nw-1")
def skip(
    case: Case,
    step: Step,
    value: ValuesGiven = [],  # noqa: B006 - Typer makes a new list for every call
    reason: Reason = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Leave a step out and go on after it. Later steps find the given values where its result would be."""
    operate(workspace, case, step, "skip", by, as_json, pairs(value, "--value"), reason)
