"""`baton fix` changes what is certain and nothing else."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from activities import STEP_TYPES
from engine.editor.fixing import Found, apply, repair
from engine.language.compiler import check_file
from engine.language.library import Buffers, definitions_around
from engine.language.problems import Fix, Problem
from tests.cli.conftest import Baton
from tests.language.golden import BAD, pairs

FILES = [path for path in pairs() if path.is_file()]


def findings_of(path: Path) -> Found:
    def found(buffers: Buffers) -> tuple[Problem, ...]:
        problems = check_file(path, STEP_TYPES, buffers)
        return tuple(replace(p, file=str(definitions_around(path) / p.file)) for p in problems)

    return found


def errors(problems: tuple[Problem, ...]) -> Counter[tuple[str, str, str]]:
    return Counter((p.file, p.code, p.message) for p in problems if p.severity == "error")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(BAD)))
def test_every_repair_takes_findings_away_and_brings_none(path: Path) -> None:
    found = findings_of(path)
    before, done = found({}), repair(found)
    after = found(done.after)
    assert not errors(after) - errors(before)
    if done.after:
        fewer = errors(after).total() < errors(before).total()
        assert fewer or len(after) < len(before)
    assert repair(lambda buffers: found({**done.after, **buffers})).applied == []


def test_most_of_what_is_certain_is_repaired() -> None:
    offered = sum(p.fix is not None for path in FILES for p in findings_of(path)({}))
    applied = sum(len(repair(findings_of(path)).applied) for path in FILES)
    assert applied > 0.8 * offered


def test_only_the_places_of_the_repairs_change() -> None:
    text = "\ufeffa: one  # first\r\nb:\ttwo\rc: three\n"
    assert apply(text, [Fix(3, 4, 5, "3"), Fix(1, 4, 3, "1")]) == "\ufeffa: 1  # first\r\nb:\ttwo\rc: 3\n"


def test_of_two_repairs_of_one_place_the_first_counts() -> None:
    assert apply("a: one", [Fix(1, 4, 3, "1"), Fix(1, 5, 1, "x")]) == "a: 1"


BROKEN = """\
language: 1          # kept
process: greet
title: "Greet"
steps:

  - {id: hello,   type: stop, outcom: done}   # and this, with its blanks
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "greet.yaml").write_text(BROKEN)
    return tmp_path / "greet.yaml"


def test_a_file_is_repaired_and_keeps_its_comments_and_its_layout(baton: Baton, file: Path) -> None:
    done = baton("fix", "greet.yaml")
    assert (done.code, done.out.splitlines()[-1]) == (0, "1 finding repaired")
    assert file.read_text() == BROKEN.replace("outcom:", "outcome:")
    assert "-  - {id: hello,   type: stop, outcom: done}" in done.out


def test_a_dry_run_shows_the_same_and_writes_nothing(baton: Baton, file: Path) -> None:
    done = baton("fix", "greet.yaml", "--dry-run")
    assert "+  - {id: hello,   type: stop, outcome: done}" in done.out
    assert file.read_text() == BROKEN


def test_what_nobody_can_be_certain_about_is_left(baton: Baton, file: Path) -> None:
    file.write_text(BROKEN.replace("stop", "fax"))
    done = baton("fix", "greet.yaml")
    assert (done.code, file.read_text()) == (1, BROKEN.replace("stop", "fax"))
    assert "see `baton check`" in done.out
