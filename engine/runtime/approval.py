"""Messages that somebody has to look at and agree to before they go out: `approve`.

The message is written and kept, a task beside the step shows it, and only then it is sent as it was agreed to.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from engine.runtime.flow import Suspended
from engine.runtime.state import Data, StepRecord
from engine.runtime.step import Result, Run
from engine.runtime.tasks import DONE, hear, opened

APPROVE, REJECT = "approve", "reject"
REJECTED = "rejected"


async def deliver(run: Run, purpose: str, letter: Mapping[str, Any]) -> Result:
    """Send a letter, once somebody has agreed to it where its `approve` says so.

    The result of one that was rejected has the status `suppressed`, as that of every message that stays here.
    """
    if purpose in run.record.effects or purpose in run.record.failures or not letter.get("approve"):
        return await run.do(purpose, "email", letter)
    name = f"{purpose}.draft{_round(run, purpose)}"
    draft = await run.do(name, "draft", letter)
    if draft.get("status"):  # its reader may not be written to: nobody has to look at it
        run.record.effects[purpose] = draft
        return draft
    decision = await _decision(run, purpose, letter, draft)
    if decision.get("outcome") == REJECT:
        run.record.effects[name] = {REJECTED: draft.get("draft", "")}
        run.record.effects[purpose] = _rejected(letter, decision)
        return run.record.effects[purpose]
    agreed = {"draft": draft.get("draft", ""), "approved_by": decision.get("by") or "somebody"}
    return await run.do(purpose, "email", {**letter, **agreed})


def _round(run: Run, purpose: str) -> str:
    """After a retry somebody has to look at it again."""
    again = run.record.again.get(purpose, 0)
    return f"-{again}" if again else ""


async def _decision(run: Run, purpose: str, letter: Mapping[str, Any], draft: Result) -> Result:
    """What somebody decided in the task; Suspended until then."""
    name = f"approval{purpose.removeprefix('send').replace('.', '_')}{_round(run, purpose)}"
    what = draft.get("subject") or letter["subject"] or letter["template"]
    record = run.open_beside(name, "task", f"Approve the mail “{what}” to {letter['to']}")
    if not record.closed:
        await _open(run, name, record, letter, draft)
        hear(record.task, partial(run.take, below=f"/{name}"), run.log)
        taken = run.take([DONE], f"/{name}")
        if taken is None:
            raise Suspended
        run.close_beside(name, {**taken[1].data, "by": taken[1].by})
    return record.result


async def _open(run: Run, name: str, record: StepRecord, letter: Mapping[str, Any], draft: Result) -> None:
    if record.task:
        return
    found = await run.do(f"{name}.assign", "assign", _asked(run, record.title, letter["approve"]))
    who = {key: found[key] for key in ("assignee", "users", "groups", "claimed", "why")}
    choice = {"outcomes": [APPROVE, REJECT], "comments": [REJECT], "mail": draft.get("draft", "")}
    record.task = opened(record.title, **who, **choice)


def _asked(run: Run, title: str, who: str) -> Data:
    """What is asked to find out who does it; see `runtime.assigning`."""
    group = any(g.id == who for g in run.plan.resources.people.groups)
    return {
        "title": title,
        "day": run.calendar.local(run.now()).date().isoformat(),
        "assignee": "" if group else who,
        "users": [],
        "groups": [who] if group else [],
        "assign_by": "claim",
        "rotation": "",
        "owner": run.plan.process.owner or "",
    }


def _rejected(letter: Mapping[str, Any], decision: Result) -> Result:
    by, comment = str(decision.get("by") or "somebody"), str(decision.get("comment") or "").strip()
    reason = f"{by} did not agree to it" + (f": {comment}" if comment else "")
    return {"to": letter["to"], "status": "suppressed", "code": REJECTED, "reason": reason, "by": by}
