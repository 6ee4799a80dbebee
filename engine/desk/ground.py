"""What every subject of the desk stands on: settings, store, published plans, clock and a bell."""

from collections.abc import Callable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.clock import Clock, utc_now
from engine.desk.answers import NotThere
from engine.language.inputs import Values
from engine.language.plan import Plan
from engine.language.resources import People
from engine.language.roster import roster_of
from engine.opening import SIGNAL, values_of
from engine.routing import Router
from engine.runtime.step import Step
from engine.settings import Settings
from engine.shelf import Shelf
from engine.store import cases, inbox
from engine.store.rows import Arrival, CaseDetail
from engine.store.store import Store


def silent() -> None:
    """Nobody to wake: the dispatcher looks by itself."""


class Ground:
    """`registry` holds the step types by name; `nudge` wakes a dispatcher in this process, if there is one."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        registry: Mapping[str, type[Step]],
        nudge: Callable[[], None] | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self.settings = settings
        self.store = store
        self.registry = registry
        self.nudge = nudge or silent
        self.clock = clock
        self.shelf = Shelf(store, registry)
        self.router = Router(settings, store, self.shelf, clock)

    async def case(self, case: str) -> CaseDetail:
        """Everything people see of a case but its timeline. Raises NotThere."""
        found = await self.store.read(lambda c: cases.detail(c, case))
        if found is None:
            raise NotThere(f"there is no case `{case}`; `baton status` lists them")
        return found

    async def plan_of(self, case: CaseDetail) -> Plan:
        return await self.shelf.plan(case.digest)

    def values(self, plan: Plan) -> Values:
        return values_of(self.settings, plan)

    def staff(self) -> People:
        """The people of the workspace as they are now."""
        return roster_of(self.settings.workspace)() or People()

    def today(self) -> date:
        return self.clock().astimezone(ZoneInfo(self.settings.time_zone)).date()

    async def deliver(self, arrival: Arrival, first: Callable[[Connection], None] = lambda c: None) -> bool:
        """Store an arrival for its case; False when the same one was stored before. `first` is asked in the same
        transaction, and may raise."""

        def hand(c: Connection) -> bool:
            first(c)
            return hand_over(c, arrival)

        fresh = await self.store.write(hand)
        self.nudge()
        return fresh


def finish_id(task_id: str) -> str:
    """The id of the arrival that finishes a task, on whatever way it comes: the first one counts."""
    return f"task-{task_id}"


def vote_id(task_id: str, by: str) -> str:
    """The id of the arrival that is somebody's vote: one for each person."""
    return f"{finish_id(task_id)}-vote-{by}"


def hand_over(c: Connection, arrival: Arrival) -> bool:
    """Store an arrival and its delivery to the case that it names, in the caller's transaction."""
    if not inbox.accept(c, arrival):
        return False
    inbox.deliver_to(c, arrival.id, arrival.case, SIGNAL)
    inbox.routed(c, arrival.id)
    return True
