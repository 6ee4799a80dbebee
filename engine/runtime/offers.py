"""Handlers that people tell by hand, as things that the case may be told now."""

from collections.abc import Iterator

from engine.language.plan import Plan
from engine.language.process import Handler
from engine.runtime.journal import words
from engine.runtime.state import State
from engine.runtime.undoing import steps_by_id
from engine.runtime.view import WaitView


def offers(plan: Plan, state: State) -> tuple[WaitView, ...]:
    """One for each handler of `type: manual` that listens, of the case and of its open groups."""
    if state.outcome or state.interrupted:
        return ()
    return tuple(_offer(state, prefix, handler) for prefix, handler in _listening(plan, state) if _open(handler))


def _open(handler: Handler) -> bool:
    return handler.when.type == "manual"


def _listening(plan: Plan, state: State) -> Iterator[tuple[str, Handler]]:
    for handler in plan.process.handlers:
        yield "", handler
    groups = [(path, r) for path, r in state.steps.items() if r.type == "group" and not r.closed]
    steps = steps_by_id(plan) if groups else {}
    for path, record in groups:
        if not record.memo.get("interrupted") and not record.memo.get("ended"):
            for handler in getattr(steps.get(record.id), "handlers", ()):
                yield f"{path}/", handler


def _offer(state: State, prefix: str, handler: Handler) -> WaitView:
    when = handler.when
    inputs = {name: spec.model_dump(exclude_defaults=True) for name, spec in when.inputs.items()}
    above = state.steps.get(prefix.rstrip("/"))
    return WaitView(
        path=f"{prefix}handlers/{handler.id}",
        step=handler.id,
        kind="handler",
        title=words(handler.id),
        status="waiting",
        waiting_for=", ".join(when.candidate_groups) or "anybody who knows",
        since=above.since if above else state.case["started_at"],
        events=({"id": handler.id, "inputs": inputs, "groups": list(when.candidate_groups)},),
    )
