"""Publishing a process: checked, compiled, and kept for ever under its digest."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from activities.subprocess import SubprocessStep
from engine.desk.answers import Findings, NotThere, Published
from engine.desk.ground import Ground
from engine.language.compiler import compile_process, plan_to_json
from engine.language.plan import Plan
from engine.language.problems import all_of, suggest
from engine.runtime.step import Step
from engine.shelf import Edition
from engine.store import plans
from engine.store.rows import PlanRow


@dataclass(frozen=True)
class _Made:
    """A process that is ready to be kept."""

    process: str
    plan: Plan
    source: str


class Publishing(Ground):
    async def publish(self, process: str, *, by: str = "", message: str = "", draft: bool = False) -> Published:
        """Publish a process, and the processes that it starts if they never were.

        New cases get it, but for a draft. The same definition published again
        stays the version that it is. Raises NotThere, and Findings where the
        check finds errors.
        """
        known = await self.store.read(lambda c: plans.live(c, process))
        made = self._compiled(process)
        others = await self._never_published(made)
        return await self.store.write(lambda c: self._file_versions(c, made, others, known, by, message, draft=draft))

    def _file_versions(
        self,
        c: Connection,
        made: _Made,
        others: Iterable[_Made],
        known: PlanRow | None,
        by: str,
        message: str,
        *,
        draft: bool,
    ) -> Published:
        now = self.clock()
        for other in others:
            text = plan_to_json(other.plan)
            plans.publish(c, other.process, other.plan.digest, text, other.source, by, now, message)
        before = plans.newest(c, made.process)
        plan, text = made.plan, plan_to_json(made.plan)
        version = plans.publish(c, made.process, plan.digest, text, made.source, by, now, message, draft=draft)
        live = plans.live(c, made.process)
        changed = before is None or before.version != version or (live is not None and live != known)
        return Published(made.process, version, plan.digest, changed, live is not None and live.version == version)

    async def _never_published(self, made: _Made) -> list[_Made]:
        """The processes that it starts, and those that they start, as far as new cases cannot have them yet."""
        found: dict[str, _Made] = {}
        coming = [made]
        while coming:
            for name in sorted(_started_by(coming.pop().plan) - {made.process, *found}):
                if await self.store.read(lambda c, name=name: plans.live(c, name)) is None:  # type: ignore[misc]
                    found[name] = self._compiled(name)
                    coming.append(found[name])
        return list(found.values())

    async def processes(self) -> tuple[PlanRow, ...]:
        """The live version of every published process."""
        return tuple(await self.store.read(plans.processes))

    def definitions(self) -> tuple[str, ...]:
        """The ids of the processes that have a file in the workspace."""
        return tuple(sorted(f.stem for f in self._folder().glob("*.yaml")))

    async def edition(self, process: str, version: int | None = None) -> Edition:
        """The live version of a process, or the one of this number. One that has a file and was never published is
        published now. Raises NotThere."""
        if version is not None:
            return await self.numbered(process, version)
        found = await self.shelf.live(process)
        if found is None:
            await self._publish_first(process)
            found = await self.shelf.live(process)
        if found is None:
            raise NotThere(f"there is no process `{process}`")
        return found

    async def numbered(self, process: str, version: int) -> Edition:
        """A version by its number, also a draft. Raises NotThere."""
        found = await self.shelf.numbered(process, version)
        if found is None:
            raise NotThere(await self._no_version(process, version))
        return found

    async def _publish_first(self, process: str) -> None:
        drafts = await self.store.read(lambda c: plans.versions(c, process))
        if drafts:
            number = drafts[0].version
            raise NotThere(
                f"of `{process}` there are only drafts. Try one with: baton start {process} --version {number}, or "
                f"let new cases have it with: baton publish {process} --release {number}"
            )
        await self.publish(process)

    async def _no_version(self, process: str, version: int) -> str:
        known = [row.version for row in await self.store.read(lambda c: plans.versions(c, process))]
        if not known:
            return self._no_process(process) if not self._file(process).is_file() else f"`{process}` is not published"
        return f"`{process}` has no version {version}; the newest is {known[0]}. See: baton versions {process}"

    def _compiled(self, process: str) -> _Made:
        if not self._file(process).is_file():
            raise NotThere(self._no_process(process))
        compiled = compile_process(self.settings.workspace, process, self.registry)
        if compiled.plan is None:
            raise Findings(compiled.problems)
        return _Made(process, compiled.plan, compiled.source)

    def _no_process(self, process: str) -> str:
        known = self.definitions()
        near = suggest(process, known)
        out = f"did you mean `{near}`?" if near else f"there are {all_of(known, 20)}" if known else "there are none yet"
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
