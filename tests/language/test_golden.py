"""Every finding has its exact text, and every code a page and an example."""

import re
from pathlib import Path

import pytest

import engine.language
from engine.language.explain import explain, families, pages, show
from tests.language.golden import GOOD, checked, pairs

LANGUAGE = Path(engine.language.__file__).parent


def codes() -> set[str]:
    """The codes that the language can raise."""
    return {code for path in LANGUAGE.rglob("*.py") for code in re.findall(r'"([EW]\d{3})"', path.read_text())}


def shown() -> set[str]:
    """The codes that some golden pair shows."""
    outputs = (path.with_suffix(".out").read_text(encoding="utf-8") for path in pairs())
    return {code for output in outputs for code in re.findall(r"^(?:error|warning)\[(\w+)\]", output, re.MULTILINE)}


@pytest.mark.parametrize("path", pairs(), ids=lambda path: path.stem)
def test_a_bad_file_gets_exactly_these_findings(path: Path) -> None:
    assert checked(path) == path.with_suffix(".out").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(GOOD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_good_file_gets_none(path: Path) -> None:
    assert checked(path) == ""


@pytest.mark.parametrize("path", pairs(), ids=lambda path: path.stem)
def test_the_caret_of_a_finding_stands_under_the_line_it_names(path: Path) -> None:
    for finding in path.with_suffix(".out").read_text(encoding="utf-8").split("\n\n"):
        place = re.search(r"--> (.+):(\d+):(\d+)$", finding, re.MULTILINE)
        caret = next(line for line in finding.split("\n") if line.strip(" |^\t") == "" and "^" in line)
        assert place is not None
        assert len(caret.split("|", 1)[1][1:].split("^")[0]) == int(place[3]) - 1


def test_every_code_has_a_page() -> None:
    assert codes() == set(pages())


def test_every_code_has_a_golden_pair() -> None:
    assert codes() - shown() == set()


@pytest.mark.parametrize("code", sorted(pages()))
def test_a_page_shows_what_is_wrong_and_what_is_right(code: str) -> None:
    page = explain(code.lower())
    assert page is not None
    assert page.wrong != page.right
    assert show(page).startswith(f"{code}: {page.title}\n")


def test_no_code_has_two_pages() -> None:
    headings = re.findall(r"^## (\w+)", (LANGUAGE / "explain.md").read_text(), re.MULTILINE)
    assert [code for code in set(headings) if headings.count(code) > 1] == []


def test_every_code_belongs_to_a_family() -> None:
    assert sorted(page.code for found in families().values() for page in found) == sorted(pages())


def test_an_unknown_code_has_no_page() -> None:
    assert explain("E999") is None
