"""What the lines of a script do, and what they say where it cannot be done."""

from pathlib import Path

from tests.scenarios.bench import misses, played

TASK = """
steps:
  - { id: look, type: task, title: Look at it, assignee: sam, outcomes: [good, bad], timeout: 3 business days,
      on_timeout: continue, checklist: [{ id: read, label: Read }] }
"""


def test_a_task_is_finished_by_whoever_has_it(tmp_path: Path) -> None:
    test = """
tests:
  - title: it is good
    script:
      - { complete: Look at it, outcome: good, comment: Fine }
    expect:
      values: { steps.look.outcome: good, steps.look.by: sam, steps.look.comment: Fine }
"""
    assert misses(tmp_path, TASK, test) == []


def test_a_task_that_is_not_open_says_what_is(tmp_path: Path) -> None:
    test = "tests:\n  - title: too early\n    script:\n      - complete: later\n"
    [(what, _, happened)] = misses(tmp_path, TASK, test)
    assert what == "complete: later"
    assert happened == "there is no open task `later`; open are `Look at it`"


def test_a_task_is_not_finished_with_an_outcome_that_it_does_not_have(tmp_path: Path) -> None:
    test = "tests:\n  - title: neither\n    script:\n      - { complete: look, outcome: so_so }\n"
    [(_, _, happened)] = misses(tmp_path, TASK, test)
    assert happened == "the task `Look at it` needs an `outcome`: `good` or `bad`"


def test_time_passes_in_the_calendar_of_the_process(tmp_path: Path) -> None:
    test = """
tests:
  - title: nobody looks
    start_at: 2026-03-05 09:00
    script:
      - advance: 2 business days
      - expect: { status: { look: waiting } }
      - advance: next
    expect:
      status: { look: timed_out }
      done_at: { look: 2026-03-10 09:00 }
"""
    assert misses(tmp_path, TASK, test) == []


CALL = """
steps:
  - { id: make, type: call, connection: product-api, operation: create_workspace, inputs: { name: Acme },
      retry: { max_attempts: 3, first_delay: 1 minute } }
  - { id: hello, type: email, to: "${ inputs.email }", template: hello }
"""


def test_a_call_answers_as_the_test_says_with_the_declared_types(tmp_path: Path) -> None:
    test = """
tests:
  - title: mocked
    mock: { make: { id: ws-5, more: nothing } }
    expect:
      values: { steps.make.result: { id: ws-5 }, steps.make.result.more: none }
"""
    assert misses(tmp_path, CALL, test) == []


FAILING = """
tests:
  - title: it fails twice
    script:
      - { fail: make, times: 2, code: unreachable }
      - { expect: { sent: [], status: { make: done } } }
"""


def test_what_has_happened_cannot_fail_any_more(tmp_path: Path) -> None:
    [(what, _, _)] = misses(tmp_path, CALL, FAILING)
    assert what == "sent"


LATER = "steps:\n  - { id: hold, type: wait, duration: 1 day }\n" + CALL.removeprefix("\nsteps:\n")


def test_attempts_fail_and_are_made_again_on_the_virtual_clock(tmp_path: Path) -> None:
    test = """
tests:
  - title: it fails twice
    script:
      - { fail: make, times: 2, code: unreachable }
      - advance: 1 day
      - expect: { sent: [], status: { make: waiting } }
      - advance: 3 minutes
    expect:
      sent: [hello]
      done_at: { make: "2026-03-03 09:03" }
"""
    assert misses(tmp_path, LATER, test) == []


def test_an_effect_that_fails_for_good_is_an_incident_until_somebody_retries(tmp_path: Path) -> None:
    test = """
tests:
  - title: it fails
    script:
      - { fail: make, message: the server says no }
      - advance: 1 day
      - expect: { incidents: [make], timeline: [the server says no] }
      - mock: { make: { id: ws-9 } }
      - { retry: make, by: sam }
    expect: { incidents: [], values: { steps.make.result.id: ws-9 }, outcome: completed }
"""
    assert misses(tmp_path, LATER, test) == []


def test_inputs_that_cannot_be_given_are_named(tmp_path: Path) -> None:
    test = "tests:\n  - title: wrong\n    inputs: { email: nobody }\n"
    [(what, _, happened)] = misses(tmp_path, TASK, test)
    assert what == "inputs"
    assert happened == "Email must be an email address, like ann@example.com."


def test_a_failure_shows_the_line_of_the_expectation_and_the_timeline(tmp_path: Path) -> None:
    test = "tests:\n  - title: it ends\n    expect:\n      stage: none\n      outcome: completed\n"
    [result] = played(tmp_path, TASK, test)
    [miss] = result.misses
    assert (result.file, miss.line, miss.happened) == ("tests/small.yaml", 7, "none (the case is open, at look)")
    assert result.timeline == (
        "2026-03-02 09:00  Started: Small",
        "2026-03-02 09:00  Look at it: waiting for sam",
    )


def test_a_step_of_an_item_is_named_with_the_item(tmp_path: Path) -> None:
    process = """
steps:
  - id: each
    type: for_each
    items: "['Head office', 'b']"
    as: place
    key: place
    steps: [{ id: ask, type: form, form: check-in, to: sam, timeout: never }]
"""
    test = """
tests:
  - title: the second answers first
    script:
      - { answer: b/ask, answers: { rating: Well } }
      - { answer: Head office/ask, answers: { rating: Badly } }
    expect: { outcome: completed }
"""
    assert misses(tmp_path, process, test) == []
