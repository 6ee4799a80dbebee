"""Mail that belongs to a case: answers, reports of the post, and readers who may not be written to."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect
from engine.runtime.replies import takes_mail
from engine.runtime.simulator import Simulation, pretend
from tests.runtime.small import begin, said, small, waiting

Reply = Callable[..., None]

QUESTION = """
steps:
  - id: survey
    type: form
    form: client-survey
    answer_by_reply: remarks
    to: ${ inputs.email }
    timeout: 10 days
    on_timeout: stop
  - id: note
    type: email
    to: sam
    subject: An answer
    body: ${ steps.survey.answers.remarks }
"""

TWO = """
steps:
  - id: both
    type: parallel
    branches:
      - id: first
        steps:
          - id: price
            type: wait
            send: { subject: The price, body: Is it right?, to: "${ inputs.email }" }
            events: [{ id: reply, type: email }]
            timeout: never
      - id: second
        steps:
          - id: date
            type: wait
            send: { subject: The date, body: Is it right?, to: "${ inputs.email }" }
            events: [{ id: reply, type: email }]
            timeout: never
handlers:
  - id: anything
    when: { type: email }
    steps:
      - { id: read_it, type: task, title: "Read ${ event.subject }", assignee: sam, timeout: never }
"""


def reply(case: Simulation, text: str, thread: str = "", **more: Any) -> None:
    data = {"from": "ann@acme.test", "subject": "Re: Hello", "text": text, "attachments": [], "thread": thread, **more}
    case.receive("email", "", "reply", "ann@acme.test", data)


def bounce(case: Simulation, thread: str, hard: bool = True) -> None:
    data = {"address": "ann@acme.test", "hard": hard, "why": "no such user", "thread": thread}
    case.receive("bounce", "", "bounce", "", data)


def nobody(plan: Plan, effect: Effect) -> Answer:
    """A world in which the client may not be written to."""
    if effect.kind == "email" and effect.payload["to"] == "ann@acme.test":
        return {"to": "ann@acme.test", "status": "suppressed", "reason": "unsubscribed"}
    return pretend(plan, effect)


def test_a_reply_answers_the_question_that_it_may_answer() -> None:
    case = begin(QUESTION)
    reply(case, " All fine. ", "survey")
    survey = case.state.steps["survey"]
    assert survey.result["answers"] == {"remarks": "All fine."}
    assert (survey.result["by"], survey.result["reply"]["subject"]) == ("ann@acme.test", "Re: Hello")


def test_a_reply_without_words_is_no_answer() -> None:
    case = begin(QUESTION)
    reply(case, "  ", "survey")
    assert waiting(case) == ["survey"]
    assert "Survey: the reply from ann@acme.test says nothing" in said(case)


def test_a_reply_to_another_mail_does_not_answer_a_form() -> None:
    case = begin(QUESTION)
    reply(case, "Thanks for the offer", "offer")
    assert waiting(case) == ["survey"]
    assert "An answer came from ann@acme.test, and nothing waits for it now" in said(case)


def test_the_step_whose_mail_is_answered_takes_the_answer() -> None:
    case = begin(TWO)
    reply(case, "The date is fine", "both/second/date")
    assert waiting(case) == ["price"]
    assert case.state.steps["both/second/date"].result["event"]["text"] == "The date is fine"


def test_a_handler_hears_what_no_open_step_waits_for() -> None:
    case = begin(TWO)
    reply(case, "Fine", "both/first/price")
    reply(case, "Fine, too", "both/second/date")
    assert case.open_tasks == []


def test_a_case_takes_mail_only_where_its_process_says_so() -> None:
    assert takes_mail(small(QUESTION))
    assert takes_mail(small(TWO))
    assert not takes_mail(small("steps: [{ id: a, type: email, to: sam, subject: A, body: B }]"))


def test_mail_to_a_mailbox_finds_its_case_by_what_must_be_equal() -> None:
    case = begin(
        """
steps:
  - id: order
    type: wait
    events: [{ id: mail, type: email, mailbox: support, match: { from: "${ inputs.email }" } }]
    timeout: never
