"""Files made to take long: each is refused with a finding; `python -m bench` measures how soon."""

from pathlib import Path

from activities import STEP_TYPES
from engine.language.compiler import check_file
from tests.language.test_source import HOSTILE

HEAD = """\
language: 1
process: x
title: X
inputs: { a: { type: number }, t: { type: text } }
steps:
"""
STOP = "  - { id: a, type: stop, outcome: x, if: '%s' }\n"
MAIL = "  - { id: a, type: email, to: a@b.test, subject: x, body: '%s' }\n"
TABLE = (
    "  - { id: a, type: decision, table: t, hit_policy: unique, inputs: { a: '${ inputs.a }', t: '${ inputs.t }' } }\n"
)
PROCESSES = {
    **HOSTILE,
    "brackets in an expression": HEAD + STOP % ("(" * 900_000),
    "conditions in an expression": HEAD + STOP % ("a and " * 150_000 + "a"),
    "expressions in a text": HEAD + MAIL % ("${ a } " * 140_000),
    "open expressions in a text": HEAD + MAIL % ("${ " * 300_000),
    "steps": HEAD + "".join(f"  - {{ id: s{n}, type: stop, outcome: x }}\n" for n in range(16_000)),
    "unknown keys": HEAD + "".join(f"  - {{ id: s{n}, typ: stop, outcom: x }}\n" for n in range(16_000)),
    "a long word": HEAD + f"  - {{ id: a, type: {'x' * 900_000} }}\n",
    "a long number": HEAD + f"  - {{ id: a, type: wait, duration: {'9' * 900_000} days }}\n",
    "open brackets on every line": HEAD + "  - { id: a, x: [\n" * 50_000,
    "ways to hold": HEAD
    + "  - id: a\n    type: decision\n    rules:\n      - if: "
    + " and ".join(f"(inputs.a == {n} or inputs.t == 'b{n}')" for n in range(60))
    + "\n        set: { x: 1 }\n",
}
TABLES = {
    "rows": "a,t,set x\n" + "1,b,c\n" * 160_000,
    "rows that differ": "a,t,set x\n" + "".join(f"{n}..{n + 1},x{n},c\n" for n in range(1_999)),
    "rows that are the same": "a,t,set x\n" + "-,-,c\n" * 1_999,
    "rows that are wrong": "a,t,set x\n" + "?,b,c\n" * 1_999,
    "columns": "a,t,set x\n" + "," * 900_000,
    "headings": ",".join(f"c{n}" for n in range(100_000)) + "\n1\n",
    "an open quote": 'a,t,set x\n"' + "x" * 900_000,
    "quotes": "a,t,set x\n" + '"' * 900_001,
    "a long cell": 'a,t,set x\n"' + "1," * 450_000 + '",b,c\n',
}
MAILS = {
    "statements": "{% if a %}" * 90_000,
    "open statements": "{% " * 300_000,
    "open expressions": "${ " * 300_000,
    "expressions": "${ inputs.a } " * 70_000,
    "comments": "{# " * 300_000,
}


def files(folder: Path) -> dict[str, Path]:
    """Every hostile file, in a workspace of its own below the folder."""
    found = {}
    for n, (name, text) in enumerate(PROCESSES.items()):
        found[name] = _write(folder / f"process{n}" / "processes" / "x.yaml", text)
    for n, (name, text) in enumerate(TABLES.items()):
        _write(folder / f"table{n}" / "tables" / "t.csv", text)
        found[f"table: {name}"] = _write(folder / f"table{n}" / "processes" / "x.yaml", HEAD + TABLE)
    for n, (name, text) in enumerate(MAILS.items()):
        found[f"mail: {name}"] = _write(folder / f"mail{n}" / "emails" / "x.md", f"---\nsubject: x\n---\n{text}")
    return found


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_every_hostile_file_is_told_so(tmp_path: Path) -> None:
    silent = [name for name, path in files(tmp_path).items() if not check_file(path, STEP_TYPES)]
    assert silent == []
