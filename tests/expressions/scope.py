"""A case to evaluate against, and its types."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from engine.language.calendar import WorkCalendar
from engine.language.evaluator import render
from engine.language.expressions import ExpressionProblem, parse_expression, parse_template
from engine.language.inference import infer
from engine.language.resources import Calendar
from engine.language.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    FILE,
    MONEY,
    NUMBER,
    TEXT,
    Choice,
    Field,
    ListOf,
    Record,
    Type,
    record,
)
from engine.language.values import Money

NOW = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # a Friday, two days before summer time
LONDON = WorkCalendar.of(Calendar(calendar="uk-office", time_zone="Europe/London", holidays="GB-ENG"))

SCOPE: Mapping[str, Any] = {
    "inputs": {
        "company": "Acme",
        "deal_value": Money(Decimal(50000), "GBP"),
        "start_date": date(2026, 4, 7),
        "note": None,
        "tags": ["new", "vip"],
        "rows": [
            {"name": "Seats", "price": Money(Decimal(10), "GBP"), "done": True},
            {"name": "Help", "price": Money(Decimal("2.50"), "GBP"), "done": False},
        ],
    },
    "steps": {
        "welcome": {"answers": {"seats": 25, "personal_data": True, "ratio": Decimal("0.5")}},
        "booking": {"event": {"starts_at": datetime(2026, 4, 7, 13, 0, tzinfo=UTC)}},
        "contract": {"file": {"file": "f1", "name": "contract.pdf", "sha256": "0" * 64, "size": 9}},
        "signature": {"status": "skipped"},
    },
}

TYPES = record(
    inputs=record(
        company=TEXT,
        deal_value=MONEY,
        start_date=DATE,
        note=Field(TEXT, "the input `note` is optional"),
        seats=NUMBER,
        rows=ListOf(item=record(name=TEXT, price=MONEY, done=BOOLEAN)),
    ),
    steps=record(
        contract=record(file=FILE),
        review=record(outcome=Choice(values=("accept", "reject")), at=DATETIME),
        legal=Field(
            record(outcome=Choice(values=("approve", "change")), at=DATETIME), "`legal` is skipped when its `if` fails"
        ),
        terms=record(needs_legal=BOOLEAN),
    ),
    event=Record(open=True),
)


def value(text: str, scope: Mapping[str, Any] = SCOPE) -> Any:
    """What a text of the process file becomes."""
    return render(parse_template(text), scope, lambda: NOW, LONDON)


def checked(text: str, scope: Record = TYPES) -> tuple[Type, list[ExpressionProblem]]:
    """The type of a bare expression, and what is wrong with it."""
    problems: list[ExpressionProblem] = []
    return infer(parse_expression(text), scope, problems), problems


def marked(text: str, problem: ExpressionProblem) -> str:
    """The text above the caret."""
    return text[problem.offset : problem.offset + problem.length]
