"""`group`: a block with its own time limit, error policy, condition to be cancelled, and handlers."""

from datetime import timedelta

import pytest

from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect
from engine.runtime.flow import StepError
from engine.runtime.simulator import Simulation, pretend
from tests.runtime.onboarding import START
from tests.runtime.small import begin, said, waiting

GROUP = """
steps:
  - id: both
    type: group
%s
    steps:
      - id: side
        type: parallel
        branches:
          - id: left
            steps:
              - { id: hello, type: email, to: "${ inputs.email }", template: hello }
              - { id: look, type: task, title: Look, assignee: sam, outcomes: [good, bad], timeout: never }
          - id: right
            steps:
              - { id: check, type: task, title: Check, assignee: sam, timeout: never }
  - { id: after, type: email, to: "${ inputs.email }", subject: After, body: "${ steps.both.outcome }" }
"""


def group(extra: str) -> str:
    return GROUP % "\n".join(f"    {line}" for line in extra.strip().splitlines())


def refuses(plan: Plan, effect: Effect) -> Answer:
    if effect.path.endswith("hello"):
        raise StepError("refused", "no such mailbox")
    return pretend(plan, effect)


def ended(case: Simulation) -> tuple[str, str]:
    record = next(r for r in case.state.steps.values() if r.id == "both")
    return record.status, record.result.get("outcome", "")


def test_a_group_is_done_when_its_steps_are() -> None:
    case = begin(group("timeout: 3 days\non_timeout: continue"))
    case.give("task", "look", outcome="good")
    case.give("task", "check", outcome="done")
    assert ended(case) == ("done", "done")
    assert case.state.outcome == "completed"


def test_when_the_time_of_a_group_runs_out_what_is_open_in_it_is_cancelled() -> None:
    case = begin(group("timeout: 3 days\non_timeout: [{ id: sorry, type: email, to: sam, template: again }]"))
    case.give("task", "look", outcome="good")
    case.advance_to(START + timedelta(days=4))
    assert ended(case) == ("timed_out", "timed_out")
    assert (case.sent, case.open_tasks) == (["hello", "again", "After"], [])
    assert "Both: timed out, what was open is cancelled" in said(case)


def test_a_group_that_must_be_in_time_opens_an_incident_and_retry_gives_it_the_time_again() -> None:
    case = begin(group("timeout: 3 days\non_timeout: fail"))
    case.advance_to(START + timedelta(days=3))
    assert [i.code for i in case.turned.view.incidents] == ["timed_out"]
    assert len(case.open_tasks) == 2
    case.give("operator", "both", "retry", by="sam")
    assert case.turned.view.health == "ok"
    case.advance_to(START + timedelta(days=7))
    assert case.turned.view.health == "incident"


def test_stop_ends_the_case_when_the_time_of_a_group_runs_out() -> None:
    case = begin(group("timeout: 3 days\non_timeout: stop"))
    case.advance_to(START + timedelta(days=4))
    assert case.state.outcome == "both_timed_out"


def test_a_group_is_cancelled_as_soon_as_its_condition_holds() -> None:
    case = begin(group('cancel_if: steps.look.outcome | default("good") == "bad"'))
    case.give("task", "look", outcome="bad")
    assert ended(case) == ("cancelled", "cancelled")
    assert case.state.outcome == "completed"


BESIDE = """
steps:
  - id: side
    type: parallel
    branches:
      - id: one
        steps:
          - id: both
            type: group
            cancel_if: steps.decide.outcome | default("go on") == "stop"
            steps:
              - { id: look, type: task, title: Look, assignee: sam, timeout: never }
      - id: two
        steps:
          - { id: decide, type: task, title: Decide, assignee: sam, outcomes: [go on, stop], timeout: never }
"""


def test_a_group_notices_at_once_what_happens_in_a_branch_that_is_walked_after_it() -> None:
    case = begin(BESIDE)
    case.give("task", "decide", outcome="stop")
    assert ended(case) == ("cancelled", "cancelled")
    assert case.state.outcome == "completed"


@pytest.mark.parametrize(("policy", "outcome"), [("continue", "completed"), ("stop", "failed")])
def test_what_fails_in_a_group_ends_it_where_the_group_says_so(policy: str, outcome: str) -> None:
    case = begin(group(f"on_error: {policy}"), respond=refuses)
    assert case.state.outcome == outcome
    assert case.open_tasks == []
    assert policy == "stop" or ended(case) == ("failed", "failed")


