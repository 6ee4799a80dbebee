"""`baton explain-process`."""

from typing import Annotated

import typer

from cli.definition import Definition, plan_of
from cli.options import Json, Workspace, group
from cli.show import print_json
from engine.preview.retelling import retell
from engine.preview.writing import as_markdown, as_text

app = group()


@app.command(
    epilog="Examples: baton explain-process client-onboarding | "
    "baton explain-process definitions/processes/client-onboarding.yaml --markdown"
)
def explain_process(
    definition: Definition,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write Markdown, to put it into a page.")] = False,
    as_json: Json = False,
    workspace: Workspace = None,
) -> None:
    """Retell a process in plain sentences: who gets what, who decides, how long is waited, how it can end."""
    told = retell(plan_of(definition, workspace))
    if as_json:
        print_json(told)
        return
    typer.echo(as_markdown(told) if markdown else as_text(told), nl=False)
