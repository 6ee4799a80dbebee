"""Decisions: rules and tables, with every hit policy, as a case takes them."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from activities import STEP_TYPES
from engine.language.compiler import compile_process, plan_from_json, plan_to_json
from engine.language.money import Money
from engine.language.plan import Plan
from engine.runtime.simulator import Simulation, pretend
from tests.runtime.onboarding import START

INPUTS = {
    "amount": "number",
    "price": "money",
    "day": "date",
    "urgent": "boolean",
    "region": "text",
    "code": "text",
}


def plan(tmp_path: Path, step: str, table: str = "") -> Plan:
    """A process of one decision, whose inputs are all there may be."""
    for folder in ("processes", "tables"):
        (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / "tables" / "answer.csv").write_text(table)
    inputs = "".join(f"  {name}: {{ type: {kind}, optional: true }}\n" for name, kind in INPUTS.items())
    head = f"language: 1\nprocess: small\ntitle: Small\ninputs:\n{inputs}steps:\n  - id: answer\n    type: decision\n"
    (tmp_path / "processes" / "small.yaml").write_text(head + step)
    compiled = compile_process(tmp_path, "small", STEP_TYPES)
    assert compiled.plan, compiled.problems
    return plan_from_json(plan_to_json(compiled.plan), STEP_TYPES)


def asking(table: str) -> str:
    """A step that gives the table the inputs that its columns are called after."""
    names = [
        name
        for name in table.split("\n", maxsplit=1)[0].strip("\ufeff\r").replace(";", ",").split(",")
        if name in INPUTS
    ]
    given = (f"{name}: '${{ inputs.{name} | default({FALLBACKS[INPUTS[name]]}) }}'" for name in names)
    return f"    table: answer\n    inputs: {{ {', '.join(given)} }}\n"


FALLBACKS = {"number": "0", "text": '"none"', "boolean": "false", "money": '0 | money("GBP")', "date": "now() | date"}


def decided(tmp_path: Path, table: str, step: str = "", **inputs: Any) -> dict[str, Any]:
    return outcome(plan(tmp_path, asking(table) + step, table), inputs)


def outcome(plan: Plan, inputs: dict[str, Any]) -> dict[str, Any]:
    case = Simulation.of(plan, inputs, START, pretend)
    record = case.turned.state.steps["answer"]
    return dict(record.result) if record.status == "done" else {"incident": case.timeline[-1].text}


TIERS = (
    "amount,region,set tier,set seats\n< 1000,-,small,5\n1000..5000,uk,medium,10\n,not uk,far,0\n> 5000,uk,large,50\n"
)


@pytest.mark.parametrize(
    ("amount", "region", "tier"),
    [(999, "uk", "small"), (1000, "uk", "medium"), (1000, "fr", "far"), (5001, "uk", "large")],
)
def test_the_first_row_that_holds_gives_the_values(tmp_path: Path, amount: int, region: str, tier: str) -> None:
    assert decided(tmp_path, TIERS, amount=amount, region=region)["tier"] == tier


def test_values_have_the_types_that_they_look_like(tmp_path: Path) -> None:
    table = "set count,set rate,set price,set day,set open,set code\n5,0.25,GBP 12.50,2026-03-01,yes,01234\n"
    found = decided(tmp_path, table)
    assert [found[name] for name in ("count", "rate", "price", "day", "open", "code")] == [
        5, Decimal("0.25"), Money(Decimal("12.50"), "GBP"), date(2026, 3, 1), True, "01234",
    ]  # fmt: skip


def test_a_heading_may_say_the_type(tmp_path: Path) -> None:
    found = decided(tmp_path, 'set code (text),set papers (list)\n12,"contract, licence"\n')
    assert (found["code"], found["papers"]) == ("12", ["contract", "licence"])


def test_when_two_rows_hold_and_only_one_may_somebody_is_asked(tmp_path: Path) -> None:
    table = "region,code,set x\nuk,-,1\n-,a,2\n-,-,3\n"
    step = "    hit_policy: unique\n"
    # What the checker can see is an error; what it cannot see is met by the case.
    with pytest.raises(AssertionError, match="E104"):
        decided(tmp_path, table, step, region="uk", code="a")
    rules = "    hit_policy: unique\n    rules:\n      - { if: inputs.amount is defined, set: { x: 1 } }\n"
    rules += "      - { if: inputs.code is defined, set: { x: 2 } }\n"
    found = outcome(plan(tmp_path, rules), {"amount": 1, "code": "a"})
    assert "rule 1 and rule 2 of this decision hold at once" in found["incident"]


def test_when_nothing_holds_somebody_is_asked_or_else_says_it(tmp_path: Path) -> None:
    table = "region,set office\nuk,London\n"
    assert "no rule of this decision holds" in decided(tmp_path, table, region="fr")["incident"]
    assert decided(tmp_path, table, "    else: { office: Dublin }\n", region="fr")["office"] == "Dublin"


PAPERS = "region,amount,set paper\nuk,-,contract\n-,> 10,contract\n-,> 100,security form\n"


def test_collect_gathers_each_value_once_and_may_be_empty(tmp_path: Path) -> None:
    step = "    hit_policy: collect\n"
    assert decided(tmp_path, PAPERS, step, region="uk", amount=500)["paper"] == ["contract", "security form"]
    assert decided(tmp_path, PAPERS, step, region="fr", amount=1)["paper"] == []


def test_all_gives_a_value_for_every_row_that_holds(tmp_path: Path) -> None:
    step = "    hit_policy: all\n"
    found = decided(tmp_path, PAPERS, step, region="uk", amount=500)["paper"]
    assert found == ["contract", "contract", "security form"]


@pytest.mark.parametrize(
    ("cell", "value", "kind", "holds"),
    [
        ("GBP 1000..5000", Money(Decimal(5000), "GBP"), "price", True),
        ("£1000..5000", Money(Decimal("5000.01"), "GBP"), "price", False),
        ("< 2026-03-01", date(2026, 2, 28), "day", True),
        ("2026-03-01..", date(2026, 2, 28), "day", False),
        ("no", False, "urgent", True),
        ('"""a, b"""', "a, b", "code", True),
        ("01234", "01234", "code", True),
        ("01234", "1234", "code", False),
        ('"not a, b"', "c", "code", True),
        ('"not a, b"', "b", "code", False),
        ('"1, 5..7, > 100"', 6, "amount", True),
        ('"1, 5..7, > 100"', 8, "amount", False),
    ],
)
def test_a_cell_asks_what_it_says(tmp_path: Path, cell: str, value: Any, kind: str, holds: bool) -> None:
    table = f"{kind},set x\n{cell},yes\n"
    assert decided(tmp_path, table, "    else: { x: false }\n", **{kind: value})["x"] is holds


def test_a_spreadsheet_may_write_semicolons_quotes_and_a_byte_order_mark(tmp_path: Path) -> None:
    table = '\ufeffregion;note;"set office";set seats\r\n"uk";"said ""yes""; twice";London;5\r\n\r\n-;;Dublin;\r\n'
    assert decided(tmp_path, table, region="uk")["office"] == "London"


def test_an_edited_table_never_touches_a_plan(tmp_path: Path) -> None:
    table = "region,set office\nuk,London\n-,Dublin\n"
    before = plan(tmp_path, asking(table), table)
    (tmp_path / "tables" / "answer.csv").write_text("region,set office\n-,Paris\n")
    assert outcome(before, {"region": "uk"})["office"] == "London"