def test_the_error_steps_of_a_group_know_which_step_failed_and_may_wait() -> None:
    steps = "on_error: [{ id: fix, type: task, title: 'Fix ${ error.step }', assignee: sam, timeout: never }]"
    case = begin(group(steps), respond=refuses)
    assert [t.title for t in case.open_tasks] == ["Fix hello"]
    case.give("task", "fix", outcome="done")
    assert ended(case) == ("failed", "failed")
    assert case.state.outcome == "completed"


def test_a_group_that_says_nothing_leaves_the_incident_at_the_step() -> None:
    case = begin(group("timeout: never"), respond=refuses)
    assert waiting(case) == ["hello", "check"]
    case.give("operator", "hello", "skip", by="sam")
    assert sorted(waiting(case)) == ["check", "look"]


def test_the_policy_of_a_step_comes_before_that_of_its_group() -> None:
    own = group("on_error: stop").replace("template: hello }", "template: hello, on_error: incident }")
    case = begin(own, respond=refuses)
    assert waiting(case) == ["hello", "check"]


HANDLERS = """
handlers:
  - id: news
    when: { type: webhook, connection: calendar, event: meeting.booked, match: { invitee_email: "${ inputs.email }" } }
    interrupt: %s
    steps:
      - { id: read, type: task, title: Read, assignee: sam, timeout: never }
"""


def test_a_handler_of_a_group_works_beside_its_steps() -> None:
    case = begin(group(HANDLERS % "false"))
    case.give("webhook", "", "calendar/meeting.booked", invitee_email="ann@acme.test", starts_at=START)
    case.give("task", "look", outcome="good")
    case.give("task", "check", outcome="done")
    assert waiting(case) == ["read"]
    case.give("task", "read", outcome="done")
    assert ended(case) == ("done", "done")


def test_a_handler_that_interrupts_a_group_ends_the_group_and_not_the_case() -> None:
    case = begin(group(HANDLERS % "true"))
    case.give("webhook", "", "calendar/meeting.booked", invitee_email="ann@acme.test", starts_at=START)
    assert [t.title for t in case.open_tasks] == ["Read"]
    case.give("task", "read", outcome="done")
    assert ended(case) == ("cancelled", "news")
    assert case.sent == ["hello", "After"]


def test_a_group_listens_only_while_it_is_open() -> None:
    case = begin(group(HANDLERS % "true") + "  - { id: rest, type: wait, duration: 9 days }\n")
    names = [s.name for s in case.turned.view.subscriptions]
    case.give("task", "look", outcome="good")
    case.give("task", "check", outcome="done")
    assert (names, case.turned.view.subscriptions) == (["calendar/meeting.booked"], ())


def test_when_the_time_is_up_nothing_new_begins_in_a_group() -> None:
    case = begin("""
steps:
  - id: both
    type: group
    timeout: 3 days
    on_timeout: continue
    steps:
      - { id: rest, type: wait, duration: 3 days }
      - { id: hello, type: email, to: "${ inputs.email }", template: hello }
""")
    case.advance_to(START + timedelta(days=4))
    assert (ended(case), case.sent) == (("timed_out", "timed_out"), [])


def test_nothing_begins_in_a_group_once_its_condition_holds() -> None:
    case = begin("""
steps:
  - id: both
    type: group
    cancel_if: steps.decide.status | default("open") == "done"
    steps:
      - { id: decide, type: task, title: Decide, assignee: sam, timeout: never }
      - { id: hello, type: email, to: "${ inputs.email }", template: hello }
  - { id: last, type: task, title: Last, assignee: sam, timeout: never }
""")
    case.give("task", "decide", outcome="done")
    assert (ended(case), waiting(case), case.sent) == (("cancelled", "cancelled"), ["last"], [])


def test_nobody_is_woken_for_what_was_cancelled_in_the_same_turn() -> None:
    case = begin("""
steps:
  - id: side
    type: parallel
    wait_for: any
    branches:
      - { id: one, steps: [{ id: rest, type: wait, duration: 3 days }] }
      - { id: two, steps: [{ id: hello, type: email, to: "${ inputs.email }", template: hello }] }
  - { id: last, type: task, title: Last, assignee: sam, timeout: never }
""")
    assert (waiting(case), case.turned.deadline) == (["last"], None)
