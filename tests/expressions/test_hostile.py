"""Outside text stays text, Python stays out of reach, and nothing runs for long."""

from decimal import Decimal
from typing import Any

import pytest

from engine.language.evaluator import EvaluationError
from engine.language.expressions import ExpressionProblem
from tests.expressions.scope import value

HOSTILE = ["${7*7}", "{{ 7*7 }}", "{% raw %}", "{# x #}", "%(x)s", "{0.__class__}", "%n", "\r\nBcc: x@y.z", "}", "${"]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_never_compiled(text: str) -> None:
    scope = {"inputs": {"company": text}}
    assert value("${ inputs.company }", scope) == text
    assert value("<${ inputs.company }>", scope) == f"<{text}>"
    assert value("${ inputs.company ~ inputs.company }", scope) == text * 2


@pytest.mark.parametrize(
    "expression",
    [
        "inputs.__class__", "inputs.company.__class__.__mro__", "inputs['__class__']", "''.__class__", "[].__class__",
        "inputs.items", "inputs.keys", "now.__globals__", "(1).real", "inputs.company.format", "inputs.rows.append",
        "self", "__builtins__", "lipsum", "cycler", "range", "dict", "namespace", "config", "request", "loop",
        "inputs.deal_value.__str__", "inputs.deal_value.amount.sqrt", "inputs.start_date.today",
        "now().tzinfo", "inputs.rows | map('__class__')", "inputs.rows | map(attribute='items')",
    ],
)  # fmt: skip
def test_nothing_of_python_can_be_reached(expression: str) -> None:
    with pytest.raises(EvaluationError):
        value(f"${{ {expression} }}")


@pytest.mark.parametrize(
    "expression",
    ["inputs.company.upper()", "''.join([])", "inputs.keys()", "lipsum()", "range(10)", "dict()", "().__class__()",
     "inputs.company | attr('x')", "inputs | tojson", "inputs.company | format(1)", "inputs | dictsort", "x | eval",
     "inputs.company is callable", "inputs.company is mapping", "inputs | pprint", "inputs.company | replace('a','b')"],
)  # fmt: skip
def test_only_the_listed_filters_and_functions_exist(expression: str) -> None:
    with pytest.raises((EvaluationError, ExpressionProblem)):
        value(f"${{ {expression} }}")


BIG: dict[str, Any] = {
    "text": "x" * 400_000,
    "items": list(range(90_000)),
    "rows": [{"n": 1, "on": True}] * 50_000,
    "huge": Decimal(10) ** 29,
}


@pytest.mark.parametrize(
    "expression",
    [
        "text ~ text ~ text",
        "text + text + text",
        "[text, text, text] | join(text)",
        "items + items",
        "items | join(text)",
        "[" + ", ".join(["(text ~ 'y')"] * 40) + "]",
        "[" + ", ".join(["(items + [1])"] * 40) + "]",
        " and ".join(["items == items"] * 90),
        " and ".join(["(items | sum) > 0"] * 90),
        "[" + ", ".join(["(rows | map('n') | sum)"] * 60) + "]",
        "[" + ", ".join(["(rows | select('on') | length)"] * 60) + "]",
        "9 ** 99",
        "9 ** 9 ** 9",
        "2 ** 1000000000",
        "2 ** 0.5",
        "huge * huge",
        "huge ** 50",
        "huge * 10",
        "1.5 | round(1000000)",
        "business_days_between('0001-01-01' | date, '9999-12-31' | date)",
    ],
)
def test_what_loops_or_grows_ends_at_its_limit(expression: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        value(f"${{ {expression} }}", BIG)
    assert caught.value.code in ("limit", "bad_value")


def test_data_that_is_nested_without_end_is_refused() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(EvaluationError, match="nested too deeply"):
        value("${ x == x }", {"x": deep})
    with pytest.raises(EvaluationError, match="nested too deeply"):
        value("<${ x }>", {"x": deep})


def test_a_text_put_together_from_pieces_is_limited() -> None:
    with pytest.raises(EvaluationError, match="longer than"):
        value("${ text }${ text }${ text }", BIG)
