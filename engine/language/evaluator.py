"""Evaluates a parsed expression over plain data: strict, exact, and within limits.

Nothing of Python can be reached from here: a name is a key of a dict or one of the few
fields of money and dates, a function is one of the allow-list.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from engine.language.calendar import WorkCalendar
from engine.language.expressions import Expr, Template
from engine.language.filters import FILTERS, FUNCTIONS, Clock, Function, arrange, call
from engine.language.money import Money
from engine.language.operations import (
    MAX_TEXT,
    EvaluationError,
    Missing,
    calculate,
    compare,
    kind,
    limited,
    negative,
    phrase,
    plain,
    truth,
    wrong,
)
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
from engine.language.values import display

__all__ = ["EVERYDAY", "EvaluationError", "evaluate", "render", "test"]

MAX_STEPS = 10_000  # nodes of one evaluation
MAX_WORK = 2_000_000  # characters and items that one evaluation may look at or make
ENTRY = 8  # what an entry of a list counts beside a character
EVERYDAY = WorkCalendar()  # UTC, Monday to Friday


def evaluate(
    expr: Expr, scope: Mapping[str, Any], now: Callable[[], datetime], calendar: WorkCalendar = EVERYDAY
) -> Any:
    """The value of the expression. Raises EvaluationError; `calendar` gives zone and working days."""
    return _Evaluation(scope, now, calendar).result(expr.tree)


def test(  # not a pytest function, whatever its name
    expr: Expr,
    scope: Mapping[str, Any],
    now: Callable[[], datetime],
    calendar: WorkCalendar = EVERYDAY,  # noqa: PT028
) -> bool:
    """The value of a condition, which must be yes or no. Raises EvaluationError."""
    return truth(evaluate(expr, scope, now, calendar), "a condition")


def render(
    template: Template, scope: Mapping[str, Any], now: Callable[[], datetime], calendar: WorkCalendar = EVERYDAY
) -> Any:
    """A text with its expressions filled in; a text that is one expression keeps the type of its value.

    Raises EvaluationError. Values become text as people read them, in the calendar's zone.
    """
    if template.whole is not None:
        return evaluate(template.whole, scope, now, calendar)
    if not template.expressions:
        return template.text
    evaluation = _Evaluation(scope, now, calendar)
    pieces = [
        evaluation.shown(piece.tree, piece.text) if isinstance(piece, Expr) else piece for piece in template.pieces
    ]
    return limited("".join(pieces))


@contextmanager
def _shallow() -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise EvaluationError("limit", "a value is nested too deeply") from None


class _Evaluation:
    """One evaluation, and what it has used up."""

    __slots__ = ("clock", "scope", "steps", "work")

    def __init__(self, scope: Mapping[str, Any], now: Callable[[], datetime], calendar: WorkCalendar) -> None:
        self.scope = scope
        self.clock = Clock(now, calendar)
        self.steps = 0
        self.work = 0

    def result(self, tree: Node) -> Any:
        with _shallow():
            return limited(self.value(tree))

    def shown(self, tree: Node, written: str) -> str:
        value = self.result(tree)
        if value is None:
            raise Missing(f"`{written}` gives nothing to write")
        with _shallow():
            return self.text(value)

    def text(self, value: Any) -> str:
        self.spend(weight(value))
        return display(value, self.clock.calendar.zone)

    def value(self, node: Node) -> Any:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise EvaluationError("limit", f"the expression takes more than {MAX_STEPS:,} steps")
        return _RULES[type(node)](self, node)

    def spend(self, amount: int) -> None:
        self.work += amount
        if self.work > MAX_WORK:
            raise EvaluationError("limit", "the expression works on too much data")

    def constant(self, node: Constant) -> Any:
        return node.value

    def name(self, node: Name) -> Any:
        value = self.scope.get(node.name)
        if value is None:
            raise Missing(f"`{node.name}` has no value")
        return plain(value)

    def attribute(self, node: Attribute) -> Any:
        return _read(self.value(node.of), node.name, node)

    def item(self, node: Item) -> Any:
        of, key = self.value(node.of), self.value(node.key)
        if isinstance(key, str):
            return _read(of, key, node)
        if kind(of) != "list" or type(key) is not int:
            raise wrong(f"`[ ]` reads the number of an entry from a list, not {phrase(kind(key))}")
        if not -len(of) <= key < len(of) or of[key] is None:
            raise Missing(f"the list has no entry {key}")
        return plain(of[key])

    def items(self, node: Items) -> Any:
        return [self.value(item) for item in node.items]

    def pairs(self, node: Pairs) -> Any:
        found = {}
        for key, value in node.pairs:
            name = self.value(key)
            if not isinstance(name, str):
                raise wrong(f"the keys in `{{ }}` are text, not {phrase(kind(name))}")
            found[name] = self.value(value)
        return found

    def unary(self, node: Unary) -> Any:
        value = self.value(node.operand)
        if node.op == "not":
            return not truth(value, "`not`")
        return negative(value) if node.op == "-" else calculate("+", 0, value)

    def logic(self, node: Logic) -> Any:
        left = truth(self.value(node.left), f"`{node.op}`")
        if left is (node.op == "or"):
            return left
        return truth(self.value(node.right), f"`{node.op}`")

    def arithmetic(self, node: Arithmetic) -> Any:
        result = calculate(node.op, self.value(node.left), self.value(node.right))
        self.spend(_size(result))
        return result

    def joined(self, node: Joined) -> Any:
        texts = []
        for part in node.parts:
            value = self.value(part)
            texts.append(value if isinstance(value, str) else self.text(value))
            self.spend(len(texts[-1]))
        if sum(map(len, texts)) > MAX_TEXT:
            raise EvaluationError("limit", "the result of `~` is too large")
        return "".join(texts)

    def comparison(self, node: Comparison) -> Any:
        left = self.value(node.first)
        for op, operand in node.rest:
            right = self.value(operand)
            self.spend(weight(left) + weight(right))
            if not compare(op, left, right):
                return False
            left = right
        return True

    def either(self, node: Either) -> Any:
        return self.value(node.yes if truth(self.value(node.test), "`if`") else node.no)

    def filtered(self, node: Filtered) -> Any:
        function = FILTERS.get(node.name)
        if function is None:
            raise EvaluationError("unknown_function", f"there is no filter called `{node.name}`")
        if node.name == "default":
            return self._default(node, function)
        return self._call(node.name, function, (self.value(node.operand),), node.arguments)

    def _default(self, node: Filtered, function: Function) -> Any:
        try:
            value = self.value(node.operand)
        except Missing:
            value = None
        if value is not None:
            return value
        given = (value, *node.arguments.plain)
        _, fallback = arrange("default", function, given, dict(node.arguments.named))
        return self.value(fallback)

    def tested(self, node: Tested) -> Any:
        if node.name not in ("defined", "undefined"):
            raise EvaluationError("unknown_function", f"there is no test called `is {node.name}`")
        try:
            found = self.value(node.operand) is not None
        except Missing:
            found = False
        return found is (node.name == "defined")

    def call(self, node: Call) -> Any:
        function = FUNCTIONS.get(node.name)
        if function is None:
            raise EvaluationError("unknown_function", f"there is no function called `{node.name}`")
        return self._call(node.name, function, (), node.arguments)

    def _call(self, name: str, function: Function, before: tuple[Any, ...], arguments: Arguments) -> Any:
        given = (*before, *map(self.value, arguments.plain))
        named = {key: self.value(value) for key, value in arguments.named}
        values = arrange(name, function, given, named)
        self.spend(sum(map(weight, values)))
        result = call(name, function, self.clock, values)
        self.spend(_size(result))
        return result


def _size(result: Any) -> int:
    if isinstance(result, list):
        return ENTRY * len(result)
    return len(result) if isinstance(result, str) else 0


def weight(value: Any) -> int:
    """How much work a value is: its characters, and its entries at any depth, each worth a few characters."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return ENTRY * len(value) + sum(map(weight, value.values()))
    if isinstance(value, list | tuple):
        return ENTRY * len(value) + sum(map(weight, value))
    return 1


