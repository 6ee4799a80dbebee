"""What the operator commands have in common."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from cli.office import set_going
from cli.people import who
from cli.show import say
from engine.desk.answers import Verb
from engine.desk.desk import Desk

SAID = {
    "retry": "Asked for another try of",
    "skip": "Asked to skip",
    "mark_done": "Asked to take as done",
    "do_now": "Asked for the next thing to come now at",
}


def operate(
    workspace: Path | None,
    case: str,
    step: str,
    verb: Verb,
    by: str,
    as_json: bool,
    values: Mapping[str, Any],
    reason: str = "",
) -> None:
    """Ask for something to be done to a step, and say so."""
    set_going(
        workspace, lambda desk: desk.operate(case, step, verb, by=who(by, workspace), values=values, reason=reason)
    )
    told(case, f"{SAID[verb]} {step}", as_json, step=step, asked=verb)


def intervene(
    workspace: Path | None,
    case: str,
    said: str,
    as_json: bool,
    question: Callable[[Desk], Awaitable[None]],
    **more: Any,
) -> None:
    """Ask for something to be done to the case as a whole, and say so."""
    set_going(workspace, question)
    told(case, said, as_json, **more)


def told(case: str, said: str, as_json: bool, **more: Any) -> None:
    say({"case": case, **more}, f"{said}. See: baton status {case}", as_json)
