"""Publishing a process: checked, compiled, and kept for ever under its digest."""

from collections.abc import Iterator
from pathlib import Path

from activities.subprocess import SubprocessStep
from engine.desk.answers import Findings, NotThere, Published
from engine.desk.ground import Ground
from engine.language.compiler import compile_process, plan_to_json
from engine.language.plan import Plan
from engine.language.problems import one_of, suggest
from engine.runtime.step import Step
from engine.shelf import Edition
from engine.store import plans
from engine.store.rows import PlanRow


class Publishing(Ground):
    async def publish(self, process: str, *, by: str = "") -> Published:
        """Publish a process, and the processes that it starts if they never were.

        Raises NotThere, and Findings where the check finds errors. The same
        definition published again stays the version that it is.
        """
        known = await self.store.read(lambda c: plans.latest(c, process))
        plan, source = self._compiled(process)
        for name in sorted(_started_by(plan) - {process}):
            if await self.store.read(lambda c, name=name: plans.latest(c, name)) is None:  # type: ignore[misc]
                await self.publish(name, by=by)
        now, text = self.clock(), plan_to_json(plan)
        version = await self.store.write(lambda c: plans.publish(c, process, plan.digest, text, source, by, now))
        return Published(process, version, plan.digest, changed=known is None or known.digest != plan.digest)

    async def processes(self) -> tuple[PlanRow, ...]:
        """The newest version of every published process."""
        return tuple(await self.store.read(plans.processes))

    def definitions(self) -> tuple[str, ...]:
        """The ids of the processes that have a file in the workspace."""
        return tuple(sorted(f.stem for f in self._folder().glob("*.yaml")))

    async def edition(self, process: str) -> Edition:
        """The newest version of a process; one that has a file and was never published is published now."""
        found = await self.shelf.latest(process)
        if found is None:
            await self.publish(process)
            found = await self.shelf.latest(process)
        if found is None:
            raise NotThere(f"there is no process `{process}`")
        return found

    def _compiled(self, process: str) -> tuple[Plan, str]:
        if not self._file(process).is_file():
            raise NotThere(self._no_process(process))
        compiled = compile_process(self.settings.workspace, process, self.registry)
        if compiled.plan is None:
            raise Findings(compiled.problems)
        return compiled.plan, compiled.source

    def _no_process(self, process: str) -> str:
        known = self.definitions()
        near = suggest(process, known)
        out = f"did you mean `{near}`?" if near else f"there are {one_of(known, 20)}" if known else "there are none yet"
        return f"there is no process `{process}` in {self._folder()}; {out}"

    def _file(self, process: str) -> Path:
        return self._folder() / f"{Path(process).name}.yaml"

    def _folder(self) -> Path:
        return self.settings.workspace / "definitions" / "processes"


def _started_by(plan: Plan) -> set[str]:
    blocks = (plan.process.steps, *(h.steps for h in plan.process.handlers))
    return {s.process for steps in blocks for s in every_step(steps) if isinstance(s, SubprocessStep)}


def every_step(steps: tuple[Step, ...]) -> Iterator[Step]:
    """All steps of a block, also those inside other steps, in the order they are written."""
    for step in steps:
        yield step
        for nested in step.nested():
            yield from every_step(nested.steps)
