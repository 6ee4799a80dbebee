"""`baton release`."""

from cli.hold import Class, Sender
from cli.office import set_going
from cli.options import Json, Workspace, group
from cli.show import say

app = group()


@app.command(epilog="Examples: baton release | baton release --class marketing")
def release(class_: Class = "", sender: Sender = "", as_json: Json = False, workspace: Workspace = None) -> None:
    """Let mails that are on hold leave, in the order in which they were written."""
    known = set_going(workspace, lambda desk: desk.release_mail(class_, sender))
    say(known, f"Released: {known.scope}, on hold since {known.since:%Y-%m-%d %H:%M} UTC. See: baton outbox", as_json)
