"""Events that processes emit for each other: at triggers, handlers and waits."""

from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect
from engine.runtime.flow import StepError
from engine.runtime.simulator import pretend
from tests.runtime.small import begin, waiting

PAID = """
  order: { type: text }
steps:
  - id: tell
    type: emit
    event: order_paid
    data: { order: "${ inputs.order }", amount: 12 }
  - id: paid
    type: wait
    events:
      - { id: mine, type: event, event: order_paid, match: { order: "${ inputs.order }" } }
      - { id: by_hand, type: manual, inputs: { amount: { type: number } } }
    timeout: 5 days
    on_timeout: stop
handlers:
  - id: big
    when: { type: event, event: order_paid, match: { amount: 1000 } }
    steps:
      - { id: look, type: task, title: "Look at ${ event.order }", assignee: sam, timeout: never }
  - id: question
    when: { type: manual, inputs: { text: { type: text } } }
    steps:
      - { id: reply, type: task, title: "Answer ${ event.text }", assignee: sam, timeout: never }
outputs: { amount: "${ steps.paid.event.amount }" }
"""


def test_what_is_emitted_is_an_effect_with_its_values() -> None:
    case = begin(PAID, order="A1")
    emitted = case.effects[0]
    assert (emitted.kind, dict(emitted.payload)) == (
        "event",
        {"event": "order_paid", "data": {"order": "A1", "amount": 12}},
    )


def test_a_wait_takes_only_the_event_that_matches() -> None:
    case = begin(PAID, order="A1")
    assert [(s.name, s.match) for s in case.turned.view.subscriptions] == [
        ("order_paid", {"order": "A1"}),
        ("order_paid", {"amount": 1000}),
    ]
    case.give("event", "", "order_paid", order="B2", amount=3)
    assert waiting(case) == ["paid", "question"]
    case.give("event", "", "order_paid", order="A1", amount=3)
    assert case.state.outputs == {"amount": 3}


def test_an_address_matches_however_it_is_written() -> None:
    case = begin(PAID, order="Ann@Acme.test")
    case.give("event", "", "order_paid", order="ann@acme.test", amount=3)
    assert case.state.outputs == {"amount": 3}


def test_a_handler_takes_an_event_and_one_that_is_given_by_hand() -> None:
    case = begin(PAID, order="A1")
    case.give("event", "", "order_paid", order="B2", amount=1000)
    case.give("manual", "handlers/question", "question", text="why")
    assert [t.title for t in case.open_tasks] == ["Look at B2", "Answer why"]


def refuses(plan: Plan, effect: Effect) -> Answer:
    raise StepError("refused", "the database is full")


def test_an_event_that_cannot_be_kept_is_an_incident_and_is_tried_again() -> None:
    case = begin(PAID, order="A1", respond=refuses)
    assert waiting(case) == ["tell", "question"]
    case.respond = pretend
    case.give("operator", "tell", "retry", by="sam")
    assert waiting(case) == ["paid", "question"]


def test_a_handler_that_is_told_by_hand_is_shown_with_what_it_asks() -> None:
    case = begin(PAID, order="A1")
    (offer,) = [w for w in case.turned.view.waits if w.kind == "handler"]
    assert (offer.path, offer.events[0]["inputs"]) == ("handlers/question", {"text": {"type": "text"}})
