"""Text with `${ }` and bare expressions, parsed once: Jinja's grammar, our own tree.

Jinja's nodes know only a line. Its tokens reach its parser here with their offset in the
place of the line, so every node knows where it stands, and so does the tree made of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import TOKEN_EOF, TOKEN_VARIABLE_END, TOKEN_WHITESPACE, TokenStream
from jinja2.parser import Parser

from engine.language.syntax import MAX_LENGTH, ExpressionProblem, Token, Tokens, misplaced, unreadable
from engine.language.translation import Translation
from engine.language.tree import Node

__all__ = ["Expr", "ExpressionProblem", "Template", "parse_expression", "parse_template"]

MAX_EXPRESSIONS = 1_000  # in one text

_GRAMMAR = Environment(variable_start_string="${", variable_end_string="}", keep_trailing_newline=True)  # noqa: S701


@dataclass(frozen=True)
class Expr:
    """One parsed expression. The offsets of its tree count in the whole text it was parsed from.

    `text` is the expression as written, without `${ }`; `start` and `end` are the place with them.
    """

    text: str
    tree: Node
    start: int
    end: int


@dataclass(frozen=True)
class Template:
    """A text and its expressions. `whole` is the expression when the text is nothing else."""

    text: str
    pieces: tuple[str | Expr, ...]
    whole: Expr | None

    @property
    def expressions(self) -> tuple[Expr, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Expr))


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expr:
    """A bare expression, as in `if`. Raises ExpressionProblem."""
    tree, end = _parse(text, 0)
    if end < len(text):
        raise ExpressionProblem("`}` is not expected here", end, 1, "an `if` or `until` is written without `${ }`")
    return Expr(text.strip(), tree, 0, len(text))


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """Text with any number of `${ }`; everything else in it is plain text. Raises ExpressionProblem."""
    pieces = tuple(_pieces(text))
    solid = [piece for piece in pieces if isinstance(piece, Expr) or piece.strip()]
    whole = solid[0] if len(solid) == 1 and isinstance(solid[0], Expr) else None
    return Template(text, pieces, whole)


def _pieces(text: str) -> Iterator[str | Expr]:
    position = count = 0
    while (opening := text.find("${", position)) >= 0:
        count += 1
        if count > MAX_EXPRESSIONS:
            raise ExpressionProblem(f"this text has more than {MAX_EXPRESSIONS:,} expressions", opening, 2)
        if opening > position:
            yield text[position:opening]
        tree, end = _parse(text, opening + 2)
        if end >= len(text) or text[end] != "}":
            raise _unclosed(opening)
        position = end + 1
        yield Expr(text[opening + 2 : end].strip(), tree, opening, position)
    if position < len(text):
        yield text[position:]


def _unclosed(opening: int) -> ExpressionProblem:
    return ExpressionProblem(
        "this `${` has no closing `}`", opening, 2, 'close it with `}`; to show the two characters, write `${ "${" }`'
    )


def _empty(text: str, start: int, end: int) -> ExpressionProblem:
    if start > 0 and end >= len(text):
        return _unclosed(start - 2)
    way_out = "write a name, as in `${ inputs.company }`"
    return ExpressionProblem("there is no expression here", max(start - 2, 0), max(end - start + 3, 1), way_out)


def _parse(text: str, start: int) -> tuple[Node, int]:
    """The tree of the expression that starts here, and where it ended: at a `}` or the end of the text."""
    reader = _Reader(text, start)
    parser = Parser(_GRAMMAR, "")
    try:
        parser.stream = TokenStream(_GRAMMAR.lexer.wrap(reader.read()), None, None)
        expression = parser.parse_expression()
    except TemplateSyntaxError as error:
        if not reader.tokens.found:
            raise _empty(text, start, reader.position) from None
        raise misplaced(reader.tokens, error.lineno, parser.stream.current.type == TOKEN_EOF) from None
    except RecursionError:
        raise reader.tokens.too_deep() from None
    if not parser.stream.eos:
        raise misplaced(reader.tokens, parser.stream.current.lineno, ended=False)
    return Translation(reader.tokens).node(expression), reader.position


class _Reader:
    """Reads the tokens of one expression, up to the `}` that closes it."""

    def __init__(self, text: str, start: int) -> None:
        self.position = start
        # Jinja turns each CRLF into one character, which would move every offset behind it.
        self.source = text[start : start + MAX_LENGTH].replace("\r\n", " \n")
        self.start = start
        self.tokens = Tokens(text)

    def read(self) -> Iterator[tuple[int, str, str]]:
        """Jinja's raw tokens, with the offset where Jinja has the line."""
        try:
            for _, kind, raw in _GRAMMAR.lexer.tokeniter(self.source, None, state="variable"):
                if kind == TOKEN_VARIABLE_END:
                    return self._close(raw)
                yield self._place(kind, raw), kind, raw
        except TemplateSyntaxError:
            raise unreadable(self.tokens, self.position) from None
        self._check_length()

    def _place(self, kind: str, raw: str) -> int:
        start = self.position
        self.position += len(raw)
        if kind != TOKEN_WHITESPACE:
            self.tokens.add(Token(start, self.position, raw))
        return start

    def _close(self, raw: str) -> None:
        if raw[0] == "-":
            raise ExpressionProblem("`-` is not expected here", self.position, 1)

    def _check_length(self) -> None:
        if len(self.source) == MAX_LENGTH:
            raise ExpressionProblem(
                f"this expression is longer than {MAX_LENGTH:,} characters, or never closed", self.start, 1
            )
