"""What a file is made of, as it was written: texts, tables and lists, each with its place."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from engine.language.problems import Fix, Problem, Severity

MAX_SHOWN = 2_000  # characters of a line, or of a sentence about it
MAX_FINDINGS = 1_000  # in one file; looking further takes time and helps nobody


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column count from 1, in characters; `length` is at least 1."""

    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. `style` is empty (plain), a quote, `|`, `>` or `body`; `start`, `end` index the file's text."""

    text: str
    place: Place
    style: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Broken:
    """A value that already has a finding; nothing more is said about it."""

    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    key: Scalar
    value: "Node"


@dataclass(frozen=True, slots=True)
class Table:
    """Keys with values, as written."""

    place: Place
    entries: tuple[Entry, ...] = ()
    named: dict[str, Entry] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "named", {e.key.text: e for e in reversed(self.entries)})

    def entry(self, key: str) -> Entry | None:
        return self.named.get(key)

    def get(self, key: str) -> "Node | None":
        entry = self.entry(key)
        return entry.value if entry else None


@dataclass(frozen=True, slots=True)
class Listing:
    place: Place
    items: tuple["Node", ...] = ()


Node = Scalar | Table | Listing | Broken


@dataclass
class Source:
    """A file that was read. `root` is None where nothing could be read; `problems` are its E01x findings."""

    name: str
    text: str
    root: Node | None = None
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.starts = [0, *(m.end() for m in re.finditer("\n", self.text))]

    def line(self, number: int) -> str:
        if not 1 <= number <= len(self.starts):
            return ""
        end = self.starts[number] - 1 if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end]

    def problem(
        self, code: str, message: str, place: Place, note: str = "", hint: str = "", severity: Severity = "error",
        fix: Fix | None = None,
    ) -> Problem:  # fmt: skip
        """A finding at a place of this file."""
        line = self.line(place.line)[:MAX_SHOWN]
        where = (self.name, place.line, place.column, place.length, line if place.column <= MAX_SHOWN else "")
        return Problem(code, _short(message), *where, _short(note), _short(hint), severity, fix)

    def report(
        self, code: str, message: str, place: Place, note: str = "", hint: str = "", fix: Fix | None = None
    ) -> None:
        if len(self.problems) < MAX_FINDINGS:
            self.problems.append(self.problem(code, message, place, note, hint, fix=fix))
        elif len(self.problems) == MAX_FINDINGS:
            stop = f"this file has more than {MAX_FINDINGS:,} mistakes; the rest is not shown"
            self.problems.append(self.problem("E019", stop, place))

    def instead(self, place: Place, word: str, text: str) -> Fix | None:
        """`text` in place of `word`, quoted or not; None where the file has it in other characters."""
        start = self.starts[place.line - 1] + place.column - 1
        quotes = 1 if word[:1] != self.text[start : start + 1] and self.text[start : start + 1] in ("'", '"') else 0
        if not word or not text or not self.text.startswith(word, start + quotes):
            return None
        return Fix(place.line, place.column + quotes, len(word), text)

    def within(self, scalar: Scalar, offset: int, length: int) -> Place:
        """The place in the file of `length` characters at `offset` of a scalar's text."""
        start = self._index(scalar, offset)
        end = self._index(scalar, offset + max(1, length) - 1) + 1
        return self.place_of(start, max(1, end - start))

    def place_of(self, index: int, length: int = 1) -> Place:
        line = bisect_right(self.starts, index)
        column = index - self.starts[line - 1]
        end = self.starts[line] - 1 if line < len(self.starts) else len(self.text)
        room = end - index
        return Place(line, column + 1, max(1, min(length, room)))

    def _index(self, scalar: Scalar, offset: int) -> int:
        """Where in the file the character at `offset` stands: text and file agree but for space and escapes."""
        if scalar.style == "body":
            return scalar.start + offset
        text, raw, at = scalar.text, self.text, scalar.start + (1 if scalar.style in ("'", '"') else 0)
        if scalar.style in ("|", ">"):
            at = raw.find("\n", at) + 1
        if scalar.style == "|":
            return self._in_block(text, offset, bisect_right(self.starts, at))
        before = text[:offset]
        if not scalar.style and raw.startswith(before, at):
            return at + offset
        for character in before:
            if not character.isspace():
                at = _after_character(raw, _after_space(raw, at), scalar.style)
        wanted = text[offset : offset + 1]
        return at if not wanted or wanted.isspace() else _after_space(raw, at)

    def _in_block(self, text: str, offset: int, first: int) -> int:
        """In a block after `|`, each line is a line of the file behind its indentation."""
        begin = text.rfind("\n", 0, offset) + 1
        end = text.find("\n", offset)
        length = (len(text) if end < 0 else end) - begin
        number = first + text.count("\n", 0, offset)
        indent = max(0, len(self.line(number)) - length)
        return self.starts[min(number, len(self.starts)) - 1] + indent + offset - begin


def _after_space(raw: str, at: int) -> int:
    while at < len(raw) and raw[at].isspace():
        at += 1
    return at


_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)


def _after_character(raw: str, at: int, style: str) -> int:
    if style == '"' and (match := _ESCAPE.match(raw, at)):
        return match.end()
    return at + 2 if style == "'" and raw.startswith("''", at) else at + 1


def _short(sentence: str) -> str:
    return sentence if len(sentence) < MAX_SHOWN else sentence[:MAX_SHOWN] + " ..."
