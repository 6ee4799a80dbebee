"""From the state to what people see."""

from datetime import datetime

from engine.language.plan import Plan
from engine.runtime import tasks
from engine.runtime.offers import offers
from engine.runtime.state import State, StepRecord
from engine.runtime.subscriptions import subscriptions
from engine.runtime.view import CaseView, Entry, IncidentView, WaitView


def project(plan: Plan, state: State, entries: list[Entry], deadline: datetime | None, now: datetime) -> CaseView:
    incidents = tuple(i for path, r in state.steps.items() for i in _incidents(path, r, now))
    return CaseView(
        case=state.case["id"],
        turn=state.turn,
        status="ended" if state.outcome else "open",
        health="paused" if state.paused else "incident" if incidents else "ok",
        why=_rest(state),
        updated_at=now,
        stage=state.stage,
        outcome=state.outcome,
        next_at=deadline,
        ended_at=now if state.outcome else None,
        outputs=state.outputs,
        waits=(
            *(_wait(state, path, r) for path, r in state.steps.items() if _visible(state, path, r)),
            *offers(plan, state),
        ),
        tasks=tuple(tasks.view(state, path, r) for path, r in state.steps.items() if r.task),
        incidents=incidents,
        entries=tuple(entries),
        subscriptions=subscriptions(plan, state, now),
    )


def _rest(state: State) -> str:
    """Why a paused case rests."""
    if not state.paused:
        return ""
    reason = f": {state.paused['reason']}" if state.paused.get("reason") else ""
    return f"paused by {state.paused['by']}{reason}"


def _visible(state: State, path: str, record: StepRecord) -> bool:
    """A step that waits by itself; a block is shown by the steps inside it."""
    if record.closed:
        return False
    if "over" in record.memo:  # only the steps of its `on_timeout` or `on_error` wait
        return False
    pending = any(p["path"] == path for p in state.pending.values())
    return bool(record.status == "waiting" or pending or record.incident or record.memo.get("start"))


def _wait(state: State, path: str, record: StepRecord) -> WaitView:
    armed = record.armed
    upcoming = armed.next() if armed else None
    ends = [m.at for m in armed.moments if m.kind in ("timeout", "until")] if armed else []
    start = record.memo.get("start")
    still = "waiting" if record.armed or start or record.task else "pending"
    status = "incident" if record.incident or record.failures else still
    posted = any(p["path"] == path and p.get("posted") for p in state.pending.values())
    attempt = "its mail, which waits in the outbox" if posted else "the next attempt"
    default = "" if status == "incident" else "its time to begin" if start else attempt
    return WaitView(
        path=path,
        step=record.id,
        kind=record.type,
        title=record.title,
        status=status,
        waiting_for=record.memo.get("for", "") or ", ".join(tasks.doers(record.task)) or default,
        since=record.since,
        due=armed.due if armed else None,
        until=min(ends, default=start),
        next_at=upcoming.at if upcoming else start,
        events=tuple(record.memo.get("manual", ())),
    )


def _incidents(path: str, record: StepRecord, now: datetime) -> list[IncidentView]:
    if record.closed or "over" in record.memo:  # what failed is in the hands of `on_error` or `on_timeout`
        return []
    found = [record.incident] if record.incident else list(record.failures.values())
    return [IncidentView(path, record.id, i["code"], i["message"], i.get("since", now)) for i in found[:1]]
