"""What a step does when the reader of its message may not be written to: its `on_suppressed`."""

from typing import Annotated, Any

from engine.language.fields import Block
from engine.runtime.flow import CaseStopped, StepError
from engine.runtime.letters import SUPPRESSED, is_suppressed
from engine.runtime.promises import shortly
from engine.runtime.state import StepRecord
from engine.runtime.step import Nested, Promise, Result, Run

WORDS = ("continue", "stop", "incident")
OnSuppressed = Annotated[Any, Block(WORDS)]


def not_written_to(record: StepRecord) -> str | None:
    """Why the step's message did not go to everybody that it is for; None where it did, or is still on its way."""
    for answer in _held_back(record).values():
        return str(answer.get("reason") or "the reader may not be written to")
    return None


def _held_back(record: StepRecord) -> dict[str, Result]:
    return {p: answer for p, answer in record.effects.items() if _is_message(p) and is_suppressed(answer)}


def _is_message(purpose: str) -> bool:
    first, _, number = purpose.partition(".")
    return first == "send" and (not number or number.isdigit())


async def give_way(run: Run, way: Any, why: str) -> None:
    """Do what `on_suppressed` says. Raises CaseStopped or StepError where the process does not go on."""
    run.took(SUPPRESSED)
    if way == "stop":
        raise CaseStopped(f"{run.record.id}_{SUPPRESSED}")
    if way == "incident":
        message = f"the message was not sent: {why}"
        _give_up(run.record, message)
        raise StepError(SUPPRESSED, message)
    if isinstance(way, tuple):
        await run.walk(SUPPRESSED, way)


def _give_up(record: StepRecord, message: str) -> None:
    """The message counts as one that could not be sent, so that a retry sends it."""
    if record.armed:
        return  # a retry asks for everything anew
    for purpose in _held_back(record):
        del record.effects[purpose]
        record.failures[purpose] = {"code": SUPPRESSED, "message": message}


def nested(way: Any) -> tuple[Nested, ...]:
    return (Nested(SUPPRESSED, way, kind=SUPPRESSED),) if isinstance(way, tuple) else ()


def endings(step: str, way: Any) -> tuple[str, ...]:
    return (f"{step}_{SUPPRESSED}",) if way == "stop" else ()


_THEN = {
    "continue": "the process goes on without it",
    "stop": "the case ends",
    "incident": "it becomes an incident, and somebody decides",
}


def promised(way: Any) -> tuple[Promise, ...]:
    """What happens then, in a sentence; nothing where nothing is said."""
    if way is None:
        return ()
    told = shortly(way) or _THEN.get(str(way), "the steps below follow")
    block = SUPPRESSED if isinstance(way, tuple) and not shortly(way) else ""
    return (Promise(SUPPRESSED, f"If the reader may not be written to, {told}.", block),)
