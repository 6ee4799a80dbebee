"""`baton lsp`."""

from typing import Annotated

import typer

from activities import STEP_TYPES
from cli.language_server import BatonServer
from cli.options import group

app = group()


@app.command("lsp", epilog="Example: baton lsp")
def lsp(
    stdio: Annotated[bool, typer.Option("--stdio", help="Speak over stdin and stdout, which it does anyway.")] = True,
) -> None:
    """Help an editor with definitions: findings while you type, what each key is, names and types, where things are.

    Editors start it themselves. It speaks the Language Server Protocol over stdin and stdout.
    """
    BatonServer(STEP_TYPES).start_io()
