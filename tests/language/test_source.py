"""The loader: values arrive as written, places are exact, and hostile files are refused quickly."""

import pytest

from engine.language.nodes import Scalar, Source, Table
from engine.language.source import load, load_file, load_page


def values(source: Source) -> dict[str, str]:
    assert isinstance(source.root, Table)
    return {e.key.text: e.value.text for e in source.root.entries if isinstance(e.value, Scalar)}


TRAPS = [
    "NO", "yes", "on", "22:30", "1:30", "01234", "0o17", "0x1F", "1.10", "1_000", "1e3", "+44 20 7946 0958",
    "2026-03-01", "2026-03-01 09:00", "null", "~", ".inf", "a#b", "C:\\files", "it's", "$9.99", "100%", "x @ y",
]  # fmt: skip


@pytest.mark.parametrize("written", TRAPS)
def test_a_value_arrives_as_it_was_written(written: str) -> None:
    source = load(f"value: {written}\n", "x.yaml")
    assert values(source) == {"value": written}
    assert source.problems == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: ${ steps.contrat.file }\n", "contrat"),
        ("a: 'it''s ${ contrat }'\n", "contrat"),
        ("a: 'it''contrat'\n", "contrat"),
        ("a: |\n  contrat\n", "contrat"),
        ("a: |2-\n    indented\n\n      contrat \n", "contrat"),
        ('a: "caf\\u00e9 \\"${ contrat }\\""\n', "contrat"),
        ("a: |\n  first line\n\n  ${ contrat }\n", "contrat"),
        ("a: >-\n  first line,\n  then ${ contrat }\n", "contrat"),
        ("a: first line\n  and ${ contrat }\n", "contrat"),
        ("é: [x, 'ü ${ contrat }']\n", "contrat"),
    ],
)
def test_a_word_inside_a_value_has_its_exact_place(text: str, word: str) -> None:
    source = load("first: line\r\n" + text, "x.yaml")
    assert isinstance(source.root, Table)
    node = source.root.entries[1].value
    scalar = node if isinstance(node, Scalar) else node.items[1]  # type: ignore[union-attr]
    assert isinstance(scalar, Scalar)
    place = source.within(scalar, scalar.text.index(word), len(word))
    assert source.line(place.line)[place.column - 1 :][: place.length] == word


def test_the_body_of_a_page_is_its_text_below_the_fields() -> None:
    source = load_page("---\nsubject: Hello\n---\nDear ${ name },\n", "x.md")
    assert values(source) == {"subject": "Hello", "body": "Dear ${ name },\n"}
    assert isinstance(source.root, Table)
    body = source.root.get("body")
    assert isinstance(body, Scalar)
    assert source.within(body, 8, 4).line == 4


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert values(load("\ufeffa: x\r\nb: y\r\n", "x.yaml")) == {"a": "x", "b": "y"}


def test_one_mistake_does_not_hide_the_next() -> None:
    text = "a: Welcome: next\nb: {{ x }}\nc: 'open\nd: x #1\ne: @x\n f: y\ng:x\nh: [a\ni: *b\nj: !c d\n"
    source = load(text, "x.yaml")
    assert [p.line for p in sorted(source.problems, key=lambda p: p.line)] == list(range(1, 11))


HOSTILE = {
    "larger than 1 MB": "a: " + "x" * 1_100_000,
    "open brackets": "a: " + "[" * 900_000,
    "open braces": "a: " + "{" * 900_000,
    "deep lines": "\n".join(" " * n + "a:" for n in range(1_300)),
    "many values": "a: [" + "x," * 490_000 + "]",
    "many keys": "".join(f"k{n}: x\n" for n in range(90_000)),
    "laughing": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n",
    "anchors": "a: " + "&a" * 400_000,
    "quotes": "a: " + "'" * 900_001,
    "one long line": "a: " + "b: " * 300_000,
    "broken lines": "a: b: c\n" * 100_000,
    "tabs": "\ta: b\n" * 150_000,
    "control characters": "a: \x00" * 100_000,
    "questions": "? " * 400_000,
    "dashes": "- " * 400_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(name: str) -> None:
    assert load(HOSTILE[name], "x.yaml").problems


def test_a_file_that_is_no_text_is_refused() -> None:
    assert [p.code for p in load_file(b"a: caf\xe9\n", "x.yaml").problems] == ["E019"]


def test_line_ends_that_no_editor_counts_are_spaces() -> None:
    assert values(load("a: x\u2028y\nb: z\x85\n", "x.yaml")) == {"a": "x y", "b": "z"}
    (problem,) = load('a: x\u2028y\nb: "z\n', "x.yaml").problems
    assert (problem.line, problem.message) == (2, "this quote is never closed")
