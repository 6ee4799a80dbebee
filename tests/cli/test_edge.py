"""Three ways to end, and how long the quick way takes."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from cli.lazy import COMMANDS
from cli.office import ask
from cli.problem import UserProblem
from engine.store.store import Store
from tests.cli.conftest import Baton

HEAVY = ("temporalio", "sqlalchemy", "pydantic", "fastapi", "typer", "jinja2", "rich")


def test_without_a_command_the_overview_is_shown(baton: Baton) -> None:
    said = baton()
    assert said.code == 0
    assert all(name in said.out for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself_with_an_example(baton: Baton, name: str) -> None:
    said = baton(name, "--help")
    assert said.code == 0
    assert "xample" in said.out or name in ("task", "mail")


def test_an_unknown_command_is_answered_with_the_one_that_was_meant(baton: Baton) -> None:
    said = baton("stat")
    assert (said.code, said.out) == (1, "")
    assert "did you mean `status`" in said.err


def test_a_wrong_option_is_the_users_problem(baton: Baton, workspace: Path) -> None:
    assert baton("tasks", "--nonsense").code == 1
    assert baton("status", "--nonsense").code == 1


def test_outside_of_a_workspace_the_way_out_is_named(
    baton: Baton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = baton("tasks")
    assert said.code == 1
    assert "baton init" in said.err


def test_wrong_settings_are_all_named(baton: Baton, workspace: Path) -> None:
    (workspace / "baton.yaml").write_text("web:\n  prot: 1\nbase_url: here\n")
    said = baton("status")
    assert said.code == 1
    assert "baton.yaml:2:3" in said.err
    assert "baton.yaml:3:11" in said.err


def test_problems_are_json_too(baton: Baton, workspace: Path) -> None:
    said = baton("start", "client-onboarding", "--json")
    assert said.code == 1
    assert "company" in said.json["problems"]


def test_our_own_mistake_is_written_down_and_ends_with_3(baton: Baton, case: str, store: Store) -> None:
    """A moment that Baton would never write: nobody who types a command can have caused it."""
    store.write_now(lambda c: c.execute(text("UPDATE cases SET started_at = 'yesterday'")))
    said = baton("status")
    assert said.code == 3
    assert "Traceback" in Path(said.err.rsplit(" ", 1)[1].strip()).read_text()


def test_a_damaged_database_is_said_in_words(baton: Baton, workspace: Path) -> None:
    (workspace / ".baton" / "baton.db").write_bytes(b"not a database" * 100)
    said = baton("status")
    assert said.code == 1
    assert "Restore the last backup" in said.err


@pytest.mark.parametrize("command", [["hold"], ["status"]])
def test_a_database_in_which_nobody_can_write_is_no_mistake_of_ours(
    baton: Baton, workspace: Path, command: list[str]
) -> None:
    """As on a disk that is full: here the file may not grow any more."""
    baton("status")
    code = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024)); import signal; "
    code += "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); import cli.main; sys.exit(cli.main.run(sys.argv[1:]))"
    said = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, cwd=workspace)
    assert (said.returncode, "Is its disk full?" in said.stderr) == (1, True)


def test_a_database_that_does_not_answer_any_more_is_no_mistake_of_ours(workspace: Path) -> None:
    with pytest.raises(UserProblem, match="the database does not answer: attempt to write a readonly database"):
        ask(workspace, lambda desk: desk.store.read(lambda c: c.execute(text("DELETE FROM holds"))))


def test_a_status_loads_nothing_heavy(workspace: Path) -> None:
    code = "import sys, cli.main; cli.main.run(['status']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]
    assert [name for name in HEAVY if f"'{name}'" in loaded] == []


LEAVING = """
import atexit, sys
import {library}
from engine.leaving import leave
atexit.register(print, "torn down")
print("done")
leave(7)
"""


@pytest.mark.parametrize(("library", "out"), [("json", "done\ntorn down\n"), ("temporalio.bridge.client", "done\n")])
def test_an_interpreter_that_temporals_threads_could_abort_is_not_torn_down(library: str, out: str) -> None:
    said = subprocess.run([sys.executable, "-c", LEAVING.format(library=library)], capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (7, out), said.stderr
