"""The published plans, each read and parsed once."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.language.compiler import plan_from_json
from engine.language.plan import Plan
from engine.runtime.step import Step
from engine.store import plans
from engine.store.rows import PlanRow
from engine.store.store import Store

KEPT = 256  # plans; a workspace has tens of processes, with some versions of each still running


@dataclass(frozen=True)
class Edition:
    """A published version of a process."""

    process: str
    version: int
    plan: Plan


class Shelf:
    """Published plans by process and by digest. What a digest means never changes, so it is kept."""

    def __init__(self, store: Store, registry: Mapping[str, type[Step]]) -> None:
        self.store = store
        self.registry = registry
        self._plans: dict[str, Plan] = {}

    async def live(self, process: str) -> Edition | None:
        """The version that a new case gets; None when none was released."""
        row = await self.store.read(lambda c: plans.live(c, process))
        return await self._edition(row) if row else None

    async def numbered(self, process: str, version: int) -> Edition | None:
        """A version by its number, also a draft."""
        row = await self.store.read(lambda c: plans.numbered(c, process, version))
        return await self._edition(row) if row else None

    async def everything(self) -> tuple[Edition, ...]:
        """The live version of every process."""
        rows = await self.store.read(plans.processes)
        return tuple([await self._edition(row) for row in rows])

    async def plan(self, digest: str) -> Plan:
        """The plan with this digest. Raises KeyError for one that was never published."""
        if digest not in self._plans:
            text = await self.store.read(lambda c: plans.by_digest(c, digest))
            if text is None:
                raise KeyError(digest)
            self._remember(digest, plan_from_json(text, self.registry))
        return self._plans[digest]

    async def _edition(self, row: PlanRow) -> Edition:
        return Edition(row.process, row.version, await self.plan(row.digest))

    def _remember(self, digest: str, plan: Plan) -> None:
        while len(self._plans) >= KEPT:
            del self._plans[next(iter(self._plans))]
        self._plans[digest] = plan
