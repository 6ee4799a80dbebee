"""Checks a parsed expression against the types of its scope, before anything runs.

Every problem marks its exact token. What is already known to be wrong counts as `any`,
so that one cause gives one problem.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.language.advice import comparison_of, conversion, did_you_mean, longer_name, neutral
from engine.language.expressions import Expr, Template
from engine.language.filters import ANYTHING, FILTERS, FUNCTIONS, Function, arrange
from engine.language.kinds import (
    arithmetic,
    comparable,
    describe,
    field_of,
    impossible_word,
    kind_of,
    merged,
    names_in,
)
from engine.language.narrowing import narrowed
from engine.language.operations import EvaluationError
from engine.language.operations import phrase as word_for
from engine.language.problems import certain, one_of
from engine.language.syntax import ExpressionProblem
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
    path,
)
from engine.language.types import ANY, BOOLEAN, NUMBER, TEXT, Choice, Field, ListOf, Record, Type

NONE = Type("none")


def infer(expr: Expr, scope: Record, problems: list[ExpressionProblem]) -> Type:
    """The type of the expression. What is wrong with it is added to `problems`, in reading order.

    A text that is written down has the type of a choice with that only word.
    """
    found: list[ExpressionProblem] = []
    type_ = _Inference(found).type_of(expr.tree, scope)
    problems.extend(sorted(found, key=lambda problem: problem.offset))
    return type_


def infer_template(template: Template, scope: Record, problems: list[ExpressionProblem]) -> Type:
    """The type of a text with `${ }`: of its only expression, or text."""
    types = [infer(expr, scope, problems) for expr in template.expressions]
    return types[0] if template.whole is not None else TEXT


@dataclass(frozen=True)
class _Doubt:
    """Why a path may be missing, and at which of its names."""

    at: int
    name: str
    why: str


class _Inference:
    def __init__(self, problems: list[ExpressionProblem]) -> None:
        self.problems = problems

    def type_of(self, node: Node, scope: Record) -> Type:
        return _RULES[type(node)](self, node, scope)

    def report(
        self, code: str, message: str, at: int, length: int, way_out: str = "", note: str = "", meant: str = ""
    ) -> Type:
        self.problems.append(ExpressionProblem(message, at, length, way_out, code=code, note=note, meant=meant))
        return ANY

    def wrong(self, message: str, node: Node, way_out: str = "") -> Type:
        return self.report("E034", message, node.start, node.end - node.start, way_out)

    def path(self, node: Name | Attribute | Item, scope: Record) -> Type:
        type_, doubt = self._read(node, scope)
        if doubt is not None:
            self._missing(node, type_, doubt)
        return type_

    def _missing(self, node: Node, type_: Type, doubt: _Doubt) -> None:
        names = path(node)
        written, default = ".".join(names or (doubt.name,)), f"default({neutral(type_)})"
        paste = f"`{written} | {default}`" if names else f"add `| {default}` behind all of it"
        values = ", with `none` for no value" if default == "default(...)" else ""
        way_out = f"{paste}{values}, or put it under an `if` that makes sure"
        self.report("E033", f"`{written}` may be missing here", doubt.at, len(doubt.name), way_out, doubt.why)

    def _read(self, node: Node, scope: Record) -> tuple[Type, _Doubt | None]:
        """The type of a path, and the first reason why it may be missing."""
        if isinstance(node, Name):
            return self._name(node, scope)
        if isinstance(node, Attribute):
            of, doubt = self._read(node.of, scope)
            return self._field(node, of, node.name, node.at, doubt)
        if not isinstance(node, Item):
            return self.type_of(node, scope), None
        of, doubt = self._read(node.of, scope)
        key = self.type_of(node.key, scope)
        if isinstance(node.key, Constant) and isinstance(node.key.value, str):
            return self._field(node, of, node.key.value, node.key.start + 1, doubt)
        return self._entry(node, of, key), doubt

    def _name(self, node: Name, scope: Record) -> tuple[Type, _Doubt | None]:
        field = field_of(scope, node.name)
        if field is None:
            message = f"there is nothing called `{node.name}` here"
            longer = longer_name(node.name, scope)
            way_out, meant = longer or did_you_mean(node.name, scope.fields), certain(node.name, scope.fields)
            note = f"here you can use {one_of(scope.fields)}" if scope.fields else "no names can be used here"
            return self.report(
                "E032", message, node.start, len(node.name), way_out, note, "" if longer else meant
            ), None
        return field.type, _doubt(field, node.start, node.name)

    def _field(self, node: Node, of: Type, name: str, at: int, doubt: _Doubt | None) -> tuple[Type, _Doubt | None]:
        field = field_of(of, name)
        if field is not None:
            return field.type, doubt or _doubt(field, at, name)
        if isinstance(node, Attribute | Item) and path(node.of) == ("steps",):
            return self.report("E031", f"there is no earlier step called `{name}`", at, len(name),
                               did_you_mean(name, names_in(of)), meant=certain(name, names_in(of))), None  # fmt: skip
        owner = ".".join(path(node.of) or ()) if isinstance(node, Attribute | Item) else ""
        message = f"`{owner}` has no `{name}`" if owner else f"there is no `{name}` in {describe(of)}"
        known = names_in(of)
        note = f"it has {one_of(known)}" if known else f"it is {describe(of)}, which has no fields"
        if name in FILTERS and owner:
            return self.report("E032", message, at, len(name), f"write `{owner} | {name}`", note), None
        way_out, meant = did_you_mean(name, known), certain(name, known)
        return self.report("E032", message, at, len(name), way_out, note, meant), None

    def _entry(self, node: Item, of: Type, key: Type) -> Type:
        if kind_of(of) not in ("list", "any") or kind_of(key) not in ("number", "any"):
            return self.wrong(f"`[ ]` reads an entry of a list by its number, not {describe(of)}", node.of)
        return of.item if isinstance(of, ListOf) else ANY

    def constant(self, node: Constant, _: Record) -> Type:
        if isinstance(node.value, bool):
            return BOOLEAN
        if isinstance(node.value, int | Decimal):
            return NUMBER
        return NONE if node.value is None else Choice(values=(node.value,))

    def items(self, node: Items, scope: Record) -> Type:
        types = [self.type_of(item, scope) for item in node.items]
        return ListOf(item=_one(types))

    def pairs(self, node: Pairs, scope: Record) -> Type:
        fields = {}
        for key, value in node.pairs:
            self.demand("text", "a key in `{ }`", key, scope)
            type_ = self.type_of(value, scope)
            if isinstance(key, Constant) and isinstance(key.value, str):
                fields[key.value] = Field(type_)
        return Record(fields=fields, open=len(fields) < len(node.pairs))

    def demand(self, kind: str, who: str, node: Node, scope: Record) -> Type:
        """The type of the node, which must be of the kind."""
        type_ = self.type_of(node, scope)
        if kind_of(type_) in (kind, "any"):
            return type_
        needed = "yes or no" if kind == "boolean" else word_for(kind)
        way_out = comparison_of(node, type_) if kind == "boolean" else ""
        return self.wrong(f"{who} needs {needed}, but this is {describe(type_)}", node, way_out)

    def unary(self, node: Unary, scope: Record) -> Type:
        if node.op == "not":
            self.demand("boolean", "`not`", node.operand, scope)
            return BOOLEAN
        type_ = self.type_of(node.operand, scope)
        if kind_of(type_) in ("number", "money", "any"):
            return type_
        return self.wrong(f"`{node.op}` needs a number, but this is {describe(type_)}", node.operand)

    def logic(self, node: Logic, scope: Record) -> Type:
        self.demand("boolean", f"`{node.op}`", node.left, scope)
        self.demand("boolean", f"`{node.op}`", node.right, narrowed(node.left, scope, node.op == "and"))
        return BOOLEAN

    def either(self, node: Either, scope: Record) -> Type:
        self.demand("boolean", "`if`", node.test, scope)
        yes = self.type_of(node.yes, narrowed(node.test, scope, True))
        no = self.type_of(node.no, narrowed(node.test, scope, False))
        return merged(yes, no)

    def arithmetic(self, node: Arithmetic, scope: Record) -> Type:
        left, right = self.type_of(node.left, scope), self.type_of(node.right, scope)
        found = arithmetic(node.op, left, right)
        if found is not None:
            return found
        way_out = "join texts with `~`" if node.op == "+" and "text" in (kind_of(left), kind_of(right)) else ""
        return self.wrong(f"`{node.op}` cannot take {describe(left)} and {describe(right)}", node, way_out)

    def joined(self, node: Joined, scope: Record) -> Type:
        for part in node.parts:
            self.type_of(part, scope)
        return TEXT

    def comparison(self, node: Comparison, scope: Record) -> Type:
        left, before = self.type_of(node.first, scope), node.first
        for op, operand in node.rest:
            right = self.type_of(operand, scope)
            self._compare(op, before, left, operand, right)
            left, before = right, operand
        return BOOLEAN

    def _compare(self, op: str, first: Node, left: Type, second: Node, right: Type) -> None:
        if not comparable(op, left, right):
            self._incomparable(op, (first, left), (second, right))
        elif op in ("in", "not in"):
            self._words_in(first, left, second)
        else:
            self._word(first, left, second, right)

    def _incomparable(self, op: str, first: "_Given", second: "_Given") -> None:
        message = f"`{op}` cannot compare {describe(first[1])} with {describe(second[1])}"
        for (node, type_), (_, other) in ((first, second), (second, first)):
            way_out = conversion(node, type_, other)
            if way_out:
                self.wrong(message, node, way_out)
                return
        self.wrong(message, first[0] if isinstance(first[0], Constant) else second[0])

    def _word(self, first: Node, left: Type, second: Node, right: Type) -> None:
        """A choice compared with a word that it never is."""
        found = impossible_word(left, right)
        if found is None:
            return
        word, words = found
        culprit = first if isinstance(first, Constant) else second
        self.report(
            "E034", f"this is never `{word}`", culprit.start, culprit.end - culprit.start,
            did_you_mean(word, words), f"it is one of {one_of(words)}",
        )  # fmt: skip

    def _words_in(self, first: Node, left: Type, second: Node) -> None:
        for item in second.items if isinstance(second, Items) else ():
            if isinstance(item, Constant):
                self._word(first, left, item, self.constant(item, Record()))

    def tested(self, node: Tested, scope: Record) -> Type:
        if node.name not in ("defined", "undefined"):
            self.report("E035", f"there is no test called `is {node.name}`", node.at, len(node.name),
                        "the tests are `is defined` and `is not defined`; compare values with `==`")  # fmt: skip
        self._tolerant(node.operand, scope)
        return BOOLEAN

    def _tolerant(self, node: Node, scope: Record) -> Type:
        """The type of what may be missing here: `default` and `is defined` answer it."""
        before = len(self.problems)
        type_ = self.type_of(node, scope)
        self.problems[before:] = [problem for problem in self.problems[before:] if problem.code != "E033"]
        return type_

    def filtered(self, node: Filtered, scope: Record) -> Type:
        reads = self._tolerant if node.name == "default" else self.type_of
        subject = (node.operand, reads(node.operand, scope))
        function = FILTERS.get(node.name)
        if function is None:
            self._arguments(node.arguments, scope)
            known = f"the filters are {one_of(FILTERS, limit=30)}"
            message = f"there is no filter called `{node.name}`"
            way_out, meant = did_you_mean(node.name, FILTERS), certain(node.name, FILTERS)
            return self.report("E035", message, node.at, len(node.name), way_out, known, meant)
        return self._called(node.name, function, node.at, (subject,), node.arguments, scope)

    def call(self, node: Call, scope: Record) -> Type:
        function = FUNCTIONS.get(node.name)
        if function is not None:
            return self._called(node.name, function, node.start, (), node.arguments, scope)
        self._arguments(node.arguments, scope)
        way_out = f"write `value | {node.name}`" if node.name in FILTERS else did_you_mean(node.name, FUNCTIONS)
        note = f"the functions are {one_of(FUNCTIONS)}"
        message = f"there is no function called `{node.name}`"
        return self.report("E035", message, node.start, len(node.name), way_out, note)

    def _arguments(self, arguments: Arguments, scope: Record) -> tuple[list["_Given"], dict[str, "_Given"]]:
        plain = [(argument, self.type_of(argument, scope)) for argument in arguments.plain]
        return plain, {name: (argument, self.type_of(argument, scope)) for name, argument in arguments.named}

    def _called(
        self, name: str, function: Function, at: int, before: tuple["_Given", ...], arguments: Arguments, scope: Record
    ) -> Type:
        plain, named = self._arguments(arguments, scope)
        try:
            given = arrange(name, function, (*before, *plain), named)
        except EvaluationError as error:
            return self.report("E035", error.message, at, len(name))
        fits = [self._argument(name, function, number, one) for number, one in enumerate(given) if one is not None]
        if not all(fits):
            return ANY
        types = tuple(NONE if one is None else one[1] for one in given)
        return self._plucked(name, given) if name in ("map", "select") else function.gives(types)

    def _argument(self, name: str, function: Function, number: int, given: "_Given") -> bool:
        node, type_ = given
        parameter = function.parameters[number]
        if parameter.words and isinstance(type_, Choice) and not set(type_.values) & set(parameter.words):
            word = type_.values[0]
            message = f"`{name}` knows no `{word}`"
            self.wrong(message, node, did_you_mean(word, parameter.words) or f"write {one_of(parameter.words)}")
            return False
        if parameter.kinds is ANYTHING or kind_of(type_) in (*parameter.kinds, "any"):
            return True
        needed = " or ".join(word_for(kind) for kind in parameter.kinds)
        self.wrong(f"`{name}` needs {needed}, but this is {describe(type_)}", node)
        return False

    def _plucked(self, name: str, given: tuple[Any, ...]) -> Type:
        """`list | map("field")` gives the fields; `list | select("field")` some of the list."""
        (_, items), (attribute, _) = given[:2]
        of = items.item if isinstance(items, ListOf) else ANY
        if not isinstance(attribute, Constant):
            return items if name == "select" else ListOf()
        at, type_ = attribute.start + 1, of
        for part in str(attribute.value).split("."):
            type_, _ = self._field(attribute, type_, part, at, None)
            at += len(part) + 1
        return items if name == "select" else ListOf(item=type_)


_Given = tuple[Node, Type]


def _doubt(field: Field, at: int, name: str) -> _Doubt | None:
    return _Doubt(at, name, field.maybe) if field.maybe else None


def _one(types: Iterable[Type]) -> Type:
    result: Type | None = None
    for type_ in types:
        result = type_ if result is None else merged(result, type_)
    return result or ANY


_RULES: dict[type[Node], Callable[[_Inference, Any, Record], Type]] = {
    Constant: _Inference.constant,
    Name: _Inference.path,
    Attribute: _Inference.path,
    Item: _Inference.path,
    Items: _Inference.items,
    Pairs: _Inference.pairs,
    Unary: _Inference.unary,
    Logic: _Inference.logic,
    Arithmetic: _Inference.arithmetic,
    Joined: _Inference.joined,
    Comparison: _Inference.comparison,
    Either: _Inference.either,
    Filtered: _Inference.filtered,
    Tested: _Inference.tested,
    Call: _Inference.call,
}
