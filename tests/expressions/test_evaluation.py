"""What expressions give: strict, exact, and with a sentence when they give nothing."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language import evaluator
from engine.language.evaluator import EvaluationError
from engine.language.expressions import parse_expression
from engine.language.values import Money
from tests.expressions.scope import NOW, SCOPE, value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${ inputs.deal_value }", Money(Decimal(50000), "GBP")),
        ("${ inputs.deal_value.amount }", Decimal(50000)),
        ("${ inputs.tags[0] }", "new"),
        ("${ inputs['company'] }", "Acme"),
        ("${ inputs.start_date.year }", 2026),
        ("${ 0.1 + 0.2 }", Decimal("0.3")),
        ("${ 4 / 2 }", 2),
        ("${ 7 // 2 }", 3),
        ("${ -7.5 // 2 }", Decimal(-4)),
        ("${ -7.5 % 2 }", Decimal("0.5")),
        ("${ 2 ** 10 }", 1024),
        ("${ inputs.deal_value * 1.2 }", Money(Decimal("60000.0"), "GBP")),
        ("${ inputs.deal_value / inputs.deal_value }", Decimal(1)),
        ("${ 1 < 2 < 3 }", True),
        ("${ 'a' in 'cat' and 'vip' in inputs.tags and 'company' in inputs }", True),
        ("${ 'old' not in inputs.tags }", True),
        ("${ 'a' ~ 1 ~ inputs.deal_value }", "a1£50,000.00"),
        ("${ ['a'] + ['b'] }", ["a", "b"]),
        ("${ {'a': 1}.a }", 1),
        ("${ 'x' if 1 > 2 else 'y' }", "y"),
        ("${ true or 1 / 0 == 1 }", True),
        ("${ none | default(3) }", 3),
        ("${ '${' }", "${"),
    ],
)
def test_a_whole_expression_keeps_its_type(text: str, expected: Any) -> None:
    result = value(text)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("For ${ inputs.company }: ${ inputs.deal_value }", "For Acme: £50,000.00"),
        ("On ${ inputs.start_date }", "On 7 April 2026"),
        ("At ${ steps.booking.event.starts_at }", "At 7 April 2026, 14:00"),  # on the clocks of London
        ("${ steps.welcome.answers.personal_data }, ${ inputs.tags }", "yes, new, vip"),
        ("See ${ steps.contract.file }", "See contract.pdf"),
        ("no expression: {% raw %} {{ x }}", "no expression: {% raw %} {{ x }}"),
    ],
)
def test_values_in_a_text_are_written_for_people(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("left", "right"), [("1", "true"), ("0", "false"), ("'5'", "5"), ("[1]", "[true]"), ("{'a': 1}", "{'a': true}")]
)
def test_values_of_two_kinds_are_never_equal(left: str, right: str) -> None:
    assert value(f"${{ {left} == {right} }}") is False
    assert value(f"${{ {left} != {right} }}") is True


@pytest.mark.parametrize(
    "condition",
    ["inputs.company", "1", "'yes'", "inputs.tags", "not 1", "inputs.company and true", "true and 1", "1 if 1 else 2"],
)
def test_only_yes_and_no_are_conditions(condition: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        evaluator.test(parse_expression(condition), SCOPE, lambda: NOW)
    assert caught.value.code == "not_boolean"


@pytest.mark.parametrize(
    "text",
    ["'5' + 1", "'5' < 6", "'a' < 'b'", "inputs.deal_value > 5", "inputs.start_date < now()", "1 + true", "'a' * 3",
     "inputs.deal_value + 1", "-inputs.company", "inputs.company.upper", "inputs.tags.first", "1 in 'one'",
     "inputs.tags['x'].y", "steps.booking.event.starts_at.hour", "inputs.deal_value + (1 | money('EUR'))"],
)  # fmt: skip
def test_nothing_turns_into_another_type_by_itself(text: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        value(f"${{ {text} }}")
    assert caught.value.code == "wrong_type"


@pytest.mark.parametrize(
    "text",
    ["nope", "inputs.nope", "inputs.note", "steps.signature.outcome", "steps.nope.a.b", "inputs.tags[9]", "[] | first"],
)
def test_what_is_missing_must_be_read_with_a_default(text: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        value(f"${{ {text} }}")
    assert caught.value.code == "missing"
    assert value(f"${{ {text} | default('-') }}") == "-"
    assert value(f"${{ {text} is defined }}") is False
    assert value(f"${{ {text} is not defined }}") is True


def test_a_default_is_not_evaluated_where_there_is_a_value() -> None:
    assert value("${ inputs.company | default(1 / 0) }") == "Acme"
    assert value("${ (steps.signature.outcome | default('not_sent')) == 'signed' }") is False


def test_a_message_names_the_whole_path() -> None:
    with pytest.raises(EvaluationError, match=r"`steps\.signature\.outcome` has no value"):
        value("${ steps.signature.outcome }")


def test_dividing_by_zero_is_said_in_words() -> None:
    for op in ("/", "//", "%"):
        with pytest.raises(EvaluationError, match="divide by zero"):
            value(f"${{ 1 {op} 0 }}")
        with pytest.raises(EvaluationError, match="divide by zero"):
            value(f"${{ 0.0 {op} 0 }}")


def test_floats_of_outside_data_are_read_as_decimals() -> None:
    assert value("${ event.price + 0.2 }", {"event": {"price": 0.1}}) == Decimal("0.3")


numbers = st.integers(-(10**9), 10**9) | st.decimals(-(10**6), 10**6, places=3)


@given(numbers, numbers)
def test_arithmetic_is_that_of_decimals(a: Any, b: Any) -> None:
    scope = {"a": a, "b": b}
    assert value("${ a + b - b }", scope) == a
    assert value("${ a * b }", scope) == Decimal(a) * Decimal(b)
    if b:
        assert value("${ (a // b) * b + a % b }", scope) == a


@given(st.recursive(st.none() | st.booleans() | numbers | st.text(), st.lists, max_leaves=8))
def test_every_value_equals_itself_and_comes_back_as_it_was(data: Any) -> None:
    scope = {"x": {"data": [data]}}
    assert value("${ x.data }", scope) == [data]
    assert value("${ x.data == x.data }", scope) is True
