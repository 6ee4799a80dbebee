"""What is an expression, what is plain text, and where exactly something is wrong."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.expressions import Expr, ExpressionProblem, parse_expression, parse_template
from engine.language.tree import Attribute, Filtered, path
from tests.expressions.scope import marked


def test_text_around_expressions_is_kept_as_written() -> None:
    template = parse_template("Hi ${ a }, {{ b }} {% raw %} $ {c} ${ d }")
    texts = [piece for piece in template.pieces if isinstance(piece, str)]
    assert texts == ["Hi ", ", {{ b }} {% raw %} $ {c} "]
    assert [expr.text for expr in template.expressions] == ["a", "d"]


def test_a_closing_brace_inside_quotes_or_braces_does_not_end_the_expression() -> None:
    template = parse_template("""${ {"a": "}"}["a"] } and ${ '}' ~ "${" }!""")
    assert [expr.text for expr in template.expressions] == ["""{"a": "}"}["a"]""", """'}' ~ "${\""""]


@pytest.mark.parametrize("text", ["${ x }", "  ${ x }\n", "${x}"])
def test_a_text_that_is_only_an_expression_is_whole(text: str) -> None:
    assert isinstance(parse_template(text).whole, Expr)


@pytest.mark.parametrize("text", ["${ x }!", "${ x }${ y }", "x", ""])
def test_any_other_text_is_not(text: str) -> None:
    assert parse_template(text).whole is None


def test_places_count_in_the_whole_text() -> None:
    text = "From ${ inputs.company } to\r\n ${ steps . welcome.at | date }"
    tree = parse_template(text).expressions[1].tree
    assert isinstance(tree, Filtered)
    assert isinstance(tree.operand, Attribute)
    assert text[tree.at :].startswith("date }")
    assert text[tree.operand.start : tree.operand.end] == "steps . welcome.at"
    assert path(tree.operand) == ("steps", "welcome", "at")


def test_the_same_condition_is_equal_wherever_it_stands() -> None:
    assert parse_expression("a.b  == 1").tree == parse_expression(" a.b == 1").tree
    assert parse_expression("a.b == 1").tree != parse_expression("a.b == 2").tree


@pytest.mark.parametrize(
    ("text", "token", "message"),
    [
        ("${ a = 1 }", "=", "`=` is not expected here"),
        ("${ a && b }", "&", "`&` is not expected here"),
        ("Hello ${ a b }", "b", "`b` is not expected here"),
        ("x ${ a", "${", "this `${` has no closing `}`"),
        ("${ }", "${ }", "there is no expression here"),
        ("${", "${", "this `${` has no closing `}`"),
        ('${ "abc }', '"', "this text has no closing quote"),
        ("${ a | }", "|", "something is missing after `|`"),
        ("${ (a + 1 }", "(", "`(` is never closed"),
        ("${ a) }", ")", "`)` is not expected here"),
        ("${ a -}", "-", "`-` is not expected here"),
        ("${ a if b }", "b", "this `if` has no `else`"),
        ("${ a.b() }", "a.b", "only functions of the language can be called"),
        ("${ f(*a) }", "a", "`*` is not expected here"),
        ("${ a is divisibleby 3 }", "divisibleby", "`is divisibleby` takes nothing behind it"),
        ("${ 1e5 }", "1e5", "this number is not understood"),
        ('${ "\\x" }', '"\\x"', "this text has a `\\` that is not understood"),
        ("${ a[1:2] }", "1", "this is not part of the language"),
    ],
)
def test_a_problem_marks_its_token(text: str, token: str, message: str) -> None:
    with pytest.raises(ExpressionProblem) as caught:
        parse_template(text)
    assert caught.value.message == message
    if token != "a":
        assert marked(text, caught.value) == token


def test_two_braces_get_their_own_advice() -> None:
    with pytest.raises(ExpressionProblem) as caught:
        parse_template("${ {{ inputs.company }} }")
    assert "one brace" in caught.value.help


@pytest.mark.parametrize(
    "text",
    ["(" * 500, "not " * 1200 + "a", " or ".join("a" * 900), "a" * 6000, "9" * 5000, "[" * 31 + "]" * 31, "-" * 4000],
    ids=["brackets", "not", "or", "long", "digits", "lists", "minus"],
)
def test_an_expression_that_grows_over_the_limits_is_refused(text: str) -> None:
    with pytest.raises(ExpressionProblem):
        parse_expression(text)


def test_a_text_holds_a_limited_number_of_expressions() -> None:
    with pytest.raises(ExpressionProblem, match="more than 1,000 expressions"):
        parse_template("${a}" * 1001)


def refused(parse: Callable[[str], object], text: str) -> list[ExpressionProblem]:
    try:
        parse(text)
    except ExpressionProblem as problem:
        return [problem]
    return []


@given(st.text(st.sampled_from("${}[]()\"'\\ab.|,:=!<>+-*/%~0 1\n\r#not")))
def test_any_text_is_parsed_or_refused_with_a_place_inside_it(text: str) -> None:
    for parse in (parse_template, parse_expression):
        for problem in refused(parse, text):
            assert 0 <= problem.offset <= max(len(text) - 1, 0)
            assert problem.length >= 1


@given(st.text(st.characters(exclude_characters="$")))
def test_text_without_a_dollar_is_itself(text: str) -> None:
    assert "".join(str(piece) for piece in parse_template(text).pieces) == text
