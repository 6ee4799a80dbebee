"""Every command in the documentation is one that Baton has, with the options that it has."""

import re
import shlex
from itertools import takewhile
from pathlib import Path

import pytest

from cli.main import run
from tests.docs.blocks import PAGES, of


def _written(page: Path) -> list[str]:
    blocks = [block.text.replace("\\\n", " ") for block in of(page) if block.language == "console"]
    lines = [line.removeprefix("$ ") for text in blocks for line in text.splitlines()]
    return [" ".join(line.split()) for line in lines if Path(line.split()[0]).name == "baton"]


WRITTEN = [(page.name, line) for page in PAGES for line in _written(page)]


@pytest.mark.parametrize(("page", "line"), WRITTEN, ids=[f"{page}: {line}" for page, line in WRITTEN])
def test_every_command_line_is_understood(page: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, *words = shlex.split(line)
    command = list(takewhile(lambda word: re.fullmatch(r"[a-z][a-z-]*", word), words))
    assert run([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert [word for word in words if word.startswith("-") and word not in shown] == []
