"""`baton explain`."""

from textwrap import fill, indent
from typing import Annotated

import typer

from cli.options import Json, group
from cli.problem import UserProblem
from cli.show import print_json
from engine.language.explain import Page, explain, families, pages
from engine.language.problems import suggest

app = group()
WIDTH = 88


@app.command("explain", epilog="Examples: baton explain E031 | baton explain")
def explain_(
    code: Annotated[str, typer.Argument(metavar="[CODE]", help="A finding's code; without it all of them.")] = "",
    as_json: Json = False,
) -> None:
    """What a finding's code means, why it is asked for, and how it is put right."""
    if as_json:
        print_json(_page(code) if code else list(pages().values()))
    elif code:
        typer.echo(_shown(_page(code)))
    else:
        listed = ("\n".join((name, *(f"  {p.code}  {p.title}" for p in found))) for name, found in families().items())
        typer.echo("\n\n".join(listed))


def _page(code: str) -> Page:
    found = explain(code)
    if found is None:
        near = suggest(code.upper(), pages())
        raise UserProblem(
            f"there is no finding `{code}`" + (f"; did you mean {near}?" if near else "; `baton explain` lists them")
        )
    return found


def _shown(page: Page) -> str:
    why = fill(" ".join(page.why.split()), WIDTH)
    examples = f"Wrong:\n\n{indent(page.wrong.rstrip(), '    ')}\n\nRight:\n\n{indent(page.right.rstrip(), '    ')}"
    return f"{page.code}: {page.title}\n\n{why}\n\n{examples}"
