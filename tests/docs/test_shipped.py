"""The definitions that come with Baton are an example to follow."""

from pathlib import Path

import pytest

from activities import STEP_TYPES
from engine.language.compiler import check_file, compile_process
from engine.language.problems import render
from engine.preview.diagram import Progress, drawn, svg
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


def test_the_picture_in_the_readme_is_of_the_process_as_it_is() -> None:
    """`baton diagram contract-renewal -w definitions -o docs/contract-renewal.svg` draws it anew."""
    compiled = compile_process(ROOT / "definitions", "contract-renewal", STEP_TYPES)
    assert compiled.plan
    process = compiled.plan.process
    picture = svg(drawn(compiled.plan, Progress()), process.title, process.description or "")
    assert (ROOT / "docs" / "contract-renewal.svg").read_text(encoding="utf-8") == picture
