"""The worked example in the simulator, as scripts: the same three paths as on the real server.

A line of a script is `[]` (let time pass until something is due) or what `Simulation.give` takes: kind, step, name,
data, and who it comes from where that counts.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from activities import STEP_TYPES
from engine.language.compiler import compile_process
from engine.language.plan import Plan
from engine.language.values import Money
from engine.runtime.simulator import Simulation

CHECKOUT = Path(__file__).parents[2]
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACME: dict[str, Any] = {
    "company": "Acme",
    "contact": "Ann",
    "email": "ann@acme.test",
    "account_manager": "sam",
    "deal_value": Money(Decimal(12000), "GBP"),
}
ANSWERS = {"legal_name": "Acme Trading Limited", "address": "1 High Street", "seats": 12, "personal_data": True}

Line = list[Any]
WAIT: Line = []
ANSWER: Line = ["answer", "welcome", "", {"answers": ANSWERS}]
WITHDRAW: Line = ["form", "handlers/client_withdraws", "withdraw", {"answers": {"reason": "It costs too much"}}]
CALL_AT = datetime(2026, 4, 1, 10, tzinfo=UTC)

SCRIPTS: dict[str, list[Line]] = {
    "happy": [
        WAIT,
        ANSWER,
        ["task", "review", "", {"outcome": "accept"}],
        ["task", "legal", "", {"outcome": "change"}],
        ["task", "legal", "", {"outcome": "approve"}],
        ["signature", "signature", "", {"outcome": "signed", "signer": "ann@acme.test"}],
        ["task", "billing", "", {"outcome": "done"}],
        ["manual", "booking", "by_phone", {"starts_at": CALL_AT}],
        ["task", "prepare", "", {"outcome": "done"}],
        WAIT,
        ["child", "project", "", {"outcome": "completed", "outputs": {}}],
        WAIT,
        WAIT,
    ],
    "silent": [WAIT, WAIT, WAIT, WAIT],
    "withdraws": [ANSWER, WITHDRAW],
}


@cache
def plan(process: str = "client-onboarding") -> Plan:
    """The shipped process, compiled."""
    compiled = compile_process(CHECKOUT, process, STEP_TYPES)
    assert compiled.plan, compiled.problems
    return compiled.plan


def begun() -> Simulation:
    return Simulation.of(plan(), ACME, START)


def follow(case: Simulation, line: Line) -> None:
    """One line of a script."""
    if not line:
        case.advance()
        return
    kind, step, name, data, *by = line
    case.give(kind, step, name, *(by or ["somebody"]), **data)


def simulated(script: str) -> list[str]:
    """`path:purpose` of every effect of a path, in order."""
    case = begun()
    for line in SCRIPTS[script]:
        follow(case, line)
    assert case.state.outcome, case.turned.view.waits
    return [e.key.partition("/")[2] for e in case.effects]
