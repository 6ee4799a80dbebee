"""A mail that somebody has to agree to, on a virtual clock."""

from engine.runtime.projection import project
from tests.runtime.small import begin, said

NOTICE = "Please look at a mail before it leaves"
BODY = """\
steps:
  - id: offer
    type: email
    to: ${ inputs.email }
    subject: Our offer
    body: Dear friend
    approve: legal
"""
GIVES_WAY = """\
    on_suppressed:
      - id: phone
        type: task
        title: Phone them
        candidate_groups: [legal]
        timeout: never
"""


def test_nothing_goes_out_before_somebody_has_agreed() -> None:
    case = begin(BODY)
    assert case.sent == [NOTICE]
    task = case.open_tasks[0]
    assert (task.title, task.groups) == ("Approve the mail “Our offer” to ann@acme.test", ("legal",))
    assert (task.outcomes, task.comments) == (("approve", "reject"), ("reject",))
    shown = project(case.plan, case.state, [], None, case.now)
    assert [(w.waiting_for, w.status) for w in shown.waits if w.kind == "task"] == [("legal", "waiting")]
    case.give("task", "offer_approval", by="lea", outcome="approve")
    assert case.sent[-1] == "Our offer"
    assert case.state.outcome == "completed"
    assert case.effects[-1].payload["approved_by"] == "lea"


def test_the_task_names_the_mail_as_its_reader_would_see_it() -> None:
    case = begin(BODY.replace("Our offer", "Our offer to ${ inputs.email }"))
    assert case.open_tasks[0].title == "Approve the mail “Our offer to ann@acme.test” to ann@acme.test"


def test_a_mail_that_is_rejected_stays_here_and_the_step_gives_way() -> None:
    case = begin(BODY + GIVES_WAY)
    case.give("task", "offer_approval", by="lea", outcome="reject", comment="the price is wrong")
    assert case.sent == [NOTICE]
    assert [t.title for t in case.open_tasks] == ["Phone them"]
    case.give("task", "phone", by="lea", outcome="done")
    offer = case.state.steps["offer"]
    assert (offer.status, offer.result["reason"]) == ("suppressed", "lea did not agree to it: the price is wrong")


def test_a_rejected_mail_that_became_an_incident_is_looked_at_again_after_a_retry() -> None:
    case = begin(BODY + "    on_suppressed: incident\n")
    case.give("task", "offer_approval", by="lea", outcome="reject", comment="no")
    assert case.state.steps["offer"].incident["code"] == "suppressed"
    case.give("operator", "offer", name="retry", by="sam")
    case.give("task", "offer_approval-1", by="lea", outcome="approve")
    assert case.sent[-1] == "Our offer"


def test_the_message_of_a_wait_is_agreed_to_as_well_and_an_answer_ends_the_task() -> None:
    case = begin("""\
steps:
  - id: ask
    type: wait
    send: { to: "${ inputs.email }", subject: Hello, body: Hello, approve: sam }
    events: [{ id: called, type: manual }]
    timeout: never
""")
    assert [(t.title, t.assignee) for t in case.open_tasks] == [("Approve the mail “Hello” to ann@acme.test", "sam")]
    case.give("manual", "ask", name="called", by="sam")
    assert (case.sent, case.open_tasks, case.state.outcome) == ([NOTICE], [], "completed")
    assert "Ended: completed" in said(case)
