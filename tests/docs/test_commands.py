"""Every command in the documentation is one that Baton has, with the options that it has."""

import shlex
from importlib import import_module
from pathlib import Path

import click
import pytest
from typer.main import get_command

from cli.main import COMMANDS
from tests.docs.blocks import PAGES, of


def _written(page: Path) -> list[str]:
    blocks = [block.text.replace("\\\n", " ") for block in of(page) if block.language == "console"]
    lines = [line.removeprefix("$ ") for text in blocks for line in text.splitlines()]
    return [line for line in lines if Path(line.split()[0]).name == "baton"]


WRITTEN = [(page.name, line) for page in PAGES for line in _written(page)]


def _options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}


@pytest.mark.parametrize(("page", "line"), WRITTEN)
def test_every_command_line_is_understood(page: str, line: str) -> None:
    _, name, *rest = shlex.split(line)
    assert name in COMMANDS, f"{page}: {line}"
    command = get_command(import_module(COMMANDS[name].module).app)
    if isinstance(command, click.Group):
        command = command.commands[rest[0]]
    assert {word for word in rest if word.startswith("-")} <= _options(command), f"{page}: {line}"
