"""What a step that waits does, and in which order."""

from datetime import timedelta

from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect, Later
from engine.runtime.flow import StepError
from engine.runtime.simulator import pretend
from tests.runtime.onboarding import START
from tests.runtime.small import begin, said, waiting

ASK = """
steps:
  - id: ask
    type: form
    form: check-in
    to: ${ inputs.email }
    send: { template: hello }
    reminders:
      - { after: 2 business days, template: again }
      - { after: 4 business days, template: again }
    escalate:
      after: 5 business days
      task: { title: Phone them, assignee: sam }
    timeout: 6 business days
    on_timeout: %s
"""


def test_reminders_stop_when_the_answer_is_there() -> None:
    case = begin(ASK % "continue")
    case.advance()
    case.give("answer", "ask", answers={})
    case.advance_to(START + timedelta(days=60))
    assert case.sent == ["hello", "again"]
    assert case.state.outcome == "completed"


def test_of_reminders_that_are_overdue_together_only_the_last_is_sent() -> None:
    case = begin(ASK % "continue")
    case.now = START + timedelta(days=4)
    case.give("operator", "nowhere", "retry")
    assert case.sent == ["hello", "again"]


def test_at_the_same_instant_the_answer_wins_over_the_timeout() -> None:
    case = begin(ASK % "continue")
    case.advance_to(START + timedelta(days=7, hours=23))
    case.now = START + timedelta(days=8)
    case.give("answer", "ask", answers={"rating": "Well"})
    assert case.state.steps["ask"].status == "done"


def test_the_side_task_closes_when_the_answer_comes() -> None:
    case = begin(ASK % "continue")
    case.advance_to(START + timedelta(days=7))
    assert [t.title for t in case.open_tasks] == ["Phone them"]
    case.give("answer", "ask", answers={})
    assert case.open_tasks == []


def test_a_side_task_that_is_done_does_not_end_the_wait() -> None:
    case = begin(ASK % "continue")
    case.advance_to(START + timedelta(days=7))
    case.give("task", "ask/escalate1", by="sam")
    assert case.open_tasks == []
    assert waiting(case) == ["ask"]


def test_on_timeout_continue_goes_on_with_the_status_timed_out() -> None:
    case = begin(ASK % "continue")
    case.advance_to(START + timedelta(days=30))
    assert case.state.steps["ask"].status == "timed_out"
    assert case.state.outcome == "completed"


def test_on_timeout_stop_ends_the_case() -> None:
    case = begin(ASK % "stop")
    case.advance_to(START + timedelta(days=30))
    assert case.state.outcome == "ask_timed_out"


def test_on_timeout_fail_is_an_incident_and_retry_asks_again() -> None:
    case = begin(ASK % "fail")
    case.advance_to(START + timedelta(days=30))
    assert [i.code for i in case.turned.view.incidents] == ["timed_out"]
    case.give("operator", "ask", "retry", by="sam")
    assert case.turned.view.incidents == ()
    assert waiting(case) == ["ask"]
    case.advance_to(START + timedelta(days=60))
    assert case.sent == ["hello", "again", "again"] * 2
    assert len({e.key for e in case.effects}) == len(case.effects)


def test_on_timeout_may_be_steps() -> None:
    steps = "\n      - { id: over, type: stop, outcome: no_reply }"
    case = begin(ASK % steps)
    case.advance_to(START + timedelta(days=30))
    assert case.state.outcome == "no_reply"
    assert case.state.steps["ask/timeout/over"].status == "cancelled"


def test_do_now_brings_the_next_moment_and_only_that() -> None:
    case = begin(ASK % "continue")
    case.give("operator", "ask", "do_now", by="sam")
    assert case.sent == ["hello", "again"]
    assert case.turned.deadline == START + timedelta(days=4)


def test_a_second_answer_is_kept_as_late() -> None:
    case = begin(ASK % "continue" + "  - { id: hold, type: wait, duration: 3 days }\n")
    case.give("answer", "ask", answers={})
    case.give("answer", "ask", answers={"rating": "Badly"})
    assert any("too late" in text for text in said(case))
    assert case.state.steps["ask"].result["answers"] == {}


def test_a_second_answer_to_a_closed_path_changes_nothing() -> None:
    case = begin(ASK % "continue")
    case.give("answer", "ask", answers={})
    before = case.state.dump()
    assert case.state.outcome == "completed"
    assert before == case.state.dump()


EARLY = """
steps:
  - { id: hold, type: wait, duration: 3 days }
  - id: booked
    type: wait
    events:
      - id: meeting
        type: webhook
        connection: calendar
        event: meeting.booked
        match: { invitee_email: "${ inputs.email }" }
    timeout: 5 days
    on_timeout: stop
"""


def test_an_event_that_comes_early_is_kept_until_its_step() -> None:
    case = begin(EARLY)
    case.give("webhook", "", "calendar/meeting.booked", invitee_email="ann@acme.test", starts_at=START)
    case.advance()
    assert case.state.outcome == "completed"
    assert case.state.steps["booked"].result["which"] == "meeting"


