"""The shipped processes do what their tests say, and the tests take their ways."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from activities import STEP_TYPES
from engine.scenarios.suite import Suite
from engine.workspace import create, shipped

SUITE = Suite(shipped(), STEP_TYPES, "GBP", ZoneInfo("Europe/London"))  # as its baton.yaml says
FILES = {file.stem: file for file in SUITE.files()}


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_process_passes_its_tests_which_take_nine_of_ten_ways(name: str) -> None:
    assert SUITE.problems([FILES[name]]) == ()
    chosen, coverage = SUITE.chosen(FILES[name]), SUITE.coverage(name)
    assert chosen
    assert coverage
    results = [chosen.player.play(test) for test in chosen.tests]
    assert [(r.title, r.misses) for r in results if r.misses] == []
    for case in (case for r in results for case in r.cases):
        coverage.add(case)
    assert coverage.percent >= 90, coverage.missing()


def test_a_new_workspace_has_the_tests_too(tmp_path: Path) -> None:
    create(tmp_path / "firm")
    assert (tmp_path / "firm" / "definitions" / "tests" / "client-onboarding.yaml").is_file()
