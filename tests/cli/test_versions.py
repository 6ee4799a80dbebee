"""Versions of a process: kept for ever, one of them live, told apart in sentences."""

from pathlib import Path

import pytest

from tests.cli.conftest import ACME, Baton

PROCESS = "client-onboarding"


def edit(workspace: Path, old: str, new: str, file: str = f"processes/{PROCESS}.yaml") -> Path:
    path = workspace / "definitions" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


@pytest.fixture
def edited(workspace: Path) -> Path:
    edit(workspace, "timeout: 20 business days", "timeout: 25 business days")
    return workspace


def test_publishing_keeps_who_when_and_why(baton: Baton, edited: Path) -> None:
    said = baton("publish", PROCESS, "--by", "helen", "-m", "Clients need longer")
    assert said.out == f"{PROCESS} version 2\n"
    new, old = baton("versions", PROCESS, "--json").json
    assert (new["version"], new["state"], new["author"], new["message"]) == (2, "live", "helen", "Clients need longer")
    assert (old["version"], old["state"]) == (1, "past")
    assert new["digest"] != old["digest"]


def test_a_draft_waits_until_it_is_released(baton: Baton, edited: Path) -> None:
    assert "version 2 (draft; try it: baton start" in baton("publish", PROCESS, "--draft").out
    case = baton("start", PROCESS, *ACME, "--json").json["case"]
    assert "version 1" in baton("status", case).out
    trial = baton("start", PROCESS, *ACME, "--version", "2", "--json", "-i", "email=bob@trial.test").json["case"]
    assert "version 2" in baton("status", trial).out
    assert baton("publish", PROCESS, "--release", "2").out.startswith(f"New cases of {PROCESS} get version 2 instead")
    assert [v["state"] for v in baton("versions", PROCESS, "--json").json] == ["live", "past"]


def test_a_rollback_gives_new_cases_the_version_before(baton: Baton, edited: Path) -> None:
    baton("publish", PROCESS)
    said = baton("rollback", PROCESS, "--by", "helen", "-m", "Too long")
    assert said.out.startswith(f"New cases of {PROCESS} get version 1 instead of 2.")
    table = baton("versions", PROCESS).out
    assert "by helen: Too long" in table
    assert "The files differ from version 1, which is live." in table


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("2", "is the one that new cases get already"),
        ("3", "is a draft, and was never live"),
        ("9", "has no version 9; the newest is 3"),
    ],
)
def test_a_rollback_that_means_nothing_is_refused(baton: Baton, edited: Path, number: str, words: str) -> None:
    baton("publish", PROCESS)
    edit(edited, "timeout: 25 business days", "timeout: 30 business days")
    baton("publish", PROCESS, "--draft")
    said = baton("rollback", PROCESS, number)
    assert said.code == 1
    assert words in said.err


def test_a_start_says_when_the_files_say_something_else(baton: Baton, workspace: Path) -> None:
    assert "note:" not in baton("start", PROCESS, *ACME).err
    edit(workspace, "Welcome", "Hello", "emails/welcome.md")
    said = baton("start", PROCESS, *ACME, "-i", "email=bob@other.test")
    assert said.err.startswith(f"note: the files say something else than version 1 of {PROCESS}")


def test_a_process_that_was_only_drafted_is_not_started_by_the_way(baton: Baton, workspace: Path) -> None:
    (workspace / "definitions/processes/small.yaml").write_text(
        "language: 1\nprocess: small\ntitle: Small\nsteps:\n  - { id: done, type: stop, outcome: done }\n"
    )
    assert baton("publish", "small", "--draft").code == 0
    said = baton("start", "small")
    assert said.code == 1
    assert "there are only drafts" in said.err
    assert baton("start", "small", "--version", "1").code == 0
