"""What an event from outside starts: the same for real cases and for simulated ones."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from engine.language.evaluator import render, test
from engine.language.expressions import parse_expression, parse_template
from engine.language.process import Trigger, heard_as
from engine.runtime.events import compared
from engine.runtime.mailbox import at

Clock = Callable[[], datetime]


def starts(trigger: Trigger, kind: str, name: str, event: Any, clock: Clock) -> bool:
    """Whether this event starts a case by this trigger. Raises EvaluationError."""
    if trigger.type != kind or heard_as(trigger, trigger.id) != name:
        return False
    if kind == "email" and event.get("automatic") and not trigger.automatic:
        return False  # a machine has written it: an answer to an answer would never end
    wanted = {n: render(parse_template(str(v)), {}, clock) for n, v in trigger.match.items()}
    if any(at(event, field) != value for field, value in compared(kind, wanted).items()):
        return False
    return not trigger.if_ or test(parse_expression(trigger.if_), {"event": event}, clock)


def mapped(trigger: Trigger, event: Any, clock: Clock) -> dict[str, Any]:
    """The process's inputs as the trigger fills them in, still to be read. Raises EvaluationError."""
    return {name: render(parse_template(str(v)), {"event": event}, clock) for name, v in trigger.inputs.items()}
