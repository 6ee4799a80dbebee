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
    assert f"note: the files say something else than version 1 of {PROCESS}" in said.err


def test_a_process_that_was_only_drafted_is_not_started_by_the_way(baton: Baton, workspace: Path) -> None:
    (workspace / "definitions/processes/small.yaml").write_text(
        "language: 1\nprocess: small\ntitle: Small\nsteps:\n  - { id: done, type: stop, outcome: done }\n"
    )
    assert baton("publish", "small", "--draft").code == 0
    said = baton("start", "small")
    assert said.code == 1
    assert "there are only drafts" in said.err
    assert baton("start", "small", "--version", "1").code == 0


def test_what_differs_is_said_in_sentences(baton: Baton, edited: Path) -> None:
    said = baton("diff", PROCESS)
    assert "`welcome`: the timeout is “25 business days” now; it was “20 business days”.\n" in said.out
    assert said.out.endswith("1 difference\n")
    baton("publish", PROCESS)
    assert baton("diff", PROCESS).out == "They are the same.\n"
    assert [c["about"] for c in baton("diff", PROCESS, "1", "2", "--json").json] == ["welcome"]
    file = str(edited / "definitions/processes" / f"{PROCESS}.yaml")
    assert baton("diff", f"{PROCESS}@1", file).out == said.out
    edit(edited, "Welcome", "Hello", "emails/welcome.md")
    assert "The email `welcome`: the subject is" in baton("diff", PROCESS, "2").out


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("nothing",), "there is no process `nothing`"),
        ((PROCESS, "7"), "has no version 7; the newest is 1"),
        ((f"{PROCESS}@x",), "is no version"),
        (("a.yaml", "b.yaml"), "there is no file a.yaml"),
        ((PROCESS, "1", "x"), "name two versions or files"),
    ],
)
def test_a_side_that_is_not_there_is_named(baton: Baton, workspace: Path, parts: tuple[str, ...], words: str) -> None:
    said = baton("diff", *parts)
    assert said.code == 1
    assert words in said.err


def test_a_migration_tells_before_it_does_anything(baton: Baton, edited: Path) -> None:
    cases = [baton("start", PROCESS, *ACME, "-i", f"email=c{n}@acme.test", "--json").json["case"] for n in (1, 2)]
    for look in ("--plan", "--apply"):
        assert baton("migrate", PROCESS, look).out == f"Every open case of {PROCESS} runs version 1.\n"
    baton("publish", PROCESS)
    said = baton("migrate", PROCESS).out
    assert said.startswith(f"2 cases of {PROCESS} on another version than 2:\n\n2 cases go on with it:\n")
    assert all(case in said for case in cases)
    assert "Nothing was changed." in said
    found = baton("migrate", PROCESS, "--case", cases[0], "--json").json
    assert [(c["case"], c["verdict"]["kind"]) for c in found["cases"]] == [(cases[0], "moves")]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--plan", "--apply"), "say one of them"),
        (("--map", "welcome"), "is not NAME=VALUE"),
        (("--map", "welcome=welcom"), "has no step `welcom`; did you mean `welcome`?"),
        (("--to", "9"), "has no version 9"),
        (("--case", "nobody"), "there is no case `nobody`"),
    ],
)
def test_a_migration_that_cannot_be_meant_is_refused(
    baton: Baton, edited: Path, more: tuple[str, ...], words: str
) -> None:
    baton("start", PROCESS, *ACME)
    baton("publish", PROCESS)
    said = baton("migrate", PROCESS, *more)
    assert said.code == 1
    assert words in said.err


def test_a_check_says_which_files_differ_from_what_is_live(baton: Baton, workspace: Path) -> None:
    assert baton("check").err == ""
    edit(workspace, "timeout: 20 business days", "timeout: 25 business days")
    assert baton("check").err == (
        f"note: {PROCESS}.yaml has changed since version 1, which is live. See: baton diff {PROCESS}\n"
    )
    assert baton("check", "--json").err == ""


def test_a_file_outside_of_every_workspace_is_checked_without_such_words(
    baton: Baton, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "language: 1\nprocess: small\ntitle: Small\nsteps:\n  - { id: over, type: stop, outcome: over }\n"
    (tmp_path / "small.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    said = baton("check", "small.yaml")
    assert (said.code, said.err) == (0, "")
