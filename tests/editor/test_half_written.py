"""An editor asks about files as they are while somebody types: nothing may fail, and the answer is there at once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import STEP_TYPES
from engine.editor.definition import definition
from engine.editor.fixing import apply
from engine.editor.hover import hover
from engine.editor.open_files import OpenFiles
from engine.editor.proposals import Proposal, proposals
from engine.editor.renaming import renamed
from engine.editor.spot import spot
from engine.editor.symbols import symbols
from engine.workspace import create

QUICK = 1.0  # seconds for everything about one text
EXAMPLE = Path("definitions/processes/client-onboarding.yaml")
PIECES = ["${ ", " }", "'", '"', "{", "[", "]", "}", ": ", "- ", "|", ">", "#", "\t", "\n", "steps.", "🎉", "&a", "*a",
          "!!x", "if: ", "%", "---\n", "\x07", "type: repeat\n", "\u2028", "é", "  "]  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("half") / "northwind"
    create(folder)
    return folder


def asked(path: Path, text: str, line: int, column: int) -> list[Proposal]:
    """Everything an editor asks about a place, timed."""
    started = time.process_time()
    files = OpenFiles(STEP_TYPES)
    files.put(path, text)
    view = files.view(path)
    problems = [p for found in files.problems(path).values() for p in found]
    found = proposals(files, view, line, column)
    hover(view, line, column)
    definition(view, line, column)
    renamed(view, line, column)
    symbols(view)
    apply(text, [p.fix for p in problems if p.fix and p.file.endswith(path.name)])
    assert time.process_time() - started < QUICK
    return found


def end(text: str) -> tuple[int, int]:
    return text.count("\n"), len(text) - text.rfind("\n") - 1


def ways(text: str) -> Iterator[str]:
    """Prefixes that end inside every kind of place: all of one part, and every seventeenth elsewhere."""
    first = text.index("  - id: welcome")
    yield from (text[:n] for n in range(first, first + 900, 3))
    yield from (text[:n] for n in range(0, len(text), 97))


def test_every_beginning_of_the_example_can_be_asked_about(workspace: Path) -> None:
    path = workspace / EXAMPLE
    text = path.read_text()
    asked(path, text, 10, 3)  # loads what is loaded once
    for part in ways(text):
        asked(path, part, *end(part))


@pytest.mark.parametrize("name", ["emails/welcome.md", "documents/services-agreement.md", "connections.yaml",
                                  "people.yaml", "forms/client-welcome.yaml", "calendars/uk-office.yaml"])  # fmt: skip
def test_every_beginning_of_other_files_too(workspace: Path, name: str) -> None:
    path = workspace / "definitions" / name
    text = path.read_text()
    for n in range(0, len(text), 41 if len(text) < 2_500 else 161):
        asked(path, text[:n], *end(text[:n]))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoiled_example_can_be_asked_about_anywhere(workspace: Path, data: st.DataObject) -> None:
    path = workspace / EXAMPLE
    text = path.read_text()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.sampled_from([0, 0, 1, 5, 40, 400]))
        text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at + cut :]
    line = data.draw(st.integers(0, text.count("\n")))
    asked(path, text, line, data.draw(st.integers(0, 60)))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "steps:", "id", "a", "\n  ", "\n    ", "type", "task"])).map("".join))
def test_any_text_has_a_spot_everywhere(text: str) -> None:
    for line, written in enumerate(text.split("\n")):
        for column in range(len(written) + 1):
            found = spot(text, line, column)
            assert 0 <= found.start <= column or found.kind == "none"


def test_shipped_definitions_have_nothing_to_say(workspace: Path) -> None:
    for path in (p for p in (workspace / "definitions").rglob("*") if p.suffix in (".yaml", ".md", ".csv")):
        files = OpenFiles(STEP_TYPES)
        files.put(path, path.read_text())
        assert files.ours(path)
        assert not any(files.problems(path).values()), path


def test_a_table_can_be_asked_about(workspace: Path) -> None:
    text = "inputs.country,set rate\nGB,\n,0.2\n"
    path = workspace / "definitions" / "tables" / "rates.csv"
    for n in range(len(text)):
        assert asked(path, text[:n], *end(text[:n])) == []


def test_a_large_file_is_answered_in_time(workspace: Path) -> None:
    step = (
        "  - id: step_{n}\n    type: task\n    title: Do ${ inputs.company }\n    assignee: sam\n    timeout: never\n"
    )
    head = "language: 1\nprocess: large\ntitle: Large\ninputs:\n  company: {type: text}\nsteps:\n"
    text = (
        head + "".join(step.replace("{n}", str(n)) for n in range(100)) + "  - id: last\n    type: task\n    if: steps."
    )
    found = asked(workspace / "definitions" / "processes" / "large.yaml", text, *end(text))
    assert "step_99" in [p.label for p in found]
