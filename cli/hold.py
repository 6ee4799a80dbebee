"""`baton hold`."""

from typing import Annotated

import typer

from cli.office import ask
from cli.options import By, Json, Reason, Workspace, group
from cli.people import who
from cli.show import print_json

app = group()
Class = Annotated[str, typer.Option("--class", help="Only mails of this class: marketing, process, staff ...")]
Sender = Annotated[str, typer.Option("--sender", help="Only mails of this sender of connections.yaml.")]


@app.command(epilog="Examples: baton hold --reason 'wrong price list' | baton hold --class marketing")
def hold(
    class_: Class = "",
    sender: Sender = "",
    reason: Reason = "",
    by: By = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Stop all sending at once. When this command has ended, nothing more leaves until `baton release`."""
    me = who(by, workspace)
    left = ask(workspace, lambda desk: desk.hold_mail(class_, sender, reason, by=me))
    what = f"class {class_}" if class_ else f"sender {sender}" if sender else "all"
    if as_json:
        print_json({"on_hold": what, "under_way": left})
        return
    options = f" --class {class_}" if class_ else f" --sender {sender}" if sender else ""
    typer.echo(f"On hold: {what}. What is written from now on waits. Let it go: baton release{options}")
    if left:
        typer.echo(f"{left} mails were being handed over and have not ended; see baton outbox list --state sending")
