"""What the four operator commands have in common."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from cli.office import ask
from cli.options import who
from cli.show import print_json
from engine.desk.answers import Verb

SAID = {
    "retry": "Asked for another try of",
    "skip": "Asked to skip",
    "do_now": "Asked for the next thing to come now at",
    "stop": "Asked to stop at",
}


def operate(
    workspace: Path | None, case: str, step: str, verb: Verb, by: str, as_json: bool, values: Mapping[str, Any]
) -> None:
    """Ask for it and say so."""
    ask(workspace, lambda desk: desk.operate(case, step, verb, by=who(by), values=values))
    if as_json:
        print_json({"case": case, "step": step, "asked": verb})
    else:
        typer.echo(f"{SAID[verb]} {step or 'the whole case'}. See: baton status {case}")
