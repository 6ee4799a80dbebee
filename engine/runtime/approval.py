"""Messages that somebody has to look at and agree to before they go out: `approve`.

The message is written and kept, a task beside the step shows it, and only then it is sent as it was agreed to.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from engine.runtime.flow import StepError, Suspended
from engine.runtime.letters import letter, readers
from engine.runtime.state import Data, StepRecord
from engine.runtime.step import Result, Run, Send
from engine.runtime.tasks import DONE, hear, opened

APPROVE, REJECT = "approve", "reject"
REJECTED = "rejected"

NOTICE = Send(
    subject="Please look at a mail before it leaves",
    body="Hello ${ to_name | default('') },\n\nthis waits for somebody to agree to it:\n\n${ title }\n\n${ link }\n",
)


def round_of(run: Run, purpose: str) -> str:
    """After a retry somebody has to look at it again."""
    again = run.record.again.get(purpose, 0)
    return f"-{again}" if again else ""


async def decision(run: Run, purpose: str, message: Mapping[str, Any], draft: Result) -> Result:
    """What somebody decided in the task; Suspended until then."""
    name = f"approval{purpose.removeprefix('send').replace('.', '_')}{round_of(run, purpose)}"
    what = draft.get("subject") or message["subject"] or message["template"]
    record = run.open_beside(name, "task", f"Approve the mail “{what}” to {message['to']}")
    if not record.closed:
        await _open(run, name, record, message, draft)
        await _tell(run, name, record, message["approve"])
        hear(record.task, partial(run.take, below=f"/{name}"), run.log)
        taken = run.take([DONE], f"/{name}")
        if taken is None:
            raise Suspended
        run.close_beside(name, {**taken[1].data, "by": taken[1].by})
    return record.result


async def _open(run: Run, name: str, record: StepRecord, message: Mapping[str, Any], draft: Result) -> None:
    if record.task:
        return
    found = await run.do(f"{name}.assign", "assign", _asked(run, record.title, message["approve"]))
    who = {key: found[key] for key in ("assignee", "users", "groups", "claimed", "why")}
    choice = {"outcomes": [APPROVE, REJECT], "comments": [REJECT], "mail": draft.get("draft", "")}
    record.task = opened(record.title, **who, **choice)


async def _tell(run: Run, name: str, record: StepRecord, who: str) -> None:
    """Let them know. Trouble with that is seen on the case, and holds up nobody who has seen the task."""
    with suppress(Suspended, StepError):
        to = await readers(run, f"{name}.told", (who,))
        for n, address in enumerate(to, 1):
            notice = letter(run, NOTICE, address, "task")
            page = {"page": record.page(f"{run.path}/{name}"), "scope": {**notice["scope"], "title": record.title}}
            await run.do(f"{name}.told.{n}", "email", {**notice, **page})


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


def rejected(message: Mapping[str, Any], decision: Result) -> Result:
    by, comment = str(decision.get("by") or "somebody"), str(decision.get("comment") or "").strip()
    reason = f"{by} did not agree to it" + (f": {comment}" if comment else "")
    return {"to": message["to"], "status": "suppressed", "code": REJECTED, "reason": reason, "by": by}