def test_an_event_of_somebody_else_is_not_taken() -> None:
    case = begin(EARLY)
    case.give("webhook", "", "calendar/meeting.booked", invitee_email="bob@other.test", starts_at=START)
    case.advance()
    assert waiting(case) == ["booked"]


def test_an_event_counts_once_however_often_it_is_told() -> None:
    case = begin(ASK % "continue" + "  - { id: hold, type: wait, duration: 3 days }\n")
    case.state.seen.append("event-1")
    case.give("answer", "ask", answers={})
    assert waiting(case) == ["ask"]


def test_a_step_may_start_later() -> None:
    case = begin("steps:\n  - { id: later, type: email, to: '${ inputs.email }', template: hello, start: 3 days }\n")
    assert case.sent == []
    case.advance()
    assert case.now == START + timedelta(days=3)
    assert case.sent == ["hello"]


SIGN = """
steps:
  - id: contract
    type: document
    template: paper
    fields: { client: Bolt }
  - id: sign
    type: signature
    document: ${ steps.contract.file }
    signers:
      - { name: Ann, email: "${ inputs.email }" }
      - { name: Bob, email: bob@acme.test }
    reminders:
      - { after: 1 business day, template: again }
    timeout: never
"""


def test_everybody_signs_and_only_those_who_have_not_are_reminded() -> None:
    case = begin(SIGN)
    case.give("signature", "sign", outcome="signed", signer="ann@acme.test")
    case.advance()
    assert [e.payload["to"] for e in case.effects if e.kind == "email"] == [
        "ann@acme.test",
        "bob@acme.test",
        "bob@acme.test",
    ]
    case.give("signature", "sign", outcome="signed", signer="bob@acme.test")
    assert case.state.steps["sign"].result["outcome"] == "signed"


def test_a_signature_shows_its_document_and_whom_it_asks() -> None:
    case = begin(SIGN)
    (asked,) = case.turned.view.waits[0].events
    assert asked["document"]
    assert asked["signers"] == ["ann@acme.test", "bob@acme.test"]


def test_a_signature_of_nothing_is_an_incident_that_says_so() -> None:
    nothing = "triggers: []\n" + SIGN.replace("${ steps.contract.file }", "${ inputs.paper | default(none) }")
    case = begin("  paper: { type: file, optional: true }\n" + nothing)
    (incident,) = case.turned.view.incidents
    assert (incident.code, "there is nothing to sign" in incident.message) == ("document", True)


def test_one_who_declines_ends_the_signature() -> None:
    case = begin(SIGN)
    case.give("signature", "sign", outcome="declined", signer="bob@acme.test", reason="Too dear")
    assert case.state.steps["sign"].result["reason"] == "Too dear"


def test_a_reminder_that_is_still_being_tried_is_called_off_by_the_answer() -> None:
    def slow(plan: Plan, effect: Effect) -> Answer:
        return Later(attempted=1) if effect.purpose.startswith("reminder") else pretend(plan, effect)

    case = begin(ASK % "continue" + "  - { id: hold, type: wait, duration: 3 days }\n", respond=slow)
    case.advance()
    assert len(case.turned.pending) == 1
    case.give("answer", "ask", answers={})
    assert case.turned.pending == {}


def test_while_the_steps_of_the_timeout_run_the_task_is_closed_and_an_answer_is_late() -> None:
    case = begin("""
steps:
  - id: ask
    type: task
    title: Ask
    assignee: sam
    timeout: 1 day
    on_timeout:
      - { id: phone, type: task, title: Phone, assignee: sam, timeout: never }
""")
    case.advance()
    assert waiting(case) == ["phone"]
    assert [task.title for task in case.open_tasks] == ["Phone"]
    case.give("task", "ask", outcome="done")
    assert said(case)[-1].startswith("Came too late")


def test_what_on_error_takes_care_of_is_no_incident_and_its_task_is_closed() -> None:
    def refuse(plan: Plan, effect: Effect) -> Answer:
        if effect.payload.get("template") == "hello":
            raise StepError("refused", "no such mailbox")
        return pretend(plan, effect)

    case = begin(
        """
steps:
  - id: ask
    type: task
    title: Ask
    assignee: sam
    send: { template: hello }
    timeout: never
    on_error:
      - { id: phone, type: task, title: Phone, assignee: sam, timeout: never }
""",
        respond=refuse,
    )
    assert case.turned.view.incidents == ()
    assert waiting(case) == ["phone"]
    assert [task.title for task in case.open_tasks] == ["Phone"]


def test_what_went_wrong_is_read_afterwards() -> None:
    def refuse(plan: Plan, effect: Effect) -> Answer:
        if effect.payload.get("template") == "hello":
            raise StepError("refused", "no such mailbox")
        return pretend(plan, effect)

    case = begin(
        """
steps:
  - { id: mail, type: email, to: "${ inputs.email }", template: hello, on_error: continue }
  - { id: told, type: set, if: steps.mail.status == "failed", values: { why: "${ steps.mail.error.message }" } }
outputs: { why: "${ vars.why | default('') }" }
""",
        respond=refuse,
    )
    assert case.state.outputs == {"why": "no such mailbox"}
