"""Help reads as people speak."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from cli.lazy import COMMANDS, load
from cli.lock import only_one
from tests.cli.conftest import ACME, Baton


def every() -> Iterator[tuple[str, ...]]:
    """Each command, and each of those below it."""
    for name, entry in COMMANDS.items():
        yield (name,)
        if not entry.quick:
            yield from ((name, below) for below in getattr(get_command(load(entry.module).app), "commands", {}))


@pytest.mark.parametrize("command", list(every()), ids=" ".join)
def test_help_is_asked_for_in_two_ways_and_shows_words(baton: Baton, command: tuple[str, ...]) -> None:
    said, short = baton(*command, "--help"), baton(*command, "-h")
    assert (said.code, short) == (0, said)
    assert "-h, --help" in said.out
    assert not re.findall(r"<(?:str|int|float|path|list|file)\b|\bTEXT RANGE\b|<=|\[\[|\{[A-Z]", said.out)


@pytest.mark.parametrize("command", list(every()), ids=" ".join)
def test_every_example_stands_on_its_own_line_and_uses_what_there_is(baton: Baton, command: tuple[str, ...]) -> None:
    help_ = baton(*command, "--help").out
    if "Commands:" in help_:
        return  # its examples are those of the commands below
    _, found, examples = help_.partition("Example")
    options = set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", " ".join(re.findall(r"baton [^&|>]*", examples))))
    assert not found or not re.search(r"\S.* \| baton", examples)
    assert {o for o in options if o not in help_.partition("Example")[0]} == set()


def test_what_waits_for_a_worker_says_when_none_runs(baton: Baton, workspace: Path) -> None:
    said = baton("start", "client-onboarding", *ACME)
    assert (said.code, f"nothing is running in {workspace}, so this goes on when `baton up` runs" in said.err) == (
        0,
        True,
    )


def test_nothing_is_said_where_baton_up_runs(baton: Baton, workspace: Path) -> None:
    with only_one(workspace / ".baton"):
        assert baton("start", "client-onboarding", *ACME).err == ""
