"""Templates with the holes taken out: Markdown is parsed without values, and values come in afterwards.

That is what keeps an answer such as `**x**` or `# y` from being Markdown: when
the template becomes HTML or a page, it has words in the place of every
expression, and only the result becomes a Jinja template again.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from jinja2 import Environment

from engine.gateways.rendering.failure import RenderFailed
from engine.gateways.rendering.sandbox import explained

# Lower case and digits only: survives Markdown, URLs and CSS inlining as it is.
WORD = re.compile(r"xqv(\d+)([es])vqx")
_STATEMENTS = re.compile(r"(?:xqv\d+svqx\s*)+")
_LINE_OF_STATEMENTS = re.compile(r"^[ \t]*((?:xqv\d+svqx)+)[ \t]*$", re.MULTILINE)
_DELIMITER = re.compile(r"\$\{|\{%|\{#")
_ALLOWED = ("if", "elif", "else", "endif", "for", "endfor")


@dataclass(frozen=True)
class Perforated:
    """`text` is free of Jinja; every word of it that stands for a hole has its source in `holes`."""

    text: str
    holes: tuple[str, ...]  # the expression between `${` and `}`, or a whole statement

    def filled(self, text: str, value: Callable[[str, int], str]) -> str:
        """Text with words as a Jinja template; `value(text, position)` names the filter of a place."""
        kept: list[str] = []
        at = 0
        for word in WORD.finditer(text):
            kept += (_inert(text[at : word.start()]), self._jinja(word, value(text, word.start())))
            at = word.end()
        return "".join((*kept, _inert(text[at:])))

    def statements(self, text: str) -> tuple[str, ...]:
        """The statements that a text consists of; empty where it holds anything else."""
        if not _STATEMENTS.fullmatch(text.strip()):
            return ()
        return tuple(self.holes[int(word[1])] for word in WORD.finditer(text))

    def _jinja(self, word: re.Match[str], value: str) -> str:
        source = self.holes[int(word[1])]
        return f"{{% {source} %}}" if word[2] == "s" else f"${{ ({source}) | {value} }}"


def perforated(source: str, environment: Environment) -> Perforated:
    """Take the expressions and statements out of a template. Raises RenderFailed (`template_syntax`)."""
    with explained():
        environment.parse(source)  # here, where the line numbers are the author's
        tokens = [(kind, text) for _, kind, text in environment.lex(source)]
    holes: list[str] = []
    text = "".join(_pieces(tokens, holes))
    # A statement on a line of its own stands between blocks, not inside a paragraph.
    return Perforated(_LINE_OF_STATEMENTS.sub(r"\n\1\n", text), tuple(holes))


def _pieces(tokens: list[tuple[str, str]], holes: list[str]) -> list[str]:
    pieces: list[str] = []
    opened: list[str] = []
    state = ""
    for kind, text in tokens:
        name, _, end = kind.partition("_")
        if end == "begin":
            state = name
            opened.clear()
        elif end == "end":
            pieces.append(_word(name, "".join(opened).strip(), holes))
            state = ""
        elif state == "raw":
            pieces.append(_word("variable", repr(text), holes))
        elif state:
            opened.append(text)
        else:
            pieces.append(text)
    return pieces


def _word(kind: str, source: str, holes: list[str]) -> str:
    if kind in ("comment", "raw"):
        return ""
    if kind == "block" and source.split(maxsplit=1)[0] not in _ALLOWED:
        raise RenderFailed("template_syntax", f"`{source}`: a template knows `if` and `for` only.")
    holes.append(source)
    return f"xqv{len(holes) - 1}{'s' if kind == 'block' else 'e'}vqx"


def _inert(text: str) -> str:
    """Words of the author that look like Jinja (an entity may have become one) stay words."""
    return _DELIMITER.sub(lambda found: f"${{ '{found[0]}' }}", text)
