"""What is wrong with an expression is known before it runs, at the exact token."""

import pytest

from engine.language.expressions import parse_expression, parse_template
from engine.language.inference import infer_template
from engine.language.kinds import accepts
from engine.language.narrowing import conjuncts, narrow
from engine.language.syntax import ExpressionProblem
from engine.language.types import BOOLEAN, EMAIL, FILE, MONEY, NUMBER, TEXT, USER, Choice, ListOf, Type
from tests.expressions.scope import TYPES, checked, marked


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("inputs.deal_value", MONEY),
        ("inputs.deal_value.amount >= 50000 or inputs.seats >= 200", BOOLEAN),
        ("inputs.deal_value * 2", MONEY),
        ("inputs.deal_value / inputs.deal_value", NUMBER),
        ("steps.contract.file", FILE),
        ("steps.contract.file.size + 1", NUMBER),
        ("inputs.rows | map('price') | sum", MONEY),
        ("inputs.rows | map('price.amount') | sum", NUMBER),
        ("inputs.rows | select('done') | first", TYPES.fields["inputs"].type.fields["rows"].type.item),  # type: ignore[attr-defined]
        ("inputs.rows[0]['name']", TEXT),
        ("inputs.note | default('')", TEXT),
        ("'a' if steps.terms.needs_legal else 'b'", Choice(values=("a", "b"))),
        ("[1, 2]", ListOf(item=NUMBER)),
        ("event.any.thing == 5", BOOLEAN),
        ("inputs.company ~ 1", TEXT),
        ("{'a': 1}.a", NUMBER),
        ("steps.legal is not defined", BOOLEAN),
    ],
)
def test_a_sound_expression_has_a_type(text: str, type_: Type) -> None:
    assert checked(text) == (type_, [])


@pytest.mark.parametrize(
    ("text", "code", "token", "help_"),
    [
        ("steps.contrat.file", "E031", "contrat", "did you mean `contract`?"),
        ("inputs.compny", "E032", "compny", "did you mean `company`?"),
        ("inputs['compny']", "E032", "compny", "did you mean `company`?"),
        ("input.company", "E032", "input", "did you mean `inputs`?"),
        ("company", "E032", "company", "did you mean `inputs.company`?"),
        ("inputs.company.upper", "E032", "upper", "write `inputs.company | upper`"),
        ("inputs.rows | map('prise')", "E032", "prise", "did you mean `price`?"),
        ("inputs.rows | map('price.amnt')", "E032", "amnt", "did you mean `amount`?"),
        ("steps.legal.outcome", "E033", "legal", '`steps.legal.outcome | default("none")`'),
        ("1 + (inputs.note | length)", "E033", "note", '`inputs.note | default("")`'),
        ('steps.review.outcome == "rejct"', "E034", '"rejct"', "did you mean `reject`?"),
        ('"rejct" != steps.review.outcome', "E034", '"rejct"', "did you mean `reject`?"),
        ('steps.review.outcome in ["reject", "acept"]', "E034", '"acept"', "did you mean `accept`?"),
        ("inputs.deal_value > 5", "E034", "inputs.deal_value", "compare its amount: `inputs.deal_value.amount`"),
        ("inputs.start_date < steps.review.at", "E034", "steps.review.at", "`(steps.review.at | date)`"),
        ('inputs.seats == "5"', "E034", '"5"', ""),
        ("inputs.company and true", "E034", "inputs.company", 'compare it with something: `inputs.company == ""`'),
        ("not inputs.seats", "E034", "inputs.seats", "compare it with something: `inputs.seats == 0`"),
        ("inputs.company + 1", "E034", "inputs.company + 1", "join texts with `~`"),
        ("-inputs.company", "E034", "inputs.company", ""),
        ("inputs.seats | upper", "E034", "inputs.seats", ""),
        ("now() | format_date('lng')", "E034", "'lng'", "did you mean `long`?"),
        ("inputs.company[0]", "E034", "inputs.company", ""),
        ("inputs.company | uper", "E035", "uper", "did you mean `upper`?"),
        ("upper(inputs.company)", "E035", "upper", "write `value | upper`"),
        ("nwo()", "E035", "nwo", "did you mean `now`?"),
        ("inputs.company is defned", "E035", "defned", "the tests are `is defined`"),
        ("inputs.rows | join(1, 2)", "E035", "join", ""),
    ],
)
def test_a_problem_has_its_code_its_token_and_a_way_out(text: str, code: str, token: str, help_: str) -> None:
    _, (problem,) = checked(text)
    assert (problem.code, marked(text, problem)) == (code, token)
    assert help_ in problem.help


