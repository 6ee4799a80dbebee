"""The allow-list of filters and functions, in expressions and in template files."""

from decimal import Decimal
from typing import Any

import jinja2
import pytest

from engine.language.evaluator import EvaluationError
from engine.language.filters import FILTERS, Clock, template_filters, template_functions
from engine.language.values import Money
from tests.expressions.scope import LONDON, NOW, SCOPE, value

ROWS = "inputs.rows"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inputs.nope | default('-')", "-"),
        ("inputs.company | lower", "acme"),
        ("inputs.company | upper", "ACME"),
        ("'  a ' | trim", "a"),
        ("inputs.tags | length + ('abc' | length)", 5),
        ("inputs.tags | join", "new, vip"),
        ("inputs.tags | join(separator='/')", "new/vip"),
        ("inputs.tags | first ~ (inputs.tags | last)", "newvip"),
        ("[1, 2.5] | sum", Decimal("3.5")),
        ("[] | sum", 0),
        (f"{ROWS} | map('price') | sum", Money(Decimal("12.50"), "GBP")),
        (f"{ROWS} | map('price') | min", Money(Decimal("2.50"), "GBP")),
        ("[3, 7, 5] | max", 7),
        (f"{ROWS} | select('done') | map(attribute='name') | join", "Seats"),
        (f"{ROWS} | select('name', 'Help') | length", 1),
        ("[{'review': {'outcome': 'yes'}}] | select('review.outcome', 'yes') | length", 1),
        ("2.5 | round", 3),
        ("2.345 | round(2)", Decimal("2.35")),
        ("(12.345 | money('gbp')) | round", Money(Decimal("12.35"), "GBP")),
        ("now() | date | format_date('iso')", "2026-03-27"),
        ("'2026-07-01T09:00' | datetime | format_time", "09:00"),
        ("inputs.start_date | format_date", "7 April 2026"),
        ("inputs.start_date | format_date('weekday')", "Tuesday, 7 April 2026"),
        ("inputs.start_date | format_date('short')", "7 Apr 2026"),
        ("steps.booking.event.starts_at | format_datetime", "7 April 2026, 14:00"),
        ("steps.booking.event.starts_at | format_datetime('iso')", "2026-04-07 14:00"),
        ("1234567.5 | format_number", "1,234,567.5"),
        ("1234567.5 | format_number(2)", "1,234,567.50"),
        ("inputs.deal_value | format_money", "£50,000.00"),
        ("days_between(now(), inputs.start_date)", 11),
        ("inputs.start_date | days_between(now())", -11),
        ("business_days_between(now(), inputs.start_date)", 5),  # Good Friday and Easter Monday are closed
    ],
)
def test_each_filter_gives_what_the_reference_says(text: str, expected: Any) -> None:
    assert value(f"${{ {text} }}") == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1 | upper", "wrong_type"),
        ("'x' | sum", "wrong_type"),
        ("['a', 'b'] | sum", "wrong_type"),
        ("inputs.tags | map('name')", "wrong_type"),
        (f"{ROWS} | select('name')", "not_boolean"),
        (f"{ROWS} | map('nope')", "missing"),
        ("'2026-02-30' | date", "bad_value"),
        ("'soon' | datetime", "bad_value"),
        ("1 | money('pounds')", "bad_value"),
        ("now() | format_date('US')", "bad_value"),
        ("inputs.company | nope", "unknown_function"),
        ("inputs.company | upper(1)", "unknown_function"),
        ("inputs.tags | join(sep='')", "unknown_function"),
        ("1 | money", "unknown_function"),
        ("nope()", "unknown_function"),
    ],
)
def test_a_filter_that_cannot_work_says_why(text: str, code: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        value(f"${{ {text} }}")
    assert caught.value.code == code


def template(text: str) -> str:
    clock = Clock(lambda: NOW, LONDON)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters = template_filters(jinja2.Undefined, clock)
    environment.globals = template_functions(clock)
    return environment.from_string(text).render(SCOPE)


def test_template_files_have_the_same_filters() -> None:
    assert template("{{ inputs.start_date | format_date }}") == "7 April 2026"
    assert template("{{ days_between(now(), inputs.start_date) }}") == "11"
    assert template("{{ inputs.nope | default('-') }}{{ inputs.note | default('+') }}") == "-+"


def test_a_missing_value_in_a_template_file_is_an_error_under_every_other_filter() -> None:
    for name in FILTERS.keys() - {"default"}:
        with pytest.raises((jinja2.UndefinedError, EvaluationError)):
            template(f"{{{{ inputs.nope | {name} }}}}")
