"""Findings as a terminal shows them."""

import json

from engine.language.problems import Problem, in_order, one_of, render, suggest, to_json


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
    assert suggest("zebra", ["contract", "welcome"]) == ""


def test_a_long_list_of_words_is_cut() -> None:
    assert one_of(["a", "b"]) == "`a` or `b`"
    assert one_of(map(str, range(10)), limit=3) == "`0`, `1`, `2` or 7 more"
