"""`baton stop`."""

from cli.operate import intervene
from cli.options import By, Case, Json, Reason, Workspace, group
from cli.people import who

app = group()


@app.command(epilog="Example: baton stop client-onboarding-k3f7q2abcd --reason 'the client has gone elsewhere'")
def stop(case: Case, reason: Reason = "", by: By = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """End a case now, with the outcome `stopped`. Nothing more is sent, open tasks are closed."""
    intervene(
        workspace,
        case,
        "Asked to stop the case",
        as_json,
        lambda d: d.stop(case, who(by, workspace), reason),
        asked="stop",
    )
