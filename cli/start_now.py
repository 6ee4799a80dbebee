"""`baton start-now`."""

from cli.operate import intervene
from cli.options import By, Case, Json, Workspace, group
from cli.people import who

app = group()


@app.command(epilog="Example: baton start-now client-onboarding-k3f7q2abcd")
def start_now(case: Case, by: By = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """Let a case begin that waits for another one of the same key to end."""
    said = "It begins now, beside the one that it waited for"
    intervene(workspace, case, said, as_json, lambda desk: desk.start_now(case, who(by, workspace)), asked="start_now")
