"""The definitions that come with Baton are an example to follow."""

from pathlib import Path

import pytest

from activities import STEP_TYPES
from engine.language.compiler import check_file
from engine.language.problems import render
from tests.docs.blocks import ROOT, workspace

FILES = sorted(
    str(file.relative_to(ROOT))
    for file in (ROOT / "definitions").rglob("*")
    if file.suffix in (".yaml", ".md") and file.name != "baton.yaml"
)


@pytest.mark.parametrize("name", FILES)
def test_there_are_no_findings(name: str, tmp_path: Path) -> None:
    problems = check_file(workspace(tmp_path / "studio", []) / name, STEP_TYPES)
    assert not problems, f"{name}\n{render(problems)}"
