"""What three witnesses say: the cases, the ledger and the mail server."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from temporalio.api.enums.v1 import PendingWorkflowTaskState
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from bench.chaos_cases import MAILS
from engine.store import ledger
from engine.store.rows import EffectRow
from engine.store.store import Store
from engine.store.tables import cases, effects

TURN_STARTED = PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED


@dataclass(frozen=True)
class Verdict:
    """The mails of all cases, each by its key. `unexplained` is what fits no other list."""

    sent: int
    unconfirmed: tuple[str, ...]  # each is an incident
    unconfirmed_arrived: int  # so many of them the mail server has
    lost: tuple[str, ...]
    duplicates: tuple[str, ...]
    unexplained: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not (self.lost or self.duplicates or self.unexplained)


def judge(
    started: Collection[str], rows: Collection[EffectRow], received: Counter[str], incidents: Mapping[str, str]
) -> Verdict:
    """Hold against each other what was started, what the ledger says, what arrived, and what became an incident."""
    ledgered = {row.key: row for row in rows}
    wanted = {f"{case}/{step}:send" for case in started for step in MAILS}
    mails = {key: _fate(ledgered.get(key), received, key in incidents) for key in wanted}
    mails |= dict.fromkeys(ledgered.keys() - wanted, "unexplained")
    mails |= dict.fromkeys(received.keys() - {row.message_id for row in rows}, "unexplained")
    by_fate = {fate: tuple(sorted(k for k, f in mails.items() if f == fate)) for fate in set(mails.values())}
    unconfirmed = by_fate.get("unconfirmed", ())
    return Verdict(
        sent=len(by_fate.get("sent", ())),
        unconfirmed=unconfirmed,
        unconfirmed_arrived=sum(received[ledgered[key].message_id] for key in unconfirmed),
        lost=by_fate.get("lost", ()),
        duplicates=by_fate.get("duplicate", ()),
        unexplained=by_fate.get("unexplained", ()),
    )


def _fate(row: EffectRow | None, received: Counter[str], incident: bool) -> str:
    arrived = received[row.message_id] if row else 0
    if arrived > 1:
        return "duplicate"
    if row is not None and row.state == "unknown" and incident:
        return "unconfirmed"
    if row is None or not arrived:
        return "lost"
    return "sent" if row.state == "sent" and not incident else "unexplained"


async def turns_under_way(client: Client, open_cases: Collection[str]) -> list[str]:
    """The cases whose turn has been handed to a worker that has not answered yet."""
    described = {case: await _described(client, case) for case in open_cases}
    return [case for case, d in described.items() if d and d.pending_workflow_task.state == TURN_STARTED]


async def _described(client: Client, case: str) -> DescribeWorkflowExecutionResponse | None:
    try:
        return (await client.get_workflow_handle(case).describe()).raw_description
    except RPCError as problem:
        if problem.status is RPCStatusCode.NOT_FOUND:  # stored, and not yet brought to Temporal
            return None
        raise


async def mails_under_way(store: Store, after: datetime) -> set[str]:
    """Keys of the mails that passed their point of no return after this moment, and are not known to be sent."""
    rows = await store.read(lambda c: ledger.listing(c, states=("in_data",)))
    return {row.key for row in rows if row.claimed_at > after}


async def first_effect(store: Store, after: datetime) -> datetime | None:
    """When the first effect after this moment was finished."""
    done = effects.c.state.in_(("sent", "done"))
    return await store.read(
        lambda c: c.scalar(select(func.min(effects.c.finished_at)).where(done, effects.c.finished_at > after))
    )


async def taken_up(store: Store, struck: Collection[str], after: datetime) -> set[str]:
    """Those of the cases that have finished a turn after this moment."""
    later = select(cases.c.id).where(cases.c.id.in_(struck), cases.c.updated_at > after)
    return set(await store.read(lambda c: c.scalars(later).all()))
