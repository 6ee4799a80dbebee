"""`baton link`."""

from typing import Annotated

import typer

from cli.office import ask
from cli.options import Case, Json, Workspace, group
from cli.people import who
from cli.show import print_json

app = group()

_STEP = "A waiting step with a page, or a handler with a form; without: the case's own page."


@app.command(
    epilog="Examples: baton link client-onboarding-k3f7q2abcd welcome "
    "| baton link client-onboarding-k3f7q2abcd client_withdraws --for ann@acme.test"
)
def link(
    case: Case,
    step: Annotated[str, typer.Argument(metavar="[STEP]", help=_STEP)] = "",
    recipient: Annotated[str, typer.Option("--for", help="Whose page: an email address.")] = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """The address of a step's page for one person: to send it again, or by another way.

    Without a step it is the case's own page, for a colleague: where it stands, and what happens next.
    """
    if step:
        url = ask(workspace, lambda desk: desk.page_link(case, step, recipient))
    else:
        url = ask(workspace, lambda desk: desk.case_link(case, recipient or who("", workspace)))
    if as_json:
        print_json({"url": url})
    else:
        typer.echo(url)
