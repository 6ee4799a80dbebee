"""`baton check`."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated, Literal

import typer

from cli.checked import Asked, asked
from cli.options import Json, Workspace, group
from cli.unpublished import unpublished
from engine.editor.sarif import sarif
from engine.language.problems import errors, render, to_json
from engine.language.survey import Survey

app = group()
Format = Literal["text", "json", "sarif"]


@app.command(
    epilog="Examples: baton check | baton check client-onboarding | baton check definitions/forms/client-welcome.yaml"
    " | baton check --format sarif > findings.sarif"
)
def check(
    what: Asked = None,
    as_json: Json = False,
    shape: Annotated[Format, typer.Option("--format", help="SARIF is for code hosting and review tools.")] = "text",
    workspace: Workspace = None,
) -> None:
    """Find mistakes in definitions: all of them, each with its place and the line as it should be."""
    survey = asked(what, workspace)({})
    typer.echo(_SHAPES["json" if as_json else shape](survey))
    if errors(survey.problems):
        raise typer.Exit(1)
    if shape == "text" and not as_json:
        for note in unpublished(workspace):
            typer.echo(note, err=True)


def _text(survey: Survey) -> str:
    found, files = survey.problems, survey.files
    wrong = sum(p.severity == "error" for p in found)
    counts = f"{files} file{'s' if files != 1 else ''} checked: " + (
        f"{wrong} error{'s' if wrong != 1 else ''}, {len(found) - wrong} warnings" if found else "no mistakes found"
    )
    return f"{render(found)}\n{counts}" if found else counts


_SHAPES: dict[Format, Callable[[Survey], str]] = {
    "text": _text,
    "json": lambda survey: to_json(survey.problems),
    "sarif": lambda survey: sarif(survey.problems, version("baton")),
}
