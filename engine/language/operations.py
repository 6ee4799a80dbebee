"""What values do with each other: strict, exact, and limited in size.

No truthiness, no text that turns into a number, no comparison across kinds.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from engine.language.money import Money

MAX_TEXT = 1_000_000  # characters
MAX_ITEMS = 100_000
MAX_NUMBER = 10**30
MAX_POWER = 100

_EXACT = Context(prec=34, Emin=-60, Emax=60, traps=[DivisionByZero, InvalidOperation, Overflow])


class EvaluationError(Exception):
    """Why an expression has no value. `message` is one sentence for the author.

    Codes: missing, wrong_type, not_boolean, unknown_function, bad_value, limit.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Missing(EvaluationError):  # noqa: N818 - the domain's word
    """A name, a field or an entry that is not there; `default` and `is defined` answer it."""

    def __init__(self, message: str) -> None:
        super().__init__("missing", message)


_KINDS: dict[type, str] = {
    bool: "boolean",
    int: "number",
    Decimal: "number",
    float: "number",
    str: "text",
    Money: "money",
    datetime: "datetime",
    date: "date",
    list: "list",
    tuple: "list",
    dict: "record",
    type(None): "none",
}


def kind(value: Any) -> str:
    """The author's word for what the value is. Raises EvaluationError for anything that is not data."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    for known, name in _KINDS.items():
        if isinstance(value, known):
            return name
    if isinstance(value, Mapping):
        return "record"
    raise EvaluationError("wrong_type", f"a {type(value).__name__} cannot be used in an expression")


def plain(value: Any) -> Any:
    """A value as it is calculated with: a float, which only outside data has, as a decimal."""
    return Decimal(str(value)) if type(value) is float else value


def wrong(message: str) -> EvaluationError:
    return EvaluationError("wrong_type", message)


def truth(value: Any, what: str) -> bool:
    """The value, which must be yes or no; `what` says for whom."""
    if value is True or value is False:
        return bool(value)
    raise EvaluationError(
        "not_boolean", f"{what} needs yes or no (a boolean), not {phrase(kind(value))}; compare it with something"
    )


def phrase(name: str) -> str:
    """`a number`, `text`, `no value`."""
    return {"text": "text", "money": "money", "none": "nothing"}.get(name, f"a {name}")


def limited(value: Any) -> Any:
    """The value, unless it is larger than an expression may make."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise EvaluationError("limit", f"the text is longer than {MAX_TEXT:,} characters")
    if isinstance(value, list) and len(value) > MAX_ITEMS:
        raise EvaluationError("limit", f"the list has more than {MAX_ITEMS:,} items")
    return value


def number(value: Any) -> Any:
    """The number, unless it has grown out of all use."""
    if abs(value) >= MAX_NUMBER:
        raise EvaluationError("limit", "the number is too large")
    return value


def equal(left: Any, right: Any) -> bool:
    """Equal and of one kind: yes is not 1, "5" is not 5."""
    first, second = kind(left), kind(right)
    if first != second:
        return False
    if first == "list":
        return len(left) == len(right) and all(map(equal, left, right))
    if first == "record":
        return bool(left.keys() == right.keys()) and all(equal(left[key], right[key]) for key in left)
    return bool(left == right)


def compare(op: str, left: Any, right: Any) -> bool:
    """`left op right`. Order is known between two numbers, dates, times, or amounts of one currency."""
    rule = _COMPARE.get(op)
    if rule is not None:
        return rule(left, right)
    first, second = kind(left), kind(right)
    if first != second or first not in ("number", "money", "date", "datetime"):
        raise wrong(f"`{op}` cannot compare {phrase(first)} with {phrase(second)}{_hint(first, second)}")
    if first == "money":
        left, right = _one_currency(op, left, right)
    return bool(_ORDER[op](left, right))


def _hint(first: str, second: str) -> str:
    if {first, second} == {"money", "number"}:
        return "; compare its `.amount`"
    if {first, second} == {"date", "datetime"}:
        return "; use `| date`"
    return ""


def _one_currency(op: str, left: Money, right: Money) -> tuple[Decimal, Decimal]:
    if left.currency != right.currency:
        raise wrong(f"`{op}` cannot take {left.currency} and {right.currency} together")
    return left.amount, right.amount


