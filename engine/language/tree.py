"""The tree of an expression: what the parser gives, what the checker and the evaluator read.

Every node knows its place in the text (`start`, `end`); equality ignores places, so the
same condition written twice is the same tree.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    start: int = field(compare=False)
    end: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A value written down: text, number, yes or no, none."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """`of.name`; `at` is where the name stands."""

    of: Node
    name: str
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Item(Node):
    """`of[key]`."""

    of: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Items(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Pairs(Node):
    """`{"a": b}`."""

    pairs: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`not x`, `-x`, `+x`."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`left and right`, `left or right`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`+ - * / // % **`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Joined(Node):
    """`a ~ b ~ c`: text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`first op operand op operand ...`, each pair compared: `== != < <= > >= in`, `not in`."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Either(Node):
    """`yes if test else no`."""

    test: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Arguments:
    plain: tuple[Node, ...] = ()
    named: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class Filtered(Node):
    """`operand | name(arguments)`; `at` is where the name stands."""

    operand: Node
    name: str
    arguments: Arguments
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Tested(Node):
    """`operand is name`; `at` is where the name stands."""

    operand: Node
    name: str
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`name(arguments)`."""

    name: str
    arguments: Arguments


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below."""
    for place in fields(node):
        yield from _nodes(getattr(node, place.name))


def _nodes(found: object) -> Iterator[Node]:
    if isinstance(found, Node):
        yield found
    elif isinstance(found, tuple):
        for item in found:
            yield from _nodes(item)
    elif isinstance(found, Arguments):
        yield from _nodes(found.plain)
        yield from _nodes(found.named)


def path(node: Node) -> tuple[str, ...] | None:
    """`("steps", "welcome", "answers")` for a plain path of names; None for anything else."""
    if isinstance(node, Name):
        return (node.name,)
    if isinstance(node, Attribute):
        above = path(node.of)
        return None if above is None else (*above, node.name)
    if isinstance(node, Item) and isinstance(node.key, Constant) and isinstance(node.key.value, str):
        above = path(node.of)
        return None if above is None else (*above, node.key.value)
    return None
