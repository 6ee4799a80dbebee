"""Blocks, conditions, incidents and handlers."""

from datetime import timedelta

import pytest

from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect, Later
from engine.runtime.flow import StepError
from engine.runtime.simulator import pretend
from tests.runtime.onboarding import START
from tests.runtime.small import begin, said, waiting

TWO = """
steps:
  - id: side
    type: parallel
    branches:
      - id: mail
        steps:
          - { id: hello, type: email, to: "${ inputs.email }", template: hello%s }
          - { id: again, type: email, to: "${ inputs.email }", template: hello }
      - id: people
        steps:
          - { id: look, type: task, title: Look, assignee: sam, timeout: never }
"""


def refuses(plan: Plan, effect: Effect) -> Answer:
    if effect.path.endswith("hello"):
        raise StepError("refused", "no such mailbox")
    return pretend(plan, effect)


def test_an_incident_holds_up_its_branch_only() -> None:
    case = begin(TWO % "", respond=refuses)
    assert waiting(case) == ["hello", "look"]
    case.give("task", "look", outcome="done")
    assert waiting(case) == ["hello"]
    assert [i.message for i in case.turned.view.incidents] == ["no such mailbox"]


def test_retry_does_the_effect_under_a_new_key() -> None:
    case = begin(TWO % "", respond=refuses)
    case.respond = pretend
    case.give("operator", "hello", "retry", by="sam")
    assert [e.key for e in case.effects][:2] == ["case-1/side/mail/hello:send", "case-1/side/mail/hello:send#1"]
    assert case.turned.view.health == "ok"


def test_skip_goes_on_with_the_values_that_were_given() -> None:
    case = begin(TWO % "", respond=refuses)
    case.give("operator", "hello", "skip", by="sam", values={"to": "by phone"})
    assert case.state.steps["side/mail/hello"].result["to"] == "by phone"
    assert waiting(case) == ["look"]


def test_skip_takes_values_by_their_dotted_names() -> None:
    case = begin(TWO % "", respond=refuses)
    case.give("operator", "hello", "skip", by="sam", values={"result.id": "nw-1", "result.name": "Acme"})
    assert case.state.steps["side/mail/hello"].result["result"] == {"id": "nw-1", "name": "Acme"}


def test_on_error_continue_goes_on() -> None:
    case = begin(TWO % ", on_error: continue", respond=refuses)
    assert case.state.steps["side/mail/hello"].status == "failed"
    assert waiting(case) == ["look"]


def test_on_error_stop_ends_the_case() -> None:
    case = begin(TWO % ", on_error: stop", respond=refuses)
    assert case.state.outcome == "failed"


def test_on_error_steps_see_the_error() -> None:
    steps = ", on_error: [{ id: tell, type: email, to: sam, subject: 'It failed', body: '${ error.message }' }]"
    case = begin(TWO % steps, respond=refuses)
    told = next(e for e in case.effects if e.path.endswith("tell"))
    assert told.payload["scope"]["error"]["message"] == "no such mailbox"


def test_stop_ends_everything_that_is_open() -> None:
    case = begin(TWO % "")
    case.give("operator", "", "stop", by="sam")
    assert case.state.outcome == "stopped"
    assert case.open_tasks == []
    assert case.turned.deadline is None


def test_a_skipped_step_does_not_skip_the_next() -> None:
    case = begin(
        """
steps:
  - { id: one, type: email, if: inputs.email == "bob@acme.test", to: "${ inputs.email }", template: hello }
  - { id: two, type: email, to: "${ inputs.email }", template: hello }
"""
    )
    assert case.state.steps["one"].status == "skipped"
    assert case.sent == ["hello"]


ROUNDS = """
steps:
  - id: rounds
    type: repeat
    max_times: 2
    until: steps.look.outcome == "good"
    on_max_times: %s
    steps:
      - { id: look, type: task, title: Look, assignee: sam, outcomes: [good, bad], timeout: never }
"""


def test_a_repeat_ends_when_its_condition_holds() -> None:
    case = begin(ROUNDS % "fail")
    case.give("task", "look", outcome="bad")
    case.give("task", "look", outcome="good")
    assert case.state.steps["rounds"].result["count"] == 2
    assert case.state.outcome == "completed"


@pytest.mark.parametrize(("way", "outcome"), [("continue", "completed"), ("stop", "rounds_max_times"), ("fail", "")])
def test_a_repeat_that_does_not_get_there_has_its_way_out(way: str, outcome: str) -> None:
    case = begin(ROUNDS % way)
    case.give("task", "look", outcome="bad")
    case.give("task", "look", outcome="bad")
    assert case.state.outcome == outcome
    assert bool(case.turned.view.incidents) == (way == "fail")


