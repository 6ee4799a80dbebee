"""Telling a running case something: what staff do is an arrival like every other."""

import secrets
from collections.abc import Mapping
from typing import Any

from engine.desk.answers import NotOpen, NotThere
from engine.desk.ground import Ground
from engine.language.problems import one_of, suggest
from engine.language.values import encode
from engine.runtime.view import WaitView
from engine.store.rows import Arrival, CaseDetail


class Telling(Ground):
    async def _open_case(self, case: str) -> CaseDetail:
        """A case that has not ended. Raises NotThere, NotOpen."""
        found = await self.case(case)
        if found.summary.status == "ended":
            raise NotOpen(f"the case `{case}` has ended: {found.summary.outcome.replace('_', ' ')}")
        return found

    async def _running(self, case: str) -> CaseDetail:
        """A case that has begun and has not ended. Raises NotThere, NotOpen."""
        found = await self._open_case(case)
        if found.summary.health == "queued":
            raise NotOpen(f"the case `{case}` has not begun: it is {found.summary.why}. `baton start-now {case}`")
        return found

    async def _at_work(self, case: str) -> CaseDetail:
        """A case that is not paused either. Raises NotThere, NotOpen."""
        found = await self._running(case)
        if found.summary.health == "paused":
            raise NotOpen(f"the case `{case}` is {found.summary.why}; go on with `baton resume {case}`")
        return found

    async def _tell(self, case: CaseDetail, kind: str, name: str, path: str, data: Mapping[str, Any], by: str) -> None:
        unique = f"{kind}-{secrets.token_hex(8)}"
        await self.deliver(
            Arrival(unique, kind, unique, kind, name, case.summary.id, path, by, encode(data), self.clock())
        )


def wait_at(case: CaseDetail, step: str) -> WaitView:
    """What the case waits for at a step; among several, one with an incident first, then the latest."""
    found = [w for w in case.waits if step in (w.path, w.step)]
    if found:
        return max(found, key=lambda w: (w.status == "incident", w.since))
    names = sorted({w.step for w in case.waits})
    near = suggest(step, names)
    now = f"did you mean `{near}`?" if near else f"it is at {one_of(names)}" if names else "nothing is open just now"
    raise NotThere(f"the case `{case.summary.id}` is not at a step `{step}`; {now}")