def test_the_reason_why_a_name_may_be_missing_is_the_note() -> None:
    _, (problem,) = checked("steps.legal.at")
    assert problem.message == "`steps.legal.at` may be missing here"
    assert problem.note == "`legal` is skipped when its `if` fails"


def test_one_cause_gives_one_problem() -> None:
    _, problems = checked("inputs.nope.deeper > 4 and (inputs.nope | upper) == 'A'")
    assert [problem.offset for problem in problems] == [7, 35]


def test_problems_come_in_reading_order_at_places_of_the_whole_text() -> None:
    text = "Dear ${ inputs.contct }, ${ inputs.compny | uper }"
    problems: list[ExpressionProblem] = []
    assert infer_template(parse_template(text), TYPES, problems) == TEXT
    assert [marked(text, problem) for problem in problems] == ["contct", "compny", "uper"]


@pytest.mark.parametrize(
    "text",
    [
        "steps.legal is defined and steps.legal.outcome == 'approve'",
        "steps.legal is not defined or steps.legal.outcome == 'approve'",
        "not (steps.legal is defined) or steps.legal.outcome == 'approve'",
        "steps.legal.outcome if steps.legal is defined else 'none'",
        "(steps.legal.outcome | default('x')) == 'approve' and steps.legal.outcome == 'approve'",
        "(steps.legal.outcome | default('x')) in ['approve', 'change'] and steps.legal.outcome == 'approve'",
        "(steps.legal.outcome | default('x')) != 'x' and steps.legal.at < now()",
        "inputs.note is defined and inputs.company == 'x' and inputs.note == 'y'",
    ],
)
def test_a_condition_that_implies_a_name_allows_to_read_it(text: str) -> None:
    assert checked(text) == (checked(text)[0], [])


@pytest.mark.parametrize(
    "text",
    [
        "steps.legal is defined or steps.legal.outcome == 'approve'",
        "(steps.legal.outcome | default('approve')) == 'approve' and steps.legal.outcome == 'approve'",
        "'x' if steps.legal is defined else steps.legal.outcome",
        "steps.review.outcome == 'accept' and steps.legal.outcome == 'approve'",
    ],
)
def test_one_that_does_not_imply_it_does_not(text: str) -> None:
    _, problems = checked(text)
    assert [problem.code for problem in problems] == ["E033"]


def test_a_condition_of_a_step_narrows_the_scope_of_its_fields() -> None:
    condition = parse_expression("(steps.legal.outcome | default('x')) == 'approve'")
    assert checked("steps.legal.outcome == 'change'", narrow(condition, TYPES)) == (BOOLEAN, [])
    _, problems = checked("steps.legal.outcome == 'change'", narrow(condition, TYPES, holds=False))
    assert [problem.code for problem in problems] == ["E033"]


def test_the_parts_of_a_condition_can_be_found_in_another() -> None:
    needed = conjuncts(parse_expression("steps.terms.needs_legal"))
    assert needed <= conjuncts(parse_expression("inputs.seats > 5 and  steps.terms.needs_legal"))
    assert not needed <= conjuncts(parse_expression("inputs.seats > 5 or steps.terms.needs_legal"))


@pytest.mark.parametrize(
    ("expected", "given", "fits"),
    [
        ("email", EMAIL, True), ("email", TEXT, False), ("email", USER, True), ("user", EMAIL, True),
        ("file", FILE, True), ("file", TEXT, False), ("text", MONEY, True), ("text", ListOf(), False),
        ("text", FILE, True), ("money", NUMBER, False), ("any", FILE, True), ("email", Type("any"), True),
        ("choice", TEXT, True), ("user", Choice(values=("sam",)), True), ("number", Choice(values=("5",)), False),
    ],
)  # fmt: skip
def test_a_value_fits_where_its_type_is_declared(expected: str, given: Type, fits: bool) -> None:
    assert accepts(expected, given) is fits
