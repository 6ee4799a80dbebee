"""`{ key: value }` and `[ item ]` that are being typed: which brackets are open, and what stands in them."""

import re
from dataclasses import dataclass, field
from typing import Literal

_NEXT = re.compile(r"\$\{[^}]*\}?|\"[^\"]*\"?|'[^']*'?|[{}\[\],]|:(?=\s|$)|[^${}\[\],:\"']+|.", re.DOTALL)


@dataclass
class _Open:
    bracket: str
    key: str | None = None
    word: str = ""
    beside: dict[str, str] = field(default_factory=dict)

    def end_word(self) -> None:
        if self.key is not None:
            self.beside[self.key] = self.word.strip()
        self.key, self.word = None, ""


@dataclass(frozen=True)
class Flow:
    """The levels inside the brackets, each with the keys beside it."""

    kind: Literal["key", "value", "item"]
    levels: tuple[tuple[str | int, dict[str, str]], ...]
    beside: dict[str, str]
    typed: str


def inside(before: str, after: str) -> Flow:
    """Where a cursor stands, with a text before it that begins with a bracket, and the rest of the line after it."""
    stack = _opened(before)
    levels: list[tuple[str | int, dict[str, str]]] = []
    for opened in stack[:-1]:
        levels.append((0, {}) if opened.bracket == "[" else (opened.key or "", opened.beside))
    top = stack[-1] if stack else _Open("{")
    typed = top.word.lstrip()
    if top.bracket == "[":
        return Flow("item", (*levels, (0, {})), {}, typed)
    if top.key is not None:
        return Flow("value", (*levels, (top.key, top.beside)), {}, typed)
    later = re.findall(r"(\w+)\s*:", re.split(r"[}\]]", after)[0])
    return Flow("key", tuple(levels), {**dict.fromkeys(later, ""), **top.beside}, typed)


def closing(line: str) -> str:
    """The brackets that close what a line has opened."""
    match = re.search(r"(?:^\s*(?:-\s+)*|:\s+)(?=[\[{])", line)
    opened = _opened(line[match.end() :]) if match else []
    return "".join("}" if one.bracket == "{" else "]" for one in reversed(opened))


def _opened(text: str) -> list[_Open]:
    """The brackets that are open at the end of a text."""
    stack: list[_Open] = []
    for piece in _NEXT.findall(text):
        if piece in ("{", "["):
            stack.append(_Open(piece))
        elif piece in ("}", "]"):
            _closed(stack)
        elif stack and piece == ",":
            stack[-1].end_word()
        elif stack and piece == ":" and stack[-1].bracket == "{" and stack[-1].key is None:
            stack[-1].key, stack[-1].word = stack[-1].word.strip(" '\""), ""
        elif stack:
            stack[-1].word += piece
    return stack


def _closed(stack: list[_Open]) -> None:
    if len(stack) > 1:
        stack.pop()
        stack[-1].word = "{}"
    elif stack:
        stack.clear()
