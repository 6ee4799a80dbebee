"""Playing tests reaches nothing outside: no socket, no process, no file that is written."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from activities import STEP_TYPES
from engine.scenarios.suite import Suite, play_all
from engine.workspace import shipped

OUTSIDE = (
    "socket.", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty",
    "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.link", "os.symlink", "shutil.", "sqlite3.",
    "smtplib.", "urllib.", "ftplib.", "http.client.", "webbrowser.", "tempfile.",
)  # fmt: skip
found: list[str] = []
watching = False


def _heard(event: str, args: tuple[Any, ...]) -> None:
    if not watching:
        return
    written = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if event.startswith(OUTSIDE) or written:
        found.append(f"{event} {args[:2]}")


sys.addaudithook(_heard)  # the interpreter itself tells of everything that goes out, whatever does it


@contextmanager
def watched() -> Iterator[None]:
    global watching  # noqa: PLW0603 - an audit hook cannot be taken away again
    found.clear()
    watching = True
    try:
        yield
    finally:
        watching = False


@pytest.mark.parametrize("file", Suite(shipped(), STEP_TYPES).files(), ids=lambda file: file.stem)
def test_nothing_leaves_while_tests_are_played(file: Any) -> None:
    with watched():
        suite = Suite(shipped(), STEP_TYPES)
        suite.problems([file])
        chosen = suite.chosen(file)
        assert chosen
        results = list(play_all([chosen]))
    assert found == []
    assert sum(len(case.happened) for played in results for case in played.cases) > 0


def test_the_watch_notices_what_leaves() -> None:
    with watched():
        open("/dev/null", "w").close()
    assert found
