"""`compensate` and `undo`: what was done is taken back, the newest first, each once."""

from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect
from engine.runtime.flow import StepError
from engine.runtime.simulator import Simulation, pretend
from tests.runtime.small import begin, waiting

TRIP = """
steps:
  - id: trip
    type: group
    on_error:
      - { id: back, type: undo, group: trip }
    steps:
      - id: flight
        type: decision
        rules: [{ if: true, set: { number: F1 } }]
        else: { number: none }
        compensate:
          - { id: no_flight, type: email, to: sam, subject: "No flight", body: "${ steps.flight.number }" }
      - id: hotel
        type: task
        title: Book
        assignee: sam
        timeout: never
        compensate:
          - { id: no_hotel, type: task, title: Cancel the hotel, assignee: sam, timeout: never }
      - { id: car, type: email, to: "${ inputs.email }", template: hello }
  - { id: rest, type: undo }
outputs: { back: '${ steps.back.count | default(0) }', rest: "${ steps.rest.count }" }
"""


def refuses(plan: Plan, effect: Effect) -> Answer:
    if effect.path.endswith("car"):
        raise StepError("refused", "no such mailbox")
    return pretend(plan, effect)


def done(case: Simulation, step: str) -> None:
    case.give("task", step, outcome="done")


def test_what_was_done_is_taken_back_the_newest_first() -> None:
    case = begin(TRIP, respond=refuses)
    done(case, "hotel")
    assert [t.title for t in case.open_tasks] == ["Cancel the hotel"]
    assert "No flight" not in case.sent
    done(case, "no_hotel")
    assert case.sent[-1] == "No flight"


def test_each_is_taken_back_once() -> None:
    case = begin(TRIP, respond=refuses)
    done(case, "hotel")
    done(case, "no_hotel")
    assert case.state.outputs == {"back": 2, "rest": 0}
    assert case.sent.count("No flight") == 1


def test_a_step_that_was_not_done_is_not_taken_back() -> None:
    case = begin(TRIP, respond=refuses)
    case.give("operator", "hotel", "skip", by="sam")
    assert case.state.outputs == {"back": 1, "rest": 0}


def test_an_undo_without_a_group_takes_everything_back() -> None:
    case = begin(TRIP)
    done(case, "hotel")
    assert waiting(case) == ["no_hotel"]
    done(case, "no_hotel")
    assert case.state.outputs == {"back": 0, "rest": 2}


def broken(plan: Plan, effect: Effect) -> Answer:
    if effect.path.endswith(("car", "no_flight")):
        raise StepError("refused", "no such mailbox")
    return pretend(plan, effect)


def test_a_compensation_that_cannot_be_done_is_an_incident_and_is_tried_again() -> None:
    case = begin(TRIP, respond=broken)
    done(case, "hotel")
    done(case, "no_hotel")
    assert waiting(case) == ["no_flight"]
    case.respond = pretend
    case.give("operator", "no_flight", "retry", by="sam")
    assert case.state.outcome == "completed"


ROUNDS = """
steps:
  - id: rounds
    type: repeat
    max_times: 2
    until: steps.look.outcome == "good"
    on_max_times: continue
    steps:
      - { id: look, type: task, title: Look, assignee: sam, outcomes: [good, bad, poor], timeout: never }
      - id: note
        type: set
        values: { last: "${ steps.look.outcome }" }
        compensate:
          - { id: sorry, type: email, to: sam, subject: Sorry, body: "It was ${ steps.look.outcome }" }
  - { id: back, type: undo, group: rounds }
"""


def test_every_round_is_taken_back_and_sees_what_was_known_then() -> None:
    case = begin(ROUNDS)
    case.give("task", "look", outcome="bad")
    case.give("task", "look", outcome="poor")
    sorry = [e.payload["scope"]["steps"]["look"]["outcome"] for e in case.effects if e.path.endswith("sorry")]
    assert sorry == ["poor", "bad"]


ITEMS = """
steps:
  - id: every
    type: for_each
    items: '["a", "b"]'
    steps:
      - id: one
        type: decision
        rules: [{ if: true, set: { of: "${ item }" } }]
        else: { of: none }
        compensate:
          - { id: sorry, type: email, to: sam, subject: "Sorry ${ item }", body: "${ steps.one.of }" }
  - { id: work, type: task, title: Work, assignee: sam, timeout: never }
handlers:
  - id: booked
    when: { type: webhook, connection: calendar, event: meeting.booked }
    interrupt: true
    steps:
      - { id: back, type: undo }
"""


def test_every_item_is_taken_back_also_by_a_handler() -> None:
    case = begin(ITEMS)
    case.give("webhook", "", "calendar/meeting.booked", invitee_email="x@y.test")
    sorry = [e.payload["scope"] for e in case.effects if e.path.endswith("sorry")]
    assert [(s["item"], s["steps"]["one"]["of"]) for s in sorry] == [("b", "b"), ("a", "a")]
    assert case.state.outcome == "booked"


BACK_AND_AGAIN = """
steps:
  - id: side
    type: parallel
    branches:
      - id: one
        steps:
          - id: look
            type: task
            title: Look
            assignee: sam
            timeout: never
            compensate:
              - { id: sorry, type: task, title: Sorry, assignee: sam, timeout: never }
          - { id: hold, type: task, title: Hold, assignee: sam, timeout: never }
      - id: two
        steps:
          - { id: decide, type: task, title: Decide, assignee: sam, timeout: never }
          - { id: back, type: undo }
"""


def test_what_was_sent_back_is_not_taken_back_any_more() -> None:
    case = begin(BACK_AND_AGAIN)
    done(case, "look")
    done(case, "decide")
    assert sorted(waiting(case)) == ["hold", "sorry"]
    case.give("operator", "look", "reopen", by="sam")
    assert waiting(case) == ["look"]
    assert case.state.steps["side/two/back"].status == "done"
