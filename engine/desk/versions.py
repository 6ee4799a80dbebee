"""Versions of a process: which there are, which one new cases get, and whether the file says something else."""

from engine.desk.answers import DeskError, NotThere, Released
from engine.desk.publishing import Publishing
from engine.language.compiler import compile_process
from engine.language.plan import Plan
from engine.shelf import Edition
from engine.store import plans
from engine.store.rows import VersionRow


class Versions(Publishing):
    async def versions(self, process: str) -> tuple[VersionRow, ...]:
        """All versions of a process, newest first. Raises NotThere."""
        found = await self.store.read(lambda c: plans.versions(c, process))
        if not found:
            raise NotThere(await self._no_version(process, 1))
        return found

    async def release(self, process: str, version: int, *, by: str = "", message: str = "") -> Released:
        """New cases get this version from now on. Raises NotThere."""
        await self.numbered(process, version)
        before = await self.store.read(lambda c: plans.live(c, process))
        await self.store.write(lambda c: plans.release(c, process, version, by, self.clock(), message))
        return Released(process, version, before.version if before else None)

    async def rollback(self, process: str, version: int | None = None, *, by: str = "", message: str = "") -> Released:
        """New cases get a version again that they had before; without a number the one before the live one.

        Raises NotThere, and DeskError for a version that new cases have, or never had.
        """
        known = {row.version: row for row in await self.versions(process)}
        if version is None:
            version = await self.store.read(lambda c: plans.before_live(c, process))
            if version is None:
                raise DeskError(f"new cases of `{process}` never had another version than they have now")
        row = known.get(version)
        if row and row.state == "live":
            raise DeskError(f"version {version} of `{process}` is the one that new cases get already")
        if row and row.state == "draft":
            raise DeskError(
                f"version {version} of `{process}` is a draft, and was never live. To let new cases have it: "
                f"baton publish {process} --release {version}"
            )
        return await self.release(process, version, by=by, message=message)

    async def published(self, process: str, version: int | None = None) -> Edition:
        """A version that was published; the live one without a number. Raises NotThere."""
        found = await self.numbered(process, version) if version is not None else await self.shelf.live(process)
        if found is None:
            raise NotThere(await self._no_version(process, 1))
        return found

    async def written(self, process: str) -> Plan:
        """What the files of a process say now. Raises NotThere, Findings."""
        return self._compiled(process).plan

    async def edited(self, process: str) -> int | None:
        """The live version, where the files say something else now; None where they say the same, where the process
        has no file, or one with mistakes."""
        live = await self.store.read(lambda c: plans.live(c, process))
        if live is None or not self._file(process).is_file():
            return None
        compiled = compile_process(self.settings.workspace, process, self.registry)
        return live.version if compiled.plan and compiled.plan.digest != live.digest else None
