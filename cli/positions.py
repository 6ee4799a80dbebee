"""Places as the Language Server Protocol counts them: lines from 0, columns in the units that the editor asked for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlparse

from lsprotocol import types as lsp

from engine.language.nodes import Place
from engine.language.problems import Fix, Problem

_UNITS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode(errors="replace")),
    "utf-16": lambda text: len(text) + sum(c > "\uffff" for c in text),
    "utf-32": len,
}


def path_of(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path))


class Columns:
    """Translates between characters and the editor's units."""

    def __init__(self, encoding: str) -> None:
        self.units = _UNITS.get(encoding, _UNITS["utf-16"])

    def characters(self, line: str, units: int) -> int:
        """How many characters of a line are as many units."""
        found = 0
        for number, character in enumerate(line):
            if found >= units:
                return number
            found += self.units(character)
        return len(line)

    def span(self, line: str, number: int, start: int, length: int) -> lsp.Range:
        """A part of a line; `number` and `start` count from 0."""
        return lsp.Range(
            lsp.Position(number, self.units(line[:start]) + max(0, start - len(line))),
            lsp.Position(number, self.units(line[: start + length]) + max(0, start + length - max(len(line), start))),
        )

    def place(self, lines: Sequence[str], place: Place | Fix) -> lsp.Range:
        line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        length = min(place.length, max(0, len(line) - place.column + 1))
        return self.span(line, max(0, place.line - 1), place.column - 1, length)

    def problem(self, problem: Problem) -> lsp.Range:
        """By the line that the finding shows, as its file may not be open."""
        start, line = problem.column - 1, problem.source_line
        end = min(start + problem.length, max(len(line), start)) if line else start + problem.length
        return self.span(line, problem.line - 1, start, end - start)
