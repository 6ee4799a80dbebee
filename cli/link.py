"""`baton link`."""

from typing import Annotated

import typer

from cli.office import ask
from cli.options import Case, Json, Workspace, group
from cli.show import print_json

app = group()


@app.command(
    epilog="Examples: baton link client-onboarding-k3f7q2abcd welcome "
    "| baton link client-onboarding-k3f7q2abcd client_withdraws --for ann@acme.test"
)
def link(
    case: Case,
    step: Annotated[str, typer.Argument(metavar="STEP", help="A waiting step with a page, or a handler with a form.")],
    recipient: Annotated[str, typer.Option("--for", help="Whose page: an email address.")] = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """The address of a step's page for one person: to send it again, or by another way."""
    url = ask(workspace, lambda desk: desk.page_link(case, step, recipient))
    if as_json:
        print_json({"url": url})
    else:
        typer.echo(url)
