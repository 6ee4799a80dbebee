"""Findings as a terminal shows them."""

import json
import shutil
from pathlib import Path

import pytest

from activities import STEP_TYPES
from engine.language.compiler import check_file
from engine.language.nodes import Place
from engine.language.problems import Fix, Problem, certain, in_order, one_of, render, suggest, to_json
from engine.language.source import load
from tests.language.golden import GOOD, pairs


def problem(line: str = "a: b", column: int = 4, length: int = 1, message: str = "wrong") -> Problem:
    return Problem("E031", message, "x.yaml", 7, column, length, line, "the cause", "the way out")


def test_a_finding_looks_as_the_language_says() -> None:
    assert render([problem("    document: ${ steps.contrat.file }", 24, 7)]) == (
        "error[E031]: wrong\n"
        " --> x.yaml:7:24\n"
        "  |\n"
        "7 |     document: ${ steps.contrat.file }\n"
        "  |                        ^^^^^^^\n"
        "  = note: the cause\n"
        "  = help: the way out\n"
    )


def test_the_caret_keeps_its_place_behind_tabs_and_wide_characters() -> None:
    lines = render([problem("a: \t日本x", 7)]).split("\n")
    assert lines[3:5] == ["7 | a: \t日本x", "  |    \t    ^"]


def test_a_long_line_is_cut_around_the_caret() -> None:
    shown = render([problem("x" * 5_000 + "here" + "y" * 5_000, 5_001, 4)])
    assert max(len(line) for line in shown.split("\n")) < 200
    assert "xherey" in shown


def test_no_control_character_reaches_the_terminal() -> None:
    assert "\x1b" not in render([problem("a: \x1b[31mred", 4, 3, message="bad \x1b[0m")])


def test_findings_are_sorted_by_place_and_each_comes_once() -> None:
    first, second = problem(column=2), problem(column=4)
    assert in_order([second, first, second]) == (first, second)


def test_programs_read_the_same_findings() -> None:
    found = json.loads(to_json([problem()]))
    assert (found[0]["code"], found[0]["line"], found[0]["help"]) == ("E031", 7, "the way out")


def test_a_suggestion_is_near_or_there_is_none() -> None:
    assert suggest("contrat", ["contract", "welcome"]) == "contract"
    assert suggest("client-sucess", ["client_success"]) == "client_success"
    assert suggest("", ["contract"]) == certain("", ["contract"]) == ""
    assert suggest("zebra", ["contract", "welcome"]) == ""


def test_a_long_list_of_words_is_cut() -> None:
    assert one_of(["a", "b"]) == "`a` or `b`"
    assert one_of(map(str, range(10)), limit=3) == "`0`, `1`, `2` or 7 more"


def test_a_repair_is_certain_only_where_one_word_is_much_like_it_and_no_other() -> None:
    assert certain("contrat", ["contract", "welcome"]) == "contract"
    assert certain("step_2", ["step_1"]) == ""
    assert certain("reviw_a", ["review_b", "review_c"]) == ""
    assert certain("crn", ["crm"]) == ""


def test_a_repair_names_the_characters_to_replace() -> None:
    source = load('id: "stop"\nsubject: Welcome: next\ntype:form\n', "x.yaml")
    assert [p.fix for p in source.problems] == [Fix(2, 10, 13, '"Welcome: next"'), Fix(3, 6, 0, " ")]
    assert source.instead(Place(1, 5, 6), "stop", "halt") == Fix(1, 6, 4, "halt")
    assert source.instead(Place(1, 5, 6), "other", "halt") is None


def test_a_person_is_never_guessed() -> None:
    found = check_file(GOOD.parent / "bad" / "user-unknown.yaml", STEP_TYPES)
    assert "did you mean `ann`?" in [p.help for p in found]
    assert [p.fix for p in found] == [None] * len(found)


@pytest.mark.parametrize("path", [path for path in pairs() if path.is_file()], ids=lambda path: path.stem)
def test_a_repair_removes_its_finding_and_breaks_nothing(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    shutil.copytree(path.parent, folder)
    copy = folder / path.name
    before = check_file(copy, STEP_TYPES)
    for problem in before:
        if problem.fix is None or problem.file != path.name:
            continue
        lines = path.read_text(encoding="utf-8").split("\n")
        line, at = lines[problem.fix.line - 1], problem.fix.column - 1
        lines[problem.fix.line - 1] = line[:at] + problem.fix.text + line[at + problem.fix.length :]
        copy.write_text("\n".join(lines), encoding="utf-8")
        after = check_file(copy, STEP_TYPES)
        assert (problem.code, problem.message) not in [(p.code, p.message) for p in after if p.line == problem.line]
