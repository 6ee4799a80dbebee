"""From Jinja's nodes to our tree: what Baton's expressions have, with exact places, and nothing else."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from jinja2 import nodes

from engine.language.syntax import ExpressionProblem, Tokens
from engine.language.tree import (
    Arguments,
    Arithmetic,
    Attribute,
    Call,
    Comparison,
    Constant,
    Either,
    Filtered,
    Item,
    Items,
    Joined,
    Logic,
    Name,
    Node,
    Pairs,
    Tested,
    Unary,
)

MAX_DEPTH = 100

_COMPARISONS = {
    "eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not in",
}  # fmt: skip
_UNARY = {"Not": "not", "Neg": "-", "Pos": "+"}


class Translation:
    """Translates one expression. Every method raises ExpressionProblem for what the language does not have.

    `lineno` of a Jinja node is the offset of its token (see `expressions`).
    """

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.depth = 0

    def node(self, found: nodes.Node) -> Node:
        rule = _RULES.get(type(found).__name__)
        if rule is None:
            raise self._refused(found)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.tokens.too_deep()
        try:
            return rule(self, found)
        finally:
            self.depth -= 1

    def _refused(self, found: nodes.Node) -> ExpressionProblem:
        token = self.tokens.at(found.lineno)
        return ExpressionProblem("this is not part of the language", token.start, token.end - token.start)

    def constant(self, found: nodes.Const) -> Node:
        token = self.tokens.at(found.lineno)
        # Jinja reads 0.1 as a binary float; the digits as written are the number that was meant.
        value = Decimal(token.raw.replace("_", "")) if isinstance(found.value, float) else found.value
        return Constant(token.start, token.end, value)

    def name(self, found: nodes.Name) -> Node:
        return Name(found.lineno, self.tokens.at(found.lineno).end, found.name)

    def attribute(self, found: nodes.Getattr) -> Node:
        of = self.node(found.node)
        token = self.tokens.after(found.lineno)
        return Attribute(of.start, token.end, of, found.attr, token.start)

    def item(self, found: nodes.Getitem) -> Node:
        of = self.node(found.node)
        key = self.node(found.arg)
        return Item(of.start, self.tokens.closings.get(found.lineno, key.end), of, key)

    def items(self, found: nodes.List | nodes.Tuple) -> Node:
        items = tuple(self.node(item) for item in found.items)
        token = self.tokens.at(found.lineno)
        return Items(token.start, self.tokens.closings.get(token.start, token.end), items)

    def pairs(self, found: nodes.Dict) -> Node:
        pairs = tuple((self.node(pair.key), self.node(pair.value)) for pair in found.items)
        return Pairs(found.lineno, self.tokens.closings[found.lineno], pairs)

    def unary(self, found: nodes.UnaryExpr) -> Node:
        operand = self.node(found.node)
        start = min(found.lineno, operand.start)  # the token of `x is not defined` stands behind x
        return Unary(start, operand.end, _UNARY[type(found).__name__], operand)

    def logic(self, found: nodes.BinExpr) -> Node:
        left, right = self.node(found.left), self.node(found.right)
        return Logic(left.start, right.end, found.operator, left, right)

    def arithmetic(self, found: nodes.BinExpr) -> Node:
        left, right = self.node(found.left), self.node(found.right)
        return Arithmetic(left.start, right.end, found.operator, left, right)

    def joined(self, found: nodes.Concat) -> Node:
        parts = tuple(self.node(part) for part in found.nodes)
        return Joined(parts[0].start, parts[-1].end, parts)

    def comparison(self, found: nodes.Compare) -> Node:
        first = self.node(found.expr)
        rest = tuple((_COMPARISONS[operand.op], self.node(operand.expr)) for operand in found.ops)
        return Comparison(first.start, rest[-1][1].end, first, rest)

    def either(self, found: nodes.CondExpr) -> Node:
        test, yes = self.node(found.test), self.node(found.expr1)
        if found.expr2 is None:
            raise ExpressionProblem(
                "this `if` has no `else`", test.start, test.end - test.start, "write `a if condition else b`"
            )
        no = self.node(found.expr2)
        return Either(yes.start, no.end, test, yes, no)

    def filtered(self, found: nodes.Filter) -> Node:
        if found.node is None:
            raise self._refused(found)
        operand = self.node(found.node)
        end = self.tokens.end_of_arguments(found.lineno)
        return Filtered(operand.start, end, operand, found.name, self.arguments(found), found.lineno)

    def tested(self, found: nodes.Test) -> Node:
        operand = self.node(found.node)
        token = self.tokens.after(found.lineno)
        if token.raw == "not":
            token = self.tokens.after(token.start)
        if found.args or found.kwargs or found.dyn_args or found.dyn_kwargs:
            raise ExpressionProblem(
                f"`is {found.name}` takes nothing behind it", token.start, len(token.raw), "compare with `==` or `in`"
            )
        return Tested(operand.start, token.end, operand, found.name, token.start)

    def call(self, found: nodes.Call) -> Node:
        if not isinstance(found.node, nodes.Name):
            target = self.node(found.node)
            raise ExpressionProblem(
                "only functions of the language can be called", target.start, target.end - target.start,
                "values have no methods; use a filter, as in `inputs.company | upper`", code="E035",
            )  # fmt: skip
        end = self.tokens.closings[found.lineno]
        return Call(found.node.lineno, end, found.node.name, self.arguments(found))

    def arguments(self, found: nodes.Filter | nodes.Call) -> Arguments:
        spread = found.dyn_args or found.dyn_kwargs
        if spread is not None:
            token = self.tokens.at(spread.lineno)
            raise ExpressionProblem("`*` is not expected here", token.start, len(token.raw))
        plain = tuple(self.node(argument) for argument in found.args)
        named = tuple((pair.key, self.node(pair.value)) for pair in found.kwargs if isinstance(pair, nodes.Keyword))
        return Arguments(plain, named)


_RULES: dict[str, Callable[[Translation, Any], Node]] = {
    "Const": Translation.constant,
    "Name": Translation.name,
    "Getattr": Translation.attribute,
    "Getitem": Translation.item,
    "List": Translation.items,
    "Tuple": Translation.items,
    "Dict": Translation.pairs,
    "Not": Translation.unary,
    "Neg": Translation.unary,
    "Pos": Translation.unary,
    "And": Translation.logic,
    "Or": Translation.logic,
    "Concat": Translation.joined,
    "Compare": Translation.comparison,
    "CondExpr": Translation.either,
    "Filter": Translation.filtered,
    "Test": Translation.tested,
    "Call": Translation.call,
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"), Translation.arithmetic),
}
