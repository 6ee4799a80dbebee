"""Mail that belongs to a case: whether its process takes any, whose, and which step has the better right to one."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.language.addresses import normal
from engine.language.evaluator import EvaluationError, render
from engine.language.expressions import parse_template
from engine.language.plan import Plan
from engine.language.process import BOUNCE, REPLY
from engine.runtime.around import Around
from engine.runtime.events import Event
from engine.runtime.scope import Scope
from engine.runtime.state import State, StepRecord

MAILED = ("email", "bounce")
"""Kinds of event that name the case, and the step only by the `thread` that they answer."""


def takes_mail(plan: Plan, kind: str = "email") -> bool:
    """Whether some step or handler of the process takes a mail of this kind that belongs to its case."""
    return any(_takes(part, kind) for part in _everything(plan))


def takes_reply(plan: Plan, state: State, page: str) -> bool:
    """Whether an answer to a mail of this page can still find somebody: a wait or a handler that takes mail, or the
    form that was asked by that very mail."""
    parts = tuple(_everything(plan))
    if any(told.type == "email" for part in parts for told in _told(part)):
        return True
    forms = {part.id for part in parts if getattr(part, "answer_by_reply", None)}
    asking = (record for path, record in state.steps.items() if record.page(path) == page)
    return any(record.id in forms and not record.closed for record in asking)


def is_work(state: State, page: str) -> bool:
    """Whether the page is that of a task: nobody decides one by mail, and what is answered to its notice is no
    answer to anything that the case has asked."""
    return any(record.type in ("task", "tasks") and record.page(path) == page for path, record in state.steps.items())


def named_senders(plan: Plan, state: State, now: datetime) -> frozenset[str]:
    """The addresses that some `match` of the process names as the sender of a mail, as far as they are known."""
    scope, found = Scope(state).of(Around()), set[str]()
    for part in _everything(plan):
        for told in _told(part):
            written = told.match.get("from")
            if told.type == "email" and written is not None:
                found |= _value(str(written), scope, now)
    for record in state.steps.values():  # what a wait has worked out, in its own place
        if not record.closed:
            accepts = [accept for accept in record.memo.get("accepts", ()) if accept["kind"] == "email"]
            found |= {normal(str(accept["match"]["from"])) for accept in accepts if "from" in accept["match"]}
    return frozenset(found)


def _value(written: str, scope: dict[str, Any], now: datetime) -> set[str]:
    try:
        return {normal(str(render(parse_template(written), scope, lambda: now)))}
    except EvaluationError:
        return set()


def _takes(part: Any, kind: str) -> bool:
    if kind == "email" and getattr(part, "answer_by_reply", None):
        return True
    if kind == "bounce" and getattr(part, "on_suppressed", None):
        return True
    return any(told.type == kind for told in _told(part))


def _told(part: Any) -> tuple[Any, ...]:
    """What a step or a handler listens to."""
    return (*getattr(part, "events", ()), *filter(None, [getattr(part, "when", None)]))


def _everything(plan: Plan) -> Iterator[Any]:
    return _parts((*plan.process.steps, *plan.process.handlers))


def _parts(parts: tuple[Any, ...]) -> Iterator[Any]:
    """Steps and handlers, and what is inside them."""
    for part in parts:
        yield part
        yield from _parts(getattr(part, "handlers", ()))
        for block in part.nested() if hasattr(part, "nested") else (part,):
            yield from _parts(block.steps)


def is_for_another(state: State, event: Event, path: str) -> bool:
    """Whether a mail is rather for another step than for what listens at this path.

    The open step whose own mail is answered comes first; then every other open step, before any handler.
    """
    if event.kind not in MAILED:
        return False
    thread, listens = event.data.get("thread"), _is_handler(path)
    others = [(p, r) for p, r in state.steps.items() if p != path and not r.closed and _wants(r, event)]
    return any(listens or record.page(other) == thread for other, record in others)


def _is_handler(path: str) -> bool:
    return path.rpartition("/")[0].rpartition("/")[2] == "handlers"


def _wants(record: StepRecord, event: Event) -> bool:
    accepts = record.memo.get("accepts", ()) if "over" not in record.memo else ()
    return any(a["kind"] == event.kind and a["name"] == event.name and _equal(a["match"], event) for a in accepts)


def _equal(match: Mapping[str, Any], event: Event) -> bool:
    return all(event.data.get(name) == value for name, value in match.items())


def said(event: Event) -> str:
    """A mail that nothing has taken, in a sentence for the timeline."""
    if event.name == BOUNCE:
        address, why = event.data.get("address") or "the reader", event.data.get("why") or "no reason is given"
        if event.data.get("complaint"):
            return f"{address} complained about a mail: {why}"
        return f"A mail to {address} did not arrive: {why}"
    what = "An answer" if event.name == REPLY else "A mail"
    return f"{what} came from {event.by or event.data.get('from')}, and nothing waits for it now"
