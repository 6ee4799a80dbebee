"""Pictures of processes: nothing overlaps, everything can be read, and a case colours its own in."""

import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from engine.language.plan import Plan
from engine.preview.diagram import drawn, mermaid, progress, svg
from engine.preview.diagram.measure import width, wrapped
from engine.preview.diagram.picture import Box, Drawing, Line, Words
from engine.preview.retelling import steps_in
from tests.cli.conftest import Baton
from tests.preview.sixty import sixty
from tests.runtime.onboarding import CHECKOUT, SCRIPTS, begun, follow, plan
from tests.runtime.small import small

CASE = begun()
for line in SCRIPTS["happy"][:6]:
    follow(CASE, line)


SHIPPED = sorted(file.stem for file in (CHECKOUT / "definitions" / "processes").glob("*.yaml"))


@cache
def pictures() -> dict[str, Drawing]:
    return {
        "example": drawn(plan()),
        "case": drawn(plan(), progress(CASE.state)),
        "sixty": drawn(small(sixty())),
        **{name: drawn(plan(name)) for name in SHIPPED},
    }


def boxes(name: str) -> list[Box]:
    return [s for s in pictures()[name].shapes if isinstance(s, Box)]


NAMES = ("example", "case", "sixty", *SHIPPED)


@pytest.mark.parametrize("name", NAMES)
def test_no_two_boxes_overlap(name: str) -> None:
    cards = [b for b in boxes(name) if not b.frame]
    assert [(a.title, b.title) for a, b in combinations(cards, 2) if _overlap(a, b)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_box_is_inside_a_frame_or_outside_of_it(name: str) -> None:
    frames = [b for b in boxes(name) if b.frame and not b.look.startswith("badge")]
    everything = [b for b in boxes(name) if not b.look.startswith("badge")]
    found = [(a.title, b.title) for a in frames for b in everything if a != b and _overlap(a, b) and not _nested(a, b)]
    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_every_text_fits_into_its_box_and_no_two_texts_overlap(name: str) -> None:
    drawing = pictures()[name]
    texts = [s for s in drawing.shapes if isinstance(s, Words)]
    assert [line for t in texts for line in t.lines if width(line, t.size, t.bold) > t.room + 0.01] == []
    areas = [_area(t) for t in texts]
    assert [(a.title, b.title) for a, b in combinations(areas, 2) if _overlap(a, b)] == []
    for area in areas:
        touched = [b for b in boxes(name) if _overlap(area, b)]
        assert [b.title for b in touched if not _nested(b, area)] == [], area.title


@pytest.mark.parametrize("name", NAMES)
def test_no_line_runs_through_a_box_or_a_text(name: str) -> None:
    drawing = pictures()[name]
    solid = [b for b in boxes(name) if not b.frame] + [_area(s) for s in drawing.shapes if isinstance(s, Words)]
    lines = [s for s in drawing.shapes if isinstance(s, Line)]
    assert [(b.title, ln.points) for ln in lines for b in solid if _crosses(ln, b)] == []


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_on_the_page(name: str) -> None:
    drawing = pictures()[name]
    assert all(b.x >= 0 and b.y >= 0 and b.right <= drawing.width and b.bottom <= drawing.height for b in boxes(name))


def test_every_step_is_drawn_but_those_that_a_sentence_tells() -> None:
    shown = {b.step for b in boxes("sixty")}
    assert shown - {""} == {step.id for step in steps_in(small(sixty()).process.steps)}
    assert len(shown) > 60
    everything = {step.id for step in steps_in(plan().process.steps)}
    assert everything - {b.step for b in boxes("example")} == {"no_reply", "unsigned"}


def test_a_case_colours_its_picture_in() -> None:
    states = {b.step: b.state for b in boxes("case") if b.step}
    assert (states["welcome"], states["not_a_fit"], states["billing"]) == ("done", "skipped", "waiting")
    assert states["booking"] == "ahead"


def test_a_picture_is_one_file_that_says_what_it_shows() -> None:
    picture = svg(pictures()["case"], "Onboarding & more", "The steps.")
    root = ElementTree.fromstring(picture)
    assert [child.text for child in list(root)[:2]] == ["Onboarding & more", "The steps."]
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")


def test_long_words_are_broken_and_long_texts_end_in_an_ellipsis() -> None:
    lines = wrapped("an " + "extraordinarily" * 9, 90, 12, most=3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(width(line, 12) <= 90 for line in lines)


NODE = r'n\d+(?:\[".*"\]|\(\[".*"\]\)|\{\{".*"\}\}|>".*"\])(?::::\w+)?'
GRAMMAR = re.compile(
    rf'{NODE}|n\d+ (?:-->|-\.->)(?:\|\w+\|)? n\d+|subgraph n\d+\[".*"\]|end|classDef \w+ [\w:#,]+|flowchart TD'
)


@pytest.mark.parametrize("process", [plan(), small(sixty())], ids=["example", "sixty"])
def test_mermaid_is_written_in_its_grammar(process: Plan) -> None:
    lines = [line.strip() for line in mermaid(process).splitlines()]
    assert [line for line in lines if not GRAMMAR.fullmatch(line)] == []
    assert sum(line.startswith("subgraph") for line in lines) == lines.count("end")
    known = {found for line in lines if (found := re.match(r"n\d+(?=[\[({>])", line))}
    ends = {node for line in lines if re.search(r"-->|-\.->", line) for node in re.findall(r"\bn\d+\b", line)}
    assert ends <= {found[0] for found in known}


def test_mermaid_shows_quotes_as_text() -> None:
    chart = mermaid(small("steps:\n  - { id: a, type: stop, outcome: x, title: 'Say \"no\" #1 <b>' }\n"))
    assert "Say #quot;no#quot; #35;1 #lt;b#gt;" in chart


def test_a_diagram_is_printed_or_written(baton: Baton, workspace: Path) -> None:
    assert baton("diagram", "client-onboarding").out.startswith("<svg")
    assert baton("diagram", "client-onboarding", "-o", "picture.svg").out == "picture.svg written\n"
    assert (workspace / "picture.svg").read_text().startswith("<svg")
    assert baton("diagram", "client-onboarding", "--format", "mermaid").out.startswith("flowchart TD")


def test_a_diagram_of_a_case_shows_its_state(baton: Baton, case: str) -> None:
    picture = baton("diagram", "--case", case).out
    assert f"Client onboarding ({case})" in picture
    assert 'class="state-ahead"' in picture


def test_a_diagram_of_nothing_says_what_to_name(baton: Baton, workspace: Path) -> None:
    assert "name a process" in baton("diagram").err
    assert "there is no case" in baton("diagram", "--case", "nowhere").err


def test_a_picture_that_cannot_be_written_is_the_users_problem(baton: Baton, workspace: Path) -> None:
    said = baton("diagram", "client-onboarding", "-o", "no/such/folder.svg")
    assert (said.code, "cannot write" in said.err) == (1, True)


def _overlap(a: Box, b: Box) -> bool:
    return a.x < b.right - 0.01 and b.x < a.right - 0.01 and a.y < b.bottom - 0.01 and b.y < a.bottom - 0.01


def _nested(outer: Box, inner: Box) -> bool:
    def within(a: Box, b: Box) -> bool:
        return a.x <= b.x and a.y <= b.y and a.right >= b.right and a.bottom >= b.bottom

    return within(outer, inner) or within(inner, outer)


def _area(words: Words) -> Box:
    wide = max(width(line, words.size, words.bold) for line in words.lines)
    left = words.x - wide / 2 if words.anchor == "middle" else words.x
    high = words.leading * (len(words.lines) - 1) + words.size
    return Box(left, words.y - words.size * 0.8, wide, high, "text", title=" ".join(words.lines))


def _crosses(line: Line, box: Box) -> bool:
    """Whether a part of the line lies inside the box, more than at its edge."""
    inner = Box(box.x + 1, box.y + 1, box.width - 2, box.height - 2, "")
    parts = zip(line.points, line.points[1:], strict=False)
    return any(_overlap(Box(min(x, z) - 0.1, min(y, w) - 0.1, abs(z - x) + 0.2, abs(w - y) + 0.2, ""), inner)
               for (x, y), (z, w) in parts)  # fmt: skip
