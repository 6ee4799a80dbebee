"""`baton mark-done`."""

from cli.operate import operate
from cli.options import By, Case, Json, Reason, Step, ValuesGiven, Workspace, group, pairs

app = group()


@app.command(
    epilog="Examples: baton mark-done client-onboarding-k3f7q2abcd review --value outcome=accept "
    "| baton mark-done client-onboarding-k3f7q2abcd workspace --value result.id=nw-1 --reason 'created by hand'"
)
def mark_done(
    case: Case,
    step: Step,
    value: ValuesGiven = [],  # noqa: B006 - Typer makes a new list for every call
    reason: Reason = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Take an open step as done, with the values that later steps need from it."""
    operate(workspace, case, step, "mark_done", by, as_json, pairs(value, "--value"), reason)
