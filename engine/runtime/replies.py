"""Answers by mail: whether a process takes any at all."""

from collections.abc import Iterator
from typing import Any

from engine.language.plan import Plan


def takes_mail(plan: Plan) -> bool:
    """Whether some step or handler of the process takes a mail that belongs to its case."""
    return any(_takes_mail(part) for part in _parts((*plan.process.steps, *plan.process.handlers)))


def _takes_mail(part: Any) -> bool:
    if getattr(part, "answer_by_reply", None):
        return True
    heard = (*getattr(part, "events", ()), *filter(None, [getattr(part, "when", None)]))
    return any(told.type == "email" for told in heard)


def _parts(parts: tuple[Any, ...]) -> Iterator[Any]:
    """Steps and handlers, and what is inside them."""
    for part in parts:
        yield part
        yield from _parts(getattr(part, "handlers", ()))
        blocks = part.nested() if hasattr(part, "nested") else (part,)
        for block in blocks:
            yield from _parts(block.steps)
