"""Sending messages as data: each exactly once, and where somebody has to agree to it, only then."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.runtime.approval import REJECT, REJECTED, decision, rejected, round_of
from engine.runtime.letters import letter
from engine.runtime.step import Result, Run, Send


async def post(run: Run, purpose: str, send: Send, to: Iterable[str], link: str = "") -> Result:
    """Send one message to each address, each exactly once; the first result."""
    results = []
    for n, address in enumerate(to):
        name = purpose if n == 0 else f"{purpose}.{n + 1}"
        if name not in run.record.effects:
            results.append(await deliver(run, name, letter(run, send, address, link)))
    return results[0] if results else {}


async def deliver(run: Run, purpose: str, message: Mapping[str, Any]) -> Result:
    """Send a letter, once somebody has agreed to it where its `approve` says so.

    The result of one that was rejected has the status `suppressed`, as that of every message that stays here.
    """
    if purpose in run.record.effects or purpose in run.record.failures or not message.get("approve"):
        return await run.do(purpose, "email", message)
    name = f"{purpose}.draft{round_of(run, purpose)}"
    draft = await run.do(name, "draft", message)
    if draft.get("status"):  # its reader may not be written to: nobody has to look at it
        run.record.effects[purpose] = draft
        return draft
    decided = await decision(run, purpose, message, draft)
    if decided.get("outcome") == REJECT:
        run.record.effects[name] = {REJECTED: draft.get("draft", "")}
        run.record.effects[purpose] = rejected(message, decided)
        return run.record.effects[purpose]
    agreed = {"draft": draft.get("draft", ""), "approved_by": decided.get("by") or "somebody"}
    return await run.do(purpose, "email", {**message, **agreed})
