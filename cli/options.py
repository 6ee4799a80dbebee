"""Options that many commands share, and what they mean."""

import getpass
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from cli.problem import UserProblem

Workspace = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", envvar="BATON_WORKSPACE", help="The workspace; this folder or one above it."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
By = Annotated[str, typer.Option("--by", envvar="BATON_USER", help="Who does this, as the timeline shows it.")]
Message = Annotated[str, typer.Option("--message", "-m", help="Why, in a sentence; kept with the version.")]
Case = Annotated[str, typer.Argument(metavar="CASE", help="The case's id, from `baton status`.")]
Step = Annotated[str, typer.Argument(metavar="STEP", help="The step's id, from `baton status CASE`.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, as the timeline shows it.")]
ValuesGiven = Annotated[
    list[str], typer.Option("--value", help="NAME=VALUE: a result in its place, such as result.id=nw-1.")
]
Inputs = Annotated[list[str], typer.Option("--input", "-i", help="NAME=VALUE; as often as needed.")]


def group(summary: str | None = None) -> typer.Typer:
    """A module's commands. Help is plain text: it reads the same in a pipe, and needs no Rich."""
    if summary is None:  # the docstring of the command, or of the callback, says it
        return typer.Typer(add_completion=False, rich_markup_mode=None)
    return typer.Typer(add_completion=False, rich_markup_mode=None, help=summary, no_args_is_help=True)


def author(by: str) -> str:
    """Whoever changes a definition, as its history names people: by option, by git, by the system."""
    return by or _name_in_git() or getpass.getuser()


def _name_in_git() -> str:
    with suppress(OSError, subprocess.SubprocessError):
        command = ("git", "config", "user.name")
        # Nothing of it comes from outside.
        asked = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False)  # noqa: S603
        return asked.stdout.strip()
    return ""


def pairs(given: list[str], option: str = "--input") -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping; the last one counts."""
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            written, example = f"{option} {text}".strip(), f"{option} company=Acme".strip()
            raise UserProblem(f"`{written}` is not NAME=VALUE; write for example {example}")
        found[name.strip()] = value
    return found
