"""What a cursor points at inside an expression."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.editor.meaning import is_bare
from engine.editor.open_files import View
from engine.language.expressions import Expr, parse_expression
from engine.language.inference import infer
from engine.language.nodes import Place, Scalar
from engine.language.shapes import Word
from engine.language.syntax import ExpressionProblem
from engine.language.tree import Attribute, Call, Filtered, Name, Node, children, path
from engine.language.types import Record, Type

_PIECE = re.compile(
    r"\$\{(?P<value>[^}]*)\}|\{%[-+]?\s*(?:if|elif|for\s+\w+\s+in|set\s+\w+\s*=)\s+(?P<rest>.*?)[-+]?%\}", re.DOTALL
)


@dataclass(frozen=True)
class Text:
    """A text with expressions, or one that is an expression (`bare`)."""

    node: Scalar
    text: str
    bare: bool
    scope: Record


@dataclass(frozen=True)
class Token:
    """A name in an expression, where it stands in the file; `path` leads to it where it is a plain path."""

    name: str
    place: Place
    tree: Node
    path: tuple[str, ...]
    scope: Record

    @property
    def type(self) -> Type:
        return infer(Expr("", self.tree, 0, 0), self.scope, [])

    def holds(self, line: int, column: int) -> bool:
        """Whether a place, counted from 0, is on the name or right behind it."""
        start = self.place.column - 1
        return self.place.line == line + 1 and start <= column <= start + self.place.length


def pointed(view: View, line: int, column: int) -> Token | None:
    at = view.offset(line, column)
    near = (text for text in texts(view) if text.node.start <= at <= text.node.end)
    return next((token for text in near for token in tokens(view, text) if token.holds(line, column)), None)


def texts(view: View) -> Iterator[Text]:
    """Every text of the file that may hold expressions."""
    if view.path.suffix != ".md":
        for leaf, scope in view.scopes:
            yield Text(leaf.node, leaf.text, is_bare(Word(leaf.kind)), scope)
        return
    root = view.document.root
    for key in root.model_fields_set if root is not None else ():
        node = view.document.node(root, key)  # type: ignore[arg-type]
        if isinstance(node, Scalar):
            yield Text(node, node.text, False, view.template)


def tokens(view: View, text: Text) -> Iterator[Token]:
    """The names in the expressions of a text; none of what cannot be read."""
    for written, offset in _expressions(text):
        try:
            tree = parse_expression(written).tree
        except ExpressionProblem:
            continue
        for node, name, at in _names(tree):
            place = view.document.source.within(text.node, offset + at, len(name))
            yield Token(name, place, node, path(node) or (), text.scope)


def _expressions(text: Text) -> Iterator[tuple[str, int]]:
    if text.bare:
        yield text.text, 0
        return
    for match in _PIECE.finditer(text.text):
        group = "value" if match["value"] is not None else "rest"
        yield match[group], match.start(group)


def _names(node: Node) -> Iterator[tuple[Node, str, int]]:
    match node:
        case Name() | Call():
            yield node, node.name, node.start
        case Attribute() | Filtered():
            yield node, node.name, node.at
    for child in children(node):
        yield from _names(child)
