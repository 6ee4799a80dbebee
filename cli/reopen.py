"""`baton reopen`."""

from cli.operate import intervene
from cli.options import By, Case, Json, Reason, Step, Workspace, group
from cli.people import who

app = group()


@app.command(epilog="Example: baton reopen client-onboarding-k3f7q2abcd review --reason 'the figures have changed'")
def reopen(
    case: Case, step: Step, reason: Reason = "", by: By = "", as_json: Json = False, workspace: Workspace = None
) -> None:
    """Send a case back to a step that has finished. It and everything after it is done anew; mails go out again."""
    said = f"Asked to send the case back to {step}"
    more = {"step": step, "asked": "reopen"}
    intervene(workspace, case, said, as_json, lambda desk: desk.reopen(case, step, who(by, workspace), reason), **more)
