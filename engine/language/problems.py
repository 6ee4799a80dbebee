"""A problem is data: what is wrong, exactly where, why, and the line that puts it right."""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher, get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]
LIKE = 0.8  # how alike two words are when one is certainly a slip of the other
APART = 0.1  # how much less alike the next word must be
WIDEST = 160  # characters of a source line that are shown


@dataclass(frozen=True)
class Fix:
    """A repair that is certain: `text` in place of the `length` characters at a place; 0 of them: put in."""

    line: int
    column: int
    length: int
    text: str


@dataclass(frozen=True)
class Problem:
    """One finding. Lines and columns count from 1; `length` is the width of the caret.

    `fix` is there only where nobody has to choose.
    """

    code: str
    message: str
    file: str
    line: int
    column: int
    length: int = 1
    source_line: str = ""
    note: str = ""
    help: str = ""
    severity: Severity = "error"
    fix: Fix | None = None


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by place, each finding once."""
    found: dict[tuple[str, int, int, str, str], Problem] = {}
    for p in problems:
        found.setdefault((p.file, p.line, p.column, p.code, p.message), p)
    return tuple(found[key] for key in sorted(found))


def errors(problems: Iterable[Problem]) -> bool:
    return any(p.severity == "error" for p in problems)


def render(problems: Sequence[Problem]) -> str:
    """The findings as a terminal shows them, a blank line between two; empty text for none."""
    return "\n".join(_one(problem) for problem in problems)


def to_json(problems: Sequence[Problem]) -> str:
    return json.dumps([asdict(p) for p in problems], ensure_ascii=False, indent=2)


def suggest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like `word`; empty when none is near."""
    folded = {_folded(c): c for c in known}
    near = get_close_matches(_folded(word), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def certain(word: str, known: Iterable[str]) -> str:
    """The known word that was meant beyond doubt: much like `word`, and no other nearly as much; else empty."""
    wanted, folded = _folded(word), {_folded(c): c for c in known}
    first, *others = [*get_close_matches(wanted, folded, n=2, cutoff=0.6), ""]
    # `step_1` is very like `step_2`, and never a slip of it.
    if not first or _digits(first) != _digits(wanted) or _likeness(wanted, first) < LIKE:
        return ""
    return folded[first] if _likeness(wanted, first) - _likeness(wanted, others[0]) >= APART else ""


def _folded(word: str) -> str:
    return word.lower().replace("-", "_")


def _digits(word: str) -> str:
    return "".join(c for c in word if c.isdigit())


def _likeness(word: str, other: str) -> float:
    return SequenceMatcher(None, other, word).ratio()


def one_of(words: Iterable[str], limit: int = 8) -> str:
    """`a`, `b` or `c`, for people."""
    return _listed(words, limit, "or")


def all_of(words: Iterable[str], limit: int = 8) -> str:
    """`a`, `b` and `c`, for people."""
    return _listed(words, limit, "and")


def _listed(words: Iterable[str], limit: int, last: str) -> str:
    quoted = [f"`{w}`" for w in words]
    if len(quoted) > limit:
        quoted = [*quoted[:limit], f"{len(quoted) - limit} more"]
    return f" {last} ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)


def _one(problem: Problem) -> str:
    number = str(problem.line)
    gutter = " " * len(number)
    shown, caret = _window(problem)
    lines = [
        f"{problem.severity}[{problem.code}]: {_printable(problem.message)}",
        f"{gutter}--> {_printable(problem.file)}:{problem.line}:{problem.column}",
        f"{gutter} |",
        f"{number} | {shown}".rstrip(),
        f"{gutter} | {caret}".rstrip(),
    ]
    lines += _labelled(gutter, "note", problem.note) + _labelled(gutter, "help", problem.help)
    return "\n".join(lines) + "\n"


def _labelled(gutter: str, label: str, text: str) -> list[str]:
    if not text:
        return []
    first, *rest = [_printable(line) for line in text.split("\n")]
    return [f"{gutter} = {label}: {first}", *(f"{gutter}         {line}" for line in rest)]


def _window(problem: Problem) -> tuple[str, str]:
    """The part of the line around the caret, and the caret under it."""
    line, before = problem.source_line, problem.column - 1
    if before > len(line):
        return "", ""
    start = max(0, before - WIDEST // 2) if len(line) > WIDEST else 0
    shown = line[start : start + WIDEST]
    length = max(1, min(problem.length, len(shown) - (before - start)))
    blank = "".join(_blank(c) for c in shown[: before - start])
    marked = "".join("^" * _width(c) for c in shown[before - start :][:length]) or "^"
    return _printable(shown), blank + marked


def _blank(character: str) -> str:
    return "\t" if character == "\t" else " " * _width(character)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _printable(text: str) -> str:
    """No control character of a file reaches a terminal."""
    hidden = ("Cc", "Cf", "Zl", "Zp")
    return "".join("\ufffd" if c != "\t" and unicodedata.category(c) in hidden else c for c in text)
