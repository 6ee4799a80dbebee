"""`choose` and `set`: one of several ways, and values for the rest of the case."""

import pytest

from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect
from engine.runtime.flow import StepError
from engine.runtime.simulator import pretend
from tests.runtime.small import begin, waiting

WAYS = """
  limit: { type: number }
steps:
  - id: way
    type: choose
    cases:
      - if: inputs.limit > 1000
        steps:
          - { id: ask, type: task, title: Ask the board, assignee: sam, timeout: never }
      - id: middle
        if: inputs.limit > 100
        steps:
          - { id: hello, type: email, to: "${ inputs.email }", template: hello }
    else:
      - { id: again, type: email, to: "${ inputs.email }", template: again }
  - { id: end, type: set, values: { way: "${ steps.way.which }" } }
"""


@pytest.mark.parametrize(("limit", "which", "sent"), [(500, "middle", ["hello"]), (5, "else", ["again"])])
def test_the_first_way_whose_condition_holds_is_taken(limit: int, which: str, sent: list[str]) -> None:
    case = begin(WAYS, limit=limit)
    assert case.state.vars == {"way": which}
    assert case.sent == sent
    assert case.state.outcome == "completed"


def test_a_way_that_waits_is_gone_on_with() -> None:
    case = begin(WAYS, limit=5000)
    assert waiting(case) == ["ask"]
    case.give("task", "ask", outcome="done")
    assert case.state.vars == {"way": "case1"}


NO_WAY = """
steps:
  - id: way
    type: choose
    cases:
      - { if: inputs.email == "bob@acme.test", steps: [{ id: one, type: set, values: { seen: yes } }] }
outputs: { way: "${ steps.way.which }" }
"""


def test_without_a_way_the_process_goes_on() -> None:
    case = begin(NO_WAY)
    assert (case.state.outcome, case.state.outputs) == ("completed", {"way": "none"})


CHANGED = """
steps:
  - { id: first, type: set, values: { word: a } }
  - id: way
    type: choose
    cases:
      - if: vars.word == "a"
        steps:
          - { id: second, type: set, values: { word: b } }
          - { id: look, type: task, title: Look, assignee: sam, timeout: never }
    else:
      - { id: never, type: email, to: "${ inputs.email }", template: hello }
"""


def test_what_was_chosen_stays_chosen_though_the_condition_changes() -> None:
    case = begin(CHANGED)
    case.give("task", "look", outcome="done")
    assert case.state.steps["way"].result["which"] == "case1"
    assert case.sent == []


def refuses(plan: Plan, effect: Effect) -> Answer:
    raise StepError("refused", "no such mailbox")


def test_an_incident_in_a_way_holds_the_case_there_until_it_is_tried_again() -> None:
    case = begin(WAYS, limit=500, respond=refuses)
    assert waiting(case) == ["hello"]
    case.respond = pretend
    case.give("operator", "hello", "retry", by="sam")
    assert case.state.outcome == "completed"


def test_all_values_of_a_set_are_worked_out_before_any_is_kept() -> None:
    case = begin("""
steps:
  - { id: one, type: set, values: { a: 1, b: 2 } }
  - { id: swap, type: set, values: { a: "${ vars.b }", b: "${ vars.a }", all: "${ vars }" } }
""")
    assert case.state.vars == {"a": 2, "b": 1, "all": {"a": 1, "b": 2}}