_FIELDS: dict[str, tuple[type, tuple[str, ...]]] = {
    "money": (Money, ("amount", "currency")),
    "date": (date, ("year", "month", "day")),
    "datetime": (datetime, ()),
}


def _read(of: Any, name: str, node: Node) -> Any:
    """A field of a record, of money or of a date, and of nothing else."""
    if type(of) is dict or isinstance(of, Mapping):
        value = of.get(name)
        if value is None:
            raise Missing(f"`{'.'.join(path(node) or (name,))}` has no value")
        return plain(value)
    what = kind(of)
    if what in _FIELDS and name in _FIELDS[what][1]:
        return getattr(of, name)
    if what == "datetime":
        raise wrong(f"a time has no field `{name}`; use `| date` or a `format_` filter")
    raise wrong(f"{phrase(what)} has no field `{name}`")


_RULES: dict[type[Node], Callable[[_Evaluation, Any], Any]] = {
    Constant: _Evaluation.constant,
    Name: _Evaluation.name,
    Attribute: _Evaluation.attribute,
    Item: _Evaluation.item,
    Items: _Evaluation.items,
    Pairs: _Evaluation.pairs,
    Unary: _Evaluation.unary,
    Logic: _Evaluation.logic,
    Arithmetic: _Evaluation.arithmetic,
    Joined: _Evaluation.joined,
    Comparison: _Evaluation.comparison,
    Either: _Evaluation.either,
    Filtered: _Evaluation.filtered,
    Tested: _Evaluation.tested,
    Call: _Evaluation.call,
}
