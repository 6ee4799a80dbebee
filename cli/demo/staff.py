"""The firm's staff: what they do, they do with the commands."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.demo.checks import expect
from cli.demo.house import House
from cli.demo.timeline import Timeline
from engine.store import quick
from engine.store.rows import WaitLine


@dataclass(frozen=True)
class Staff:
    """Colleagues of the firm, by their first names."""

    house: House
    timeline: Timeline

    def finish(self, who: str, case: str, step: str, what: str, *options: str) -> None:
        """Find one's task in the list and finish it."""
        task, wait = self.find(who, case, step), self.waits(case, step)
        self.house.baton("task", "done", task["id"], *options, "--by", who.lower())
        self.timeline.tell(who, what, f"baton task done ID {_short(options)}".rstrip())
        self.gone(case, wait)

    def find(self, who: str, case: str, step: str) -> Mapping[str, Any]:
        """A task as `baton tasks` shows it to this colleague."""
        self.waits(case, step)
        mine = json.loads(self.house.baton("tasks", "--user", who.lower(), "--json"))
        found = [row["task"] for row in mine if row["case"] == case and row["task"]["step"] == step]
        expect(len(found) == 1, f"{who} has {len(found)} open tasks `{step}` instead of one")
        return dict(found[0])

    def do_now(self, who: str, case: str, step: str, what: str) -> None:
        """Let the next timed thing of a step come now."""
        wait = self.waits(case, step)
        self.house.baton("do-now", case, step, "--by", who.lower())
        self.timeline.tell(who, what, f"baton do-now CASE {step}")
        self.gone(case, wait)

    def waits(self, case: str, step: str) -> WaitLine:
        """Until the case has come to this step; what it waits for there."""
        self.timeline.awaiting(f"the case is on its way to {step}")
        otherwise = f"the case {case} has not come to the step `{step}`"
        return self.house.until(lambda: next((w for w in self._waits(case) if w.step == step), None), otherwise)

    def gone(self, case: str, wait: WaitLine) -> None:
        """Until the case has taken in what was done: it no longer waits in the same way."""
        self.house.until(lambda: wait not in self._waits(case), f"the case {case} still waits at `{wait.step}`")

    def _waits(self, case: str) -> tuple[WaitLine, ...]:
        return self.house.case(case).summary.waits

    def child(self, case: str, process: str) -> str:
        """The case of another process that this case has started."""
        self.timeline.awaiting(f"{process} is started")

        def look() -> str | None:
            cases = quick.listing(self.house.database)
            return next((c.id for c in cases if c.process == process and c.parent.startswith(case)), None)

        return self.house.until(look, f"no case of {process} was started")


def _short(options: tuple[str, ...]) -> str:
    return "--check ..." if options[:1] == ("--check",) else " ".join(options[:2])