HANDLERS = """
steps:
  - { id: work, type: task, title: Work, assignee: sam, timeout: never }
handlers:
  - id: changed
    when: { type: form, form: change-contact }
    interrupt: false
    steps:
      - { id: check, type: task, title: Check it, assignee: sam, timeout: never }
  - id: gone
    when: { type: form, form: withdraw }
    interrupt: true
    steps:
      - { id: sorry, type: email, to: "${ inputs.email }", template: hello }
"""


def test_a_handler_works_beside_the_case_as_often_as_it_is_told() -> None:
    case = begin(HANDLERS)
    case.give("form", "handlers/changed", "change-contact", answers={})
    case.give("form", "handlers/changed", "change-contact", answers={})
    assert [t.title for t in case.open_tasks] == ["Work", "Check it", "Check it"]


def test_the_case_ends_only_when_its_handlers_are_done() -> None:
    case = begin(HANDLERS)
    case.give("form", "handlers/changed", "change-contact", answers={})
    case.give("task", "work", outcome="done")
    assert case.state.outcome == ""
    case.give("task", "check", outcome="done")
    assert case.state.outcome == "completed"


def test_a_handler_that_interrupts_ends_the_case() -> None:
    case = begin(HANDLERS)
    case.give("form", "handlers/gone", "withdraw", answers={})
    assert case.state.outcome == "gone"
    assert case.sent == ["hello"]
    assert case.open_tasks == []


def test_operators_are_named_on_the_timeline() -> None:
    case = begin("steps:\n  - { id: hold, type: wait, duration: 3 days }\n")
    case.give("operator", "hold", "do_now", by="sam")
    assert "Hold: do now by sam" in said(case)
    assert case.now < START + timedelta(days=1)
    assert case.state.outcome == "completed"


def test_nothing_wakes_a_case_that_has_ended() -> None:
    case = begin(HANDLERS)
    case.give("operator", "", "stop", by="sam")
    before = case.state.dump()
    case.advance_to(START + timedelta(days=400))
    assert case.state.dump() == before


def test_a_parallel_whose_branches_are_all_left_out_is_done() -> None:
    case = begin(
        """
steps:
  - id: side
    type: parallel
    branches:
      - id: one
        if: inputs.email == "bob@acme.test"
        steps:
          - { id: hello, type: email, to: "${ inputs.email }", template: hello }
"""
    )
    assert case.state.outcome == "completed"


def mistaken(plan: Plan, effect: Effect) -> Answer:
    raise KeyError("a mistake of ours")


def test_a_mistake_of_ours_is_an_incident_of_one_step() -> None:
    case = begin(TWO % "", respond=mistaken)
    assert [i.code for i in case.turned.view.incidents] == ["bug"]
    assert waiting(case) == ["hello", "look"]


def waits(plan: Plan, effect: Effect) -> Answer:
    return Later(attempted=1) if effect.path.endswith("hello") else pretend(plan, effect)


def test_retry_leaves_alone_what_is_still_being_tried() -> None:
    case = begin(TWO % "", respond=waits)
    case.give("operator", "hello", "retry", by="sam")
    assert [e.key for e in case.effects] == ["case-1/side/mail/hello:send"]
    assert "Hello: is being tried already" in said(case)


def test_a_step_that_is_skipped_is_not_tried_any_more() -> None:
    case = begin(TWO % "", respond=waits)
    case.give("operator", "hello", "skip", by="sam")
    assert case.turned.pending == {}


MATCHING = """
steps:
  - id: mine
    type: wait
    events:
      - { id: meeting, type: webhook, connection: calendar, event: meeting.booked,
          match: { invitee_email: "${ inputs.email }" } }
    timeout: never
handlers:
  - id: boss
    when: { type: webhook, connection: calendar, event: meeting.booked, match: { invitee_email: boss@acme.test } }
    interrupt: true
    steps:
      - { id: hello, type: email, to: "${ inputs.email }", template: hello }
"""


def test_a_handler_takes_only_what_its_match_allows() -> None:
    case = begin(MATCHING)
    case.give("webhook", "", "calendar/meeting.booked", invitee_email="ann@acme.test", starts_at=START)
    assert case.state.outcome == "completed"


INSIDE = """
steps:
  - { id: work, type: task, title: Work, assignee: sam, timeout: never }
handlers:
  - id: changed
    when: { type: form, form: change-contact }
    interrupt: false
    steps:
      - id: booked
        type: wait
        events:
          - { id: meeting, type: webhook, connection: calendar, event: meeting.booked,
              match: { invitee_email: "${ inputs.email }" } }
        timeout: never
"""


def test_a_wait_inside_a_handler_hears_events_from_outside() -> None:
    case = begin(INSIDE)
    assert [s.name for s in case.turned.view.subscriptions] == ["calendar/meeting.booked"]
