"""`baton test`: progress, failures with their place, and what programs read."""

import json
from pathlib import Path
from xml.etree.ElementTree import parse

import pytest

from cli.main import run
from engine.workspace import create

FAILING = """
process: kyc-check
inputs: { company: Acme }
tests:
  - title: it passes
    script: [{ complete: check, outcome: pass }]
    expect: { outcome: completed }
  - title: it does not
    script: [{ complete: check, outcome: refer }]
    expect:
      outcome: completed
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    create(tmp_path / "firm")
    monkeypatch.chdir(tmp_path / "firm")
    return tmp_path / "firm"


@pytest.fixture
def failing(workspace: Path) -> Path:
    file = workspace / "definitions" / "tests" / "kyc-check.yaml"
    file.write_text(FAILING)
    return file


def test_the_shipped_tests_pass(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", "-w", str(workspace)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("....")
    assert " passed in " in out


def test_a_failure_says_what_was_expected_and_what_happened(
    workspace: Path, failing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", str(failing)]) == 1
    out = capsys.readouterr().out
    assert out.startswith(
        ".F\n\nkyc-check: it does not\n  definitions/tests/kyc-check.yaml:11: outcome\n    expected: completed\n"
    )
    assert "    happened: none (the case is open, at second_opinion)" in out
    assert "    2026-03-02 09:00  Check who owns Acme: refer" in out
    assert "1 passed, 1 failed" in out


def test_only_tests_with_these_words_are_played(failing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(failing), "-k", "it passes"]) == 0
    assert "1 passed" in capsys.readouterr().out


def test_ways_that_no_test_takes_are_named(failing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(failing), "-k", "it passes", "--coverage", "--fail-under", "90"]) == 1
    out = capsys.readouterr().out
    assert "kyc-check: 42.8 % of 7 ways" in out
    assert "processes/kyc-check.yaml:19: `check` never ends with `refer`" in out
    assert "`second_opinion` never runs: its `if` never holds" in out
    assert "That is less than 90 %." in out


def test_json_has_everything(failing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(failing), "--json", "--coverage"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(t["title"], t["passed"]) for t in told["tests"]] == [("it passes", True), ("it does not", False)]
    assert told["tests"][1]["misses"][0]["line"] == 11
    assert told["coverage"][0]["process"] == "kyc-check"


def test_junit_has_the_failures(failing: Path, tmp_path: Path) -> None:
    assert run(["test", str(failing), "--junit", str(tmp_path / "out.xml")]) == 1
    [suite] = parse(tmp_path / "out.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.find("failure") is not None for case in suite] == [False, True]


def test_mistakes_in_tests_are_findings(failing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failing.write_text(FAILING.replace("refer", "refr"))
    assert run(["test", str(failing)]) == 1
    assert "did you mean `refer`?" in capsys.readouterr().out


def test_a_process_stands_for_its_tests(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(workspace / "definitions" / "processes" / "kyc-check.yaml")]) == 0
    assert "3 passed" in capsys.readouterr().out


def test_a_path_without_tests_says_where_they_belong(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(workspace / "definitions" / "forms")]) == 1
    assert "write them in" in capsys.readouterr().err


def test_a_process_is_tested_by_its_name(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", "kyc-check"]) == 0
    assert "passed" in capsys.readouterr().out