def contains(item: Any, collection: Any) -> bool:
    """Whether a list has the item, a text the text, a record the name."""
    container = kind(collection)
    if container == "list":
        return any(equal(item, other) for other in collection)
    if container in ("text", "record") and kind(item) == "text":
        return item in collection
    raise wrong(f"`in` cannot look for {phrase(kind(item))} in {phrase(container)}")


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "in": contains,
    "not in": lambda left, right: not contains(left, right),
}


def calculate(op: str, left: Any, right: Any) -> Any:
    """`left op right` for numbers, money, and `+` for two texts or two lists."""
    pair = (kind(left), kind(right))
    try:
        if pair == ("number", "number"):
            return number(_NUMBERS[op](left, right))
        if "money" in pair:
            return _calculate_money(op, left, right, pair)
    except ZeroDivisionError:
        raise EvaluationError("bad_value", f"`{op}` cannot divide by zero") from None
    except DecimalException:
        raise EvaluationError("limit", f"the result of `{op}` is not a usable number") from None
    if op == "+" and pair in (("text", "text"), ("list", "list")):
        return _appended(left, right)
    raise wrong(f"`{op}` cannot take {phrase(pair[0])} and {phrase(pair[1])}{_join_hint(pair, op)}")


def _join_hint(pair: tuple[str, str], op: str) -> str:
    if op == "+" and "text" in pair:
        return "; join texts with `~`"
    if op == "-" and set(pair) <= {"date", "datetime"}:
        return "; use `days_between(a, b)`"
    return ""


def _appended(left: Any, right: Any) -> Any:
    if len(left) + len(right) > (MAX_TEXT if isinstance(left, str) else MAX_ITEMS):
        raise EvaluationError("limit", "the result of `+` is too large")
    return left + right if isinstance(left, str) else [*left, *right]


def _calculate_money(op: str, left: Any, right: Any, pair: tuple[str, str]) -> Any:
    if pair == ("money", "money") and op in ("+", "-", "/"):
        first, second = _one_currency(op, left, right)
        result = Decimal(number(_NUMBERS[op](first, second)))
        return result if op == "/" else Money(result, left.currency)
    if pair == ("money", "number") and op in ("*", "/"):
        return Money(Decimal(number(_NUMBERS[op](left.amount, right))), left.currency)
    if pair == ("number", "money") and op == "*":
        return Money(Decimal(number(_NUMBERS[op](left, right.amount))), right.currency)
    raise wrong(f"`{op}` cannot take {phrase(pair[0])} and {phrase(pair[1])}{_hint(*pair)}")


def negative(value: Any) -> Any:
    """`-value`."""
    if isinstance(value, Money):
        return Money(-value.amount, value.currency)
    if kind(value) != "number":
        raise wrong(f"`-` cannot take {phrase(kind(value))}")
    return -value


def _power(base: Any, exponent: Any) -> Any:
    if exponent != int(exponent) or abs(exponent) > MAX_POWER:
        raise EvaluationError("limit", f"the exponent must be a whole number up to {MAX_POWER}")
    return _EXACT.power(base, exponent) if isinstance(base, Decimal) or exponent < 0 else base ** int(exponent)


def _exactly(whole: Callable[[int, int], int], rule: Callable[[Any, Any], Decimal]) -> Callable[[Any, Any], Any]:
    """Whole numbers stay whole; anything else is calculated in decimals."""

    def apply(left: Any, right: Any) -> Any:
        return whole(left, right) if type(left) is int and type(right) is int else rule(left, right)

    return apply


def _divisor(right: Any) -> Any:
    if right == 0:
        raise ZeroDivisionError
    return right


def _floor_divide(left: Any, right: Any) -> Decimal:
    quotient = _EXACT.divide_int(left, _divisor(right))
    return quotient - 1 if (left < 0) != (right < 0) and quotient * right != left else quotient


def _modulo(left: Any, right: Any) -> Decimal:
    return _EXACT.subtract(left, _EXACT.multiply(_floor_divide(left, right), right))


def _divide(left: Any, right: Any) -> Decimal | int:
    quotient = _EXACT.divide(left, _divisor(right))
    whole = type(left) is int and type(right) is int and quotient == quotient.to_integral_value()
    return int(quotient) if whole else quotient


_NUMBERS: dict[str, Callable[[Any, Any], Any]] = {
    "+": _exactly(operator.add, _EXACT.add),
    "-": _exactly(operator.sub, _EXACT.subtract),
    "*": _exactly(operator.mul, _EXACT.multiply),
    "/": _divide,
    "//": _exactly(operator.floordiv, _floor_divide),
    "%": _exactly(operator.mod, _modulo),
    "**": _power,
}
