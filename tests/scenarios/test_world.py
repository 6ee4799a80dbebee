"""The world of a test: people who vote or are away, processes that start each other, events that find their cases."""

from pathlib import Path

import pytest

from tests.scenarios.bench import misses, suite

VOTE = """
steps:
  - { id: may, type: task, title: May we?, candidate_groups: [compliance], approvals: { need: 2 }, timeout: never }
"""


def test_votes_are_given_one_after_the_other(tmp_path: Path) -> None:
    test = """
tests:
  - title: both say yes
    script:
      - { complete: may, outcome: approve }
      - { expect: { waiting: [may] } }
      - { complete: may, outcome: approve, by: helen }
    expect: { outcome: completed, values: { steps.may.outcome: approve, "steps.may.votes | length": 2 } }
"""
    assert misses(tmp_path, VOTE, test) == []


AWAY = """
steps:
  - { id: first, type: task, title: First, assignee: sam, timeout: never }
  - { id: second, type: task, title: Second, assignee: sam, timeout: never }
"""


def test_a_substitute_gets_what_comes_while_somebody_is_away(tmp_path: Path) -> None:
    test = """
tests:
  - title: sam goes on holiday
    script:
      - { absence: sam, from: 2026-03-02, to: 2026-03-06, substitute: priya }
      - complete: first
      - complete: second
    expect: { values: { steps.first.by: sam, steps.second.by: priya } }
"""
    assert misses(tmp_path, AWAY, test) == []


TELLS = """
steps:
  - { id: tell, type: emit, event: small_done, data: { who: "${ inputs.email }" } }
  - id: hear
    type: wait
    events: [{ id: answered, type: event, event: small_heard, match: { who: "${ inputs.email }" } }]
    timeout: 3 days
    on_timeout: continue
"""
HEARS = """
language: 1
process: hears
title: Hears
inputs: { who: { type: email } }
triggers:
  - { id: heard, type: event, event: small_done, inputs: { who: "${ event.who }" } }
steps:
  - { id: look, type: task, title: "Look at ${ inputs.who }", assignee: sam, timeout: never }
  - { id: back, type: emit, event: small_heard, data: { who: "${ inputs.who }" } }
"""


def test_an_event_starts_another_process_which_answers_with_one(tmp_path: Path) -> None:
    test = """
tests:
  - title: heard
    script:
      - { expect: { case: hears, waiting: [look] } }
      - complete: Look at ann@acme.test
    expect: { values: { steps.hear.which: answered }, outcome: completed }
  - title: told by hand, once for somebody else and once for us
    script:
      - { event: small_heard, data: { who: bea@acme.test } }
      - { expect: { waiting: [hear] } }
      - { event: small_heard, data: { who: ann@acme.test } }
    expect: { status: { hear: done } }
"""
    found = suite(tmp_path, TELLS, test)
    (found.folder / "processes" / "hears.yaml").write_text(HEARS)
    chosen = found.chosen(found.folder / "tests" / "small.yaml")
    assert chosen, found.problems(found.files())
    assert [played.misses for played in map(chosen.player.play, chosen.tests)] == [(), ()]


CHILD = """
steps:
  - { id: kyc, type: subprocess, process: kyc-check, inputs: { company: Acme }, timeout: 10 days, on_timeout: continue }
"""


@pytest.mark.parametrize(
    "script",
    [
        "[{ complete: kyc/check, outcome: pass }]",
        "[{ complete: check, outcome: refer }, { complete: second_opinion, outcome: pass }]",
    ],
)
def test_a_subprocess_is_really_simulated(tmp_path: Path, script: str) -> None:
    test = f"""
tests:
  - title: passed
    script: {script}
    expect: {{ values: {{ steps.kyc.outputs.outcome: pass }}, outcome: completed }}
"""
    assert misses(tmp_path, CHILD, test) == []


def test_a_mocked_subprocess_ends_when_the_test_says(tmp_path: Path) -> None:
    test = """
tests:
  - title: passed after two days
    mock: { kyc: { outputs: { outcome: pass }, after: 2 days } }
    script: [{ advance: 3 days }]
    expect: { values: { steps.kyc.outputs.outcome: pass }, done_at: { kyc: 2026-03-04 } }
  - title: never
    mock: { kyc: { outcome: never } }
    script: [{ advance: 11 days }]
    expect: { status: { kyc: timed_out } }
"""
    assert misses(tmp_path, CHILD, test) == []
