"""Running a command that is written with Typer. Loaded late: Typer brings pydantic, which takes 60 ms."""

from collections.abc import Sequence

import typer
from typer.main import get_command

from cli.help import plain


def run(app: typer.Typer, name: str, args: Sequence[str]) -> int:
    """Run it; its exit code. A wrong command line is the user's problem."""
    try:
        plain(get_command(app)).main(list(args), prog_name=name)
    except SystemExit as end:
        return 1 if end.code else 0
    return 0
