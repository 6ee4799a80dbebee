"""`baton retry`."""

from cli.operate import operate
from cli.options import By, Case, Json, Step, Workspace, group

app = group()


@app.command(epilog="Example: baton retry client-onboarding-k3f7q2abcd workspace")
def retry(case: Case, step: Step, by: By = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """Try a step again that could not go on. What was done before is not repeated."""
    operate(workspace, case, step, "retry", by, as_json, {})
