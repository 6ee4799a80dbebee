"""Every example in the documentation is one that works."""

from pathlib import Path

import pytest

from activities import STEP_TYPES
from cli.main import run
from engine.language.compiler import check_file
from engine.language.problems import render
from tests.docs.blocks import PAGES, Block, of, workspace

BLOCKS = [block for page in PAGES for block in of(page)]
YAML = [block for block in BLOCKS if block.language == "yaml" and block.kind != "plugin"]
PROCESSES = [block for block in YAML if block.kind == "process"]


@pytest.mark.parametrize("block", YAML, ids=str)
def test_every_yaml_block_says_whether_it_is_whole(block: Block) -> None:
    assert block.kind in ("process", "file", "fragment"), f"{block}: say ```yaml process, file or fragment"
    assert bool(block.name) == (block.kind != "fragment"), f"{block}: a whole file has a name, a fragment has none"


@pytest.mark.parametrize("block", PROCESSES, ids=str)
def test_every_process_compiles(block: Block, tmp_path: Path) -> None:
    files = [other for other in BLOCKS if other.page == block.page]
    folder = workspace(tmp_path / "workspace", [other for other in files if other.kind == "file"] + [block])
    problems = check_file(folder / block.name, STEP_TYPES)
    assert not problems, f"{block}\n{render(problems)}"


@pytest.mark.parametrize("block", [b for b in YAML if b.name == "definitions/connections.yaml"], ids=str)
def test_every_way_in_and_out_that_is_shown_is_one(block: Block, tmp_path: Path) -> None:
    files = [other for other in BLOCKS if other.page == block.page and other.kind == "file" and other != block]
    folder = workspace(tmp_path / "workspace", [*files, block])
    problems = check_file(folder / block.name, STEP_TYPES)
    assert not problems, f"{block}\n{render(problems)}"


@pytest.mark.parametrize("block", [b for b in YAML if b.name.startswith("definitions/tests/")], ids=str)
def test_every_test_that_is_shown_passes(block: Block, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [other for other in YAML + BLOCKS if other.page == block.page and other.name]
    folder = workspace(tmp_path / "workspace", files)
    assert run(["test", str(folder / block.name)]) == 0, capsys.readouterr().out


def test_the_tutorial_has_a_process_of_its_own() -> None:
    assert [block for block in PROCESSES if block.page == "tutorial.md"]
