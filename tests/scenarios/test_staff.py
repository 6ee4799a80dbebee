"""What staff do to a running case, as lines of a script."""

from pathlib import Path

from tests.scenarios.bench import misses

WORK = """
  days: { type: number, default: "2", changeable: true }
steps:
  - { id: first, type: task, title: First, assignee: sam, outcomes: [good, bad], timeout: "${ inputs.days } days",
      on_timeout: continue }
  - { id: second, type: task, title: Second, assignee: sam, timeout: never }
  - { id: mail, type: email, to: "${ inputs.email }", template: hello }
"""


def test_a_step_is_marked_as_done_with_what_it_gives(tmp_path: Path) -> None:
    test = """
tests:
  - title: done elsewhere
    script:
      - { mark_done: first, values: { outcome: good }, by: priya, reason: by phone }
      - { reopen: first, by: priya }
      - { expect: { waiting: [first], timeline: [sent back by priya] } }
      - { complete: first, outcome: bad }
      - { reassign: second, assignee: priya, by: sam }
      - complete: second
    expect: { outcome: completed, values: { steps.first.outcome: bad, steps.second.by: priya } }
"""
    assert misses(tmp_path, WORK, test) == []


def test_a_value_that_the_step_cannot_have_is_refused(tmp_path: Path) -> None:
    test = "tests:\n  - title: wrong\n    script: [{ mark_done: first, values: { outcome: fine } }]\n"
    [(what, _, happened)] = misses(tmp_path, WORK, test)
    assert (what, happened) == (
        "mark_done: first",
        "`outcome` is a choice of good, bad: outcome must be one of: good, bad.",
    )


def test_times_follow_an_input_that_is_changed(tmp_path: Path) -> None:
    test = """
tests:
  - title: more time
    script:
      - { edit: { days: 5 }, by: sam }
      - { advance: 4 days }
      - { expect: { waiting: [first] } }
      - { advance: 2 days }
    expect: { done_at: { first: 2026-03-07 }, waiting: [second] }
"""
    assert misses(tmp_path, WORK, test) == []


def test_a_case_rests_and_goes_on(tmp_path: Path) -> None:
    test = """
tests:
  - title: frozen for ten days
    script:
      - { pause: case, timeouts: freeze, by: sam }
      - { advance: 10 days }
      - { resume: case, by: sam }
      - { expect: { waiting: [first] } }
      - { advance: 2 days }
    expect: { done_at: { first: 2026-03-14 } }
"""
    assert misses(tmp_path, WORK, test) == []
