"""A workspace for one test: the shipped definitions, a small process and a file of tests for it."""

from pathlib import Path

from activities import STEP_TYPES
from engine.scenarios.play import Played
from engine.scenarios.suite import Suite
from engine.workspace import create
from tests.runtime.small import FILES, HEAD


def suite(folder: Path, process: str, tests: str) -> Suite:
    """The small process with this body, and these tests in `tests/small.yaml`."""
    workspace = folder / "workspace"
    create(workspace)
    definitions = workspace / "definitions"
    for name, text in FILES.items():
        (definitions / name).write_text(text)
    (definitions / "processes" / "small.yaml").write_text(HEAD + process)
    (definitions / "tests" / "small.yaml").write_text(f"process: small\ninputs: {{ email: ann@acme.test }}\n{tests}")
    return Suite(definitions, STEP_TYPES)


def played(folder: Path, process: str, tests: str) -> list[Played]:
    """What came of these tests of the small process."""
    found = suite(folder, process, tests)
    chosen = found.chosen(found.folder / "tests" / "small.yaml")
    assert chosen, found.problems(found.files())
    results = [chosen.player.play(test) for test in chosen.tests]
    if not any(result.misses for result in results):
        wrong = found.problems([found.folder / "tests" / "small.yaml"])
        assert [p for p in wrong if p.severity == "error"] == [], "what can be played has no findings"
    return results


def misses(folder: Path, process: str, tests: str) -> list[tuple[str, str, str]]:
    """What did not come true: what, expected, happened."""
    return [(m.what, m.expected, m.happened) for one in played(folder, process, tests) for m in one.misses]
