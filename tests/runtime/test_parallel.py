"""`parallel`: branches side by side, how many of them must be done, and what becomes of the others."""

import pytest

from engine.runtime.simulator import Simulation
from tests.runtime.small import begin, said, waiting

SIDE = """
steps:
  - id: side
    type: parallel
%s
    branches:
      - { id: one, steps: [{ id: a, type: task, title: A, assignee: sam, timeout: never }] }
      - { id: two, steps: [{ id: b, type: task, title: B, assignee: sam, timeout: never }] }
      - { id: three, %s steps: [{ id: c, type: task, title: C, assignee: sam, timeout: never }] }
  - { id: last, type: task, title: Last, assignee: sam, timeout: never }
"""


def side(extra: str = "", branch: str = "") -> Simulation:
    return begin(SIDE % ("\n".join(f"    {line}" for line in extra.splitlines()), branch))


def done(case: Simulation, *steps: str) -> None:
    for step in steps:
        case.give("task", step, outcome="done")


@pytest.mark.parametrize(("extra", "finish"), [("wait_for: any", "b"), ("wait_for: 2", "ab")])
def test_when_enough_branches_are_done_the_others_are_cancelled(extra: str, finish: str) -> None:
    case = side(extra)
    done(case, *finish)
    assert waiting(case) == ["last"]
    assert case.state.steps["side/three/c"].status == "cancelled"
    left = "one, three" if finish == "b" else "three"
    assert f"Side: enough is done, cancelled: {left}" in said(case)


def test_branches_that_are_left_go_on_beside_and_hold_up_only_the_end() -> None:
    case = side("wait_for: any\nothers: leave")
    done(case, "a", "last")
    assert waiting(case) == ["b", "c"]
    assert case.state.outcome == ""
    done(case, "c", "b")
    assert case.state.outcome == "completed"
    assert "Side: enough is done; goes on beside: two, three" in said(case)


def test_a_branch_that_is_left_goes_on_while_what_follows_waits() -> None:
    case = side("wait_for: any\nothers: leave")
    done(case, "a", "b")
    assert waiting(case) == ["c", "last"]


def test_a_branch_begins_when_those_that_it_needs_are_done() -> None:
    case = side(branch="needs: [one, two],")
    assert waiting(case) == ["a", "b"]
    done(case, "a")
    assert waiting(case) == ["b"]
    done(case, "b")
    assert waiting(case) == ["c"]


def test_a_branch_that_is_left_out_holds_up_nobody_who_needs_it() -> None:
    case = begin("""
steps:
  - id: side
    type: parallel
    branches:
      - id: early
        if: inputs.email == "nobody@acme.test"
        steps: [{ id: a, type: task, title: A, assignee: sam, timeout: never }]
      - { id: late, needs: [early], steps: [{ id: b, type: task, title: B, assignee: sam, timeout: never }] }
""")
    assert waiting(case) == ["b"]


def test_the_condition_of_a_branch_is_asked_when_it_may_begin() -> None:
    case = begin("""
steps:
  - id: side
    type: parallel
    branches:
      - { id: late, needs: [early], if: steps.a.outcome == "yes", steps: [
          { id: b, type: task, title: B, assignee: sam, timeout: never }] }
      - { id: early, steps: [{ id: a, type: task, title: A, assignee: sam, outcomes: ["yes", "no"], timeout: never }] }
""")
    case.give("task", "a", outcome="yes")
    assert waiting(case) == ["b"]


def test_only_so_many_branches_run_at_once() -> None:
    case = side("max_parallel: 1")
    assert waiting(case) == ["a"]
    done(case, "a")
    assert waiting(case) == ["b"]
    done(case, "b", "c", "last")
    assert case.state.outcome == "completed"


def test_a_group_is_done_only_when_what_was_left_in_it_is() -> None:
    case = begin("""
steps:
  - id: both
    type: group
    steps:
      - id: side
        type: parallel
        wait_for: any
        others: leave
        branches:
          - { id: one, steps: [{ id: a, type: task, title: A, assignee: sam, timeout: never }] }
          - { id: two, steps: [{ id: b, type: task, title: B, assignee: sam, timeout: never }] }
  - { id: last, type: task, title: Last, assignee: sam, timeout: never }
""")
    done(case, "a")
    assert waiting(case) == ["b"]
    done(case, "b")
    assert waiting(case) == ["last"]


def test_a_repeat_has_what_each_round_gave() -> None:
    case = begin("""
steps:
  - id: rounds
    type: repeat
    max_times: 3
    until: steps.look.outcome == "good"
    steps:
      - { id: look, type: task, title: Look, assignee: sam, outcomes: [good, bad], timeout: never }
  - { id: keep, type: set, values: { said: '${ steps.rounds.rounds | map("look") | map("outcome") | join(", ") }' } }
""")
    case.give("task", "look", outcome="bad")
    case.give("task", "look", outcome="good")
    assert case.state.vars == {"said": "bad, good"}


def test_branches_that_are_left_begin_although_the_first_is_done_at_once() -> None:
    case = begin("""
steps:
  - id: side
    type: parallel
    wait_for: any
    others: leave
    branches:
      - { id: one, steps: [{ id: a, type: email, to: sam, template: hello }] }
      - { id: two, steps: [{ id: b, type: task, title: B, assignee: sam, timeout: never }] }
  - { id: last, type: task, title: Last, assignee: sam, timeout: never }
""")
    assert waiting(case) == ["b", "last"]
