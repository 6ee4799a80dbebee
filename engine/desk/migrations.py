"""Running cases on another version of their process: what would become of each, and doing it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from engine.desk.answers import DeskError
from engine.desk.publishing import every_step
from engine.desk.versions import Versions
from engine.language.plan import Plan
from engine.language.problems import all_of, suggest
from engine.language.values import encode
from engine.runtime.migration import MIGRATE, Verdict, migrate
from engine.runtime.state import State
from engine.shelf import Edition
from engine.store import cases, moves, states
from engine.store.rows import Arrival, Candidate

SIDE_BY_SIDE = 5  # cases that are asked at the same time; so many may still move after the first surprise
PATIENCE = 30.0  # seconds without any news, after which nobody seems to be at work
GLANCE = 0.05
NOBODY = "no case has answered for {seconds:.0f} seconds: is `baton up` running? Ask again to go on where this stopped"


@dataclass(frozen=True)
class Outlook:
    """What would become of one case."""

    case: str
    title: str
    version: int
    verdict: Verdict


@dataclass(frozen=True)
class Result:
    """What became of one case: moved, stays (by its verdict), ended (before it heard of it), or surprise (it was to
    move, and has changed meanwhile). `why` says it in words."""

    case: str
    outcome: str
    why: str = ""


@dataclass
class _Run:
    """One carrying out: `stopped` after the first surprise."""

    edition: Edition
    names: Mapping[str, str]
    by: str
    stopped: bool = False
    news: float = 0.0
    waiting: set[asyncio.Task[Result]] = field(default_factory=set)


class Migrations(Versions):
    async def outlook(
        self,
        process: str,
        to: int | None = None,
        names: Mapping[str, str] | None = None,
        only: Collection[str] = (),
        heard: Callable[[int, int], None] = lambda done, of: None,
    ) -> tuple[Edition, tuple[Outlook, ...]]:
        """A verdict for every open case that runs another version than `to` (the live one, if not said).

        `names` are steps that have another id there: old -> new; `only` some
        cases; `heard` is told how many are done. Raises NotThere, and DeskError for names that are none.
        """
        edition = await self.published(process, to)
        found = await self._candidates(edition, only)
        await self._check(edition, found, names or {})
        seen = []
        for n, case in enumerate(found, 1):
            seen.append(await self._look(edition, case, names or {}))
            heard(n, len(found))
            await asyncio.sleep(0)  # others have a word, too
        return edition, tuple(seen)

    async def move(
        self, edition: Edition, outlooks: Collection[Outlook], names: Mapping[str, str] | None = None, by: str = ""
    ) -> AsyncIterator[Result]:
        """Ask the cases to go on with this version, and tell what became of each.

        It ends after the first case that is not as its outlook says. Asking
        again goes on with those that have not moved. Raises DeskError when nobody is at work.
        """
        run = _Run(edition, names or {}, by, news=asyncio.get_running_loop().time())
        coming = iter([o for o in outlooks if o.verdict.kind == "moves"])
        for outlook in outlooks:
            if outlook.verdict.kind != "moves":
                yield Result(outlook.case, "stays", outlook.verdict.told())
        while self._ask(run, coming):
            done, run.waiting = await asyncio.wait(run.waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                result = task.result()
                run.stopped = run.stopped or result.outcome == "surprise"
                yield result

    def _ask(self, run: _Run, coming: Iterator[Outlook]) -> bool:
        """Have as many cases asked at the same time as may be; False when there is nothing to wait for."""
        while not run.stopped and len(run.waiting) < SIDE_BY_SIDE:
            outlook = next(coming, None)
            if outlook is None:
                break
            run.waiting.add(asyncio.create_task(self._one(run, outlook)))
        return bool(run.waiting)

    async def _one(self, run: _Run, outlook: Outlook) -> Result:
        unique = f"migrate-{secrets.token_hex(8)}"
        asked = {"digest": run.edition.plan.digest, "version": run.edition.version, "names": dict(run.names)}
        data = encode(asked | {"gist": outlook.verdict.gist()})
        now = self.clock()
        await self.deliver(Arrival(unique, MIGRATE, unique, MIGRATE, "", outlook.case, "", run.by, data, now))
        loop = asyncio.get_running_loop()
        while loop.time() - run.news < PATIENCE:
            if result := await self._result(outlook.case, unique):
                run.news = loop.time()
                return result
            await asyncio.sleep(GLANCE)
        raise DeskError(NOBODY.format(seconds=PATIENCE))

    async def _result(self, case: str, asked: str) -> Result | None:
        found = await self.store.read(lambda c: moves.outcome(c, asked))
        if found:
            return Result(case, "moved" if found.outcome == "moved" else "surprise", found.why)
        summary = await self.store.read(lambda c: cases.summary(c, case))
        if summary is None or summary.status == "ended":
            return Result(case, "ended", f"it has ended: {summary.outcome if summary else 'gone'}")
        return None

    async def _candidates(self, edition: Edition, only: Collection[str]) -> tuple[Candidate, ...]:
        digest = edition.plan.digest
        found = await self.store.read(lambda c: moves.candidates(c, edition.process, digest))
        for case in only:
            about = (await self.case(case)).summary
            if about.process != edition.process:
                raise DeskError(f"the case `{case}` is one of `{about.process}`, not of `{edition.process}`")
        return tuple(c for c in found if not only or c.id in only)

    async def _check(self, edition: Edition, found: Collection[Candidate], names: Mapping[str, str]) -> None:
        """Names that mean nothing would be left unnoticed otherwise."""
        known = _ids(edition.plan)
        for new in names.values():
            if new not in known:
                raise DeskError(f"version {edition.version} has no step `{new}`{_near(new, known)}")
        before = set[str]().union(*[_ids(await self.shelf.plan(digest)) for digest in {c.digest for c in found}])
        for old in names if found else ():
            if old not in before:
                raise DeskError(f"no version that a case runs has a step `{old}`{_near(old, before)}")

    async def _look(self, edition: Edition, case: Candidate, names: Mapping[str, str]) -> Outlook:
        old = await self.shelf.plan(case.digest)
        state = State.load(await self.store.read(lambda c: states.current(c, case.id)))
        values = self.values(edition.plan)
        found = await asyncio.to_thread(migrate, old, edition.plan, state, self.clock(), values, _known(names, old))
        return Outlook(case.id, case.title, case.version, found.verdict)


def _ids(plan: Plan) -> set[str]:
    blocks = (plan.process.steps, *(handler.steps for handler in plan.process.handlers))
    return {step.id for block in blocks for step in every_step(block)}


def _known(names: Mapping[str, str], plan: Plan) -> dict[str, str]:
    """Only the names that this plan has: cases of several versions may move together."""
    known = _ids(plan)
    return {old: new for old, new in names.items() if old in known}


def _near(name: str, known: Collection[str]) -> str:
    near = suggest(name, sorted(known))
    return f"; did you mean `{near}`?" if near else f"; there are {all_of(sorted(known), 20)}"