""",
        email="Ann@ACME.test",
    )
    assert [(s.name, s.match) for s in case.turned.view.subscriptions] == [("mail/support", {"from": "ann@acme.test"})]
    case.receive("email", "", "mail/support", "ben@acme.test", {"from": "ben@acme.test", "text": "No"})
    assert waiting(case) == ["order"]
    case.receive("email", "", "mail/support", "ann@acme.test", {"from": "ann@acme.test", "text": "Yes"})
    assert case.state.outcome == "completed"


SEND = "steps: [{{ id: hello, type: email, to: '${{ inputs.email }}', template: hello{0} }}, {1}]"
NEXT = "{ id: after, type: email, to: sam, template: again }"


@pytest.mark.parametrize(("way", "outcome"), [("", "completed"), (", on_suppressed: stop", "hello_suppressed")])
def test_a_mail_that_may_not_be_sent_takes_the_way_that_is_said(way: str, outcome: str) -> None:
    case = begin(SEND.format(way, NEXT), respond=nobody)
    assert case.state.outcome == outcome
    assert case.state.steps["hello"].status == ("suppressed" if not way else "cancelled")


def test_steps_may_follow_a_mail_that_may_not_be_sent() -> None:
    call = "{ id: phone, type: task, title: Phone them, assignee: sam, timeout: never }"
    case = begin(SEND.format(f", on_suppressed: [{call}]", NEXT), respond=nobody)
    assert [task.title for task in case.open_tasks] == ["Phone them"]
    case.give("task", "phone", "task", by="sam", outcome="", comment="", answers={}, checklist=[])
    assert (case.state.outcome, case.state.steps["hello"].result["reason"]) == ("completed", "unsubscribed")


def test_an_incident_of_a_reader_who_may_not_be_written_to_can_be_tried_again() -> None:
    allowed: list[str] = []

    def world(plan: Plan, effect: Effect) -> Answer:
        return pretend(plan, effect) if allowed else nobody(plan, effect)

    case = begin(SEND.format(", on_suppressed: incident", NEXT), respond=world)
    assert [i.code for i in case.turned.view.incidents] == ["suppressed"]
    allowed.append("ann")
    case.give("operator", "hello", "retry", by="sam")
    assert case.state.outcome == "completed"
    assert [e.key for e in case.effects if e.path == "hello"] == ["case-1/hello:send", "case-1/hello:send#1"]


ASKED = """
steps:
  - id: ask
    type: form
    form: client-survey
    to: ${{ inputs.email }}
    {0}
    timeout: 10 days
    on_timeout: stop
"""


def test_a_wait_goes_on_although_its_message_may_not_be_sent() -> None:
    assert waiting(begin(ASKED.format(""), respond=nobody)) == ["ask"]


def test_a_wait_ends_where_its_reader_may_not_be_written_to() -> None:
    case = begin(ASKED.format("on_suppressed: continue"), respond=nobody)
    assert (case.state.outcome, case.state.steps["ask"].status) == ("completed", "suppressed")


def test_a_wait_ends_where_its_message_comes_back() -> None:
    case = begin(ASKED.format("on_suppressed: stop"))
    bounce(case, "ask", hard=False)
    assert waiting(case) == ["ask"]
    bounce(case, "ask")
    assert case.state.outcome == "ask_suppressed"


def test_a_mail_that_came_back_is_told_where_nothing_listens() -> None:
    case = begin(ASKED.format(""))
    bounce(case, "ask")
    assert "A mail to ann@acme.test did not arrive: no such user" in said(case)
    assert case.state.mailbox == []


def test_a_letter_says_what_kind_it_is_and_how_it_goes_out() -> None:
    case = begin(
        """
steps:
  - id: offer
    type: email
    to: ${ inputs.email }
    template: hello
    class: marketing
    sender: surveys
    approve: client-success
    hours: office
"""
    )
    effect = next(e for e in case.effects if e.kind == "draft")
    told = {name: effect.payload[name] for name in ("class", "sender", "approve", "hours", "process", "page")}
    assert told == {
        "class": "marketing",
        "sender": "surveys",
        "approve": "client-success",
        "hours": "office",
        "process": "small",
        "page": "offer",
    }
