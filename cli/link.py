"""`baton link`."""

from html import escape
from pathlib import Path
from typing import Annotated

import typer

from cli.office import ask
from cli.options import Case, Json, Workspace, group
from cli.people import who
from cli.show import print_json, say
from engine.language.problems import all_of

app = group()

_STEP = "A waiting step with a page, or a handler with a form; without: the case's own page."


@app.command(
    epilog="Examples: baton link client-onboarding-k3f7q2abcd welcome "
    "| baton link client-onboarding-k3f7q2abcd client_withdraws --for ann@acme.test | baton link enquiry --form"
)
def link(
    case: Case,
    step: Annotated[str, typer.Argument(metavar="[STEP]", help=_STEP)] = "",
    form: Annotated[bool, typer.Option("--form", help="CASE is a process, STEP its public form.")] = False,
    recipient: Annotated[str, typer.Option("--for", help="Whose page: an email address.")] = "",
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """The address of a step's page for one person: to send it again, or by another way.

    Without a step it is the case's own page, for a colleague: where it stands, and what happens next. With --form
    it is the public form that starts a process, with the lines that show it on another site.
    """
    if form:
        _form(case, step, as_json, workspace)
        return
    if step:
        url = ask(workspace, lambda desk: desk.page_link(case, step, recipient))
    else:
        url = ask(workspace, lambda desk: desk.case_link(case, recipient or who("", workspace)))
    say({"url": url}, url, as_json)


def _form(process: str, trigger: str, as_json: bool, workspace: Path | None) -> None:
    found = ask(workspace, lambda desk: desk.form_address(process, trigger))
    snippet = (
        f'<iframe src="{escape(found.url)}" title="{escape(found.title)}" loading="lazy" '
        'style="width:100%;height:48rem;border:0"></iframe>'
    )
    if as_json:
        print_json({"url": found.url, "embed": found.embed, "snippet": snippet if found.embed else ""})
    elif found.embed:
        typer.echo(f"{found.url}\n\nOn pages of {all_of(found.embed)}:\n{snippet}")
    else:
        typer.echo(
            f"{found.url}\n\nTo show it on another site, name that at the trigger: embed: [https://www.acme.example]"
        )
