"""`baton resume`."""

from cli.operate import intervene
from cli.options import By, Case, Json, Workspace, group
from cli.people import who

app = group()


@app.command(epilog="Example: baton resume client-onboarding-k3f7q2abcd")
def resume(case: Case, by: By = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """Let a paused case go on, with everything that arrived meanwhile."""
    said = "Asked to let the case go on"
    intervene(workspace, case, said, as_json, lambda desk: desk.resume(case, who(by, workspace)), asked="resume")
