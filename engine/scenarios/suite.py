"""The scenario tests of a workspace: found, checked, and played."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.language.checks import check
from engine.language.compiler import Compiled, compile_process
from engine.language.document import Document, Registry
from engine.language.library import Library
from engine.language.plan import Plan
from engine.language.problems import Problem, errors, in_order
from engine.language.scenario import Scenario, Tests
from engine.scenarios.coverage import Coverage
from engine.scenarios.finding import steps_in
from engine.scenarios.play import Played, Player
from engine.scenarios.world import Workspace

UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Chosen:
    """The tests of one file that are to be played."""

    player: Player
    tests: tuple[Scenario, ...]


@dataclass
class Suite:
    """The definitions below `folder`, each read and compiled once."""

    folder: Path
    registry: Registry
    currency: str = "GBP"
    zone: ZoneInfo = UTC
    library: Library = field(init=False)
    compiled: dict[str, Compiled] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.library = Library(self.folder, self.registry)

    def files(self) -> tuple[Path, ...]:
        """All files of tests."""
        return tuple(self.folder / "tests" / f"{name}.yaml" for name in self.library.names("tests"))

    def document(self, file: Path) -> Document:
        """A file of tests as it was read."""
        return self.library.file(file)

    def process_of(self, file: Path) -> str:
        """The process that a file tests; empty where it names none."""
        root = self.document(file).root
        return root.process if isinstance(root, Tests) else ""

    def uses(self, file: Path) -> set[str]:
        """The process that a file tests, and those that it starts."""
        found: set[str] = set()
        asked = [self.process_of(file)]
        while asked:
            name = asked.pop()
            if name not in found and (plan := self.plan(name)):
                found.add(name)
                asked += [s.process for s in steps_in((plan.process.steps,)) if s.type == "subprocess"]
        return found | {self.process_of(file)}

    def problems(self, files: Iterable[Path]) -> tuple[Problem, ...]:
        """What is wrong with these tests, and with the processes that they are for."""
        found: list[Problem] = []
        for file in files:
            found += check(self.document(file), self.library)
            if process := self._compile(self.process_of(file)):
                found += process.problems
        return in_order([*found, *self.library.problems()])

    def chosen(self, file: Path, words: str = "") -> Chosen | None:
        """The tests of a file with these words in their titles; None where the file cannot be played."""
        document = self.document(file)
        plan = self.plan(self.process_of(file))
        if not isinstance(document.root, Tests) or plan is None or errors(document.source.problems):
            return None
        tests = tuple(t for t in document.root.tests if words.lower() in f"{document.root.process} {t.title}".lower())
        return Chosen(Player(document, document.root, plan, self.around()), tests)

    def plan(self, process: str) -> Plan | None:
        """A process of the workspace; None where there is none, or it has mistakes."""
        compiled = self._compile(process)
        return compiled.plan if compiled else None

    def coverage(self, process: str) -> Coverage | None:
        """What can be measured of a process, at nothing yet."""
        compiled = self._compile(process)
        if compiled is None or compiled.plan is None or compiled.document is None:
            return None
        return Coverage.of(compiled.document, compiled.plan)

    def _compile(self, process: str) -> Compiled | None:
        if process not in self.compiled:
            path = self.library.path("processes", process)
            if path is None:
                return None
            self.compiled[process] = compile_process(self.folder, path, self.registry)
        return self.compiled[process]

    def _processes(self) -> tuple[str, ...]:
        return self.library.names("processes")

    def around(self) -> Workspace:
        """What is around a process of the workspace when it is simulated."""
        return Workspace(self.plan, self._processes, self.currency, self.zone)


def play_all(chosen: Iterable[Chosen]) -> Iterator[Played]:
    """Play them one after the other."""
    for some in chosen:
        for test in some.tests:
            yield some.player.play(test)
