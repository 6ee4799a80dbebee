"""`baton do-now`."""

from cli.operate import operate
from cli.options import By, Case, Json, Step, Workspace, group

app = group()


@app.command(epilog="Example: baton do-now client-onboarding-k3f7q2abcd thirty_days")
def do_now(case: Case, step: Step, by: By = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """Let the next thing of a waiting step come now: a reminder, its time, its timeout."""
    operate(workspace, case, step, "do_now", by, as_json, {})
