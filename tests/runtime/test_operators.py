"""What operators do to a running case: every action is on the timeline, and nothing happens twice."""

from datetime import date, timedelta
from typing import Any

from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect, Later
from engine.runtime.flow import StepError
from engine.runtime.simulator import Simulation, pretend
from engine.runtime.view import Entry
from tests.runtime.onboarding import START
from tests.runtime.small import begin, said, waiting

TWO = """
steps:
  - { id: hello, type: email, to: "${ inputs.email }", template: hello }
  - { id: look, type: task, title: Look at it, assignee: sam, outcomes: [fine, wrong], timeout: never }
  - { id: again, type: email, to: "${ inputs.email }", template: again }
  - { id: last, type: task, title: One more look, assignee: helen, timeout: never }
"""
MAIL = """
steps:
  - { id: hello, type: email, to: "${ inputs.email }", template: hello }
"""
ASK = """
steps:
  - id: ask
    type: form
    form: check-in
    to: ${ inputs.email }
    send: { template: hello }
    reminders: [{ after: 2 days, template: again }]
    timeout: 6 days
    on_timeout: continue
  - { id: look, type: task, title: Look at it, assignee: sam, timeout: never }
"""
FAILS = """
steps:
  - id: ask
    type: form
    form: check-in
    to: ${ inputs.email }
    send: { template: hello }
    escalate:
      after: 1 day
      steps:
        - { id: warn, type: email, to: sam, template: again }
    timeout: 2 days
    on_timeout: fail
"""


def refuse(plan: Plan, effect: Effect) -> Answer:
    raise StepError("smtp", "the mailbox is full")


def operated(case: Simulation) -> Entry:
    """The operator's line of the last turn."""
    return next(e for e in case.turned.view.entries if e.kind == "operator")


def keys(case: Simulation) -> list[str]:
    return [e.key.removeprefix("case-1/") for e in case.effects]


def operate(case: Simulation, verb: str, step: str = "", **data: Any) -> Entry:
    case.give("operator", step, verb, by="sam", **data)
    return operated(case)


def test_a_skip_says_who_what_was_and_what_is() -> None:
    case = begin(MAIL, respond=refuse)
    line = operate(case, "skip", "hello", values={"to": "ann@acme.test"})
    assert (line.by, line.at) == ("sam", START)
    assert line.before == {"status": "incident", "incident": "the mailbox is full"}
    assert line.after == {"status": "skipped", "to": "ann@acme.test"}


def test_a_step_that_is_marked_as_done_gives_its_values_to_later_ones() -> None:
    case = begin(TWO)
    operate(case, "mark_done", "look", values={"outcome": "fine"}, reason="by phone")
    assert case.state.steps["look"].result == {"outcome": "fine", "by": "sam"}
    assert "Look at it: mark done by sam: by phone" in said(case)
    assert waiting(case) == ["last"]


def test_sending_back_does_everything_after_it_anew_under_new_keys() -> None:
    case = begin(TWO)
    case.give("task", "look", by="sam", outcome="fine")
    first = case.open_tasks[0].id
    line = operate(case, "reopen", "look", reason="the figures have changed")
    assert line.before["look"] == {"status": "done", "by": "sam", "outcome": "fine"}
    assert line.after == {"reopened": "look", "round": 2, "reason": "the figures have changed"}
    assert waiting(case) == ["look"]
    case.give("task", "look", by="sam", outcome="fine")
    assert keys(case) == ["hello:send", "again:send", "again~1:send"]
    assert case.open_tasks[0].id != first


def test_sending_back_is_refused_inside_a_block_that_has_finished() -> None:
    case = begin("""
steps:
  - id: rounds
    type: repeat
    max_times: 2
    until: steps.look.outcome == "fine"
    steps: [{ id: look, type: task, title: Look, assignee: sam, outcomes: [fine, wrong], timeout: never }]
  - { id: last, type: task, title: One more look, assignee: helen, timeout: never }
""")
    case.give("task", "look", by="sam", outcome="wrong")
    case.give("operator", "rounds/1/look", "reopen", by="sam")
    assert "earlier round of `rounds`" in said(case)[-1]
    case.give("task", "look", by="sam", outcome="fine")
    case.give("operator", "look", "reopen", by="sam")
    assert "reopen that one" in said(case)[-1]
    operate(case, "reopen", "rounds")
    assert waiting(case) == ["look"]


def test_sending_back_a_branch_leaves_the_other_branches_alone() -> None:
    case = begin("""
steps:
  - id: both
    type: parallel
    branches:
      - { id: left, steps: [{ id: one, type: task, title: One, assignee: sam, timeout: never }] }
      - { id: right, steps: [{ id: two, type: task, title: Two, assignee: sam, timeout: never }] }
""")
    case.give("task", "one", by="sam")
    operate(case, "reopen", "one")
    assert waiting(case) == ["two", "one"]


def test_a_retry_after_the_time_ran_out_sends_the_escalations_of_the_new_wait() -> None:
    case = begin(FAILS)
    case.advance_to(START + timedelta(days=3))
    operate(case, "retry", "ask")
    case.advance_to(START + timedelta(days=4, hours=1))
    assert keys(case) == ["ask:send", "ask/escalate1/warn:send", "ask:send#1", "ask/escalate1/warn~1:send"]


def test_a_task_goes_to_somebody_else_and_they_get_its_message() -> None:
    case = begin("""
steps:
  - { id: look, type: task, title: Look, assignee: sam, send: { template: hello }, timeout: never }
""")
    line = operate(case, "reassign", "look", assignee="helen")
    assert (line.before, line.after) == ({"assignee": "sam"}, {"assignee": "helen"})
    assert [t.assignee for t in case.open_tasks] == ["helen"]
    assert [e.payload["to"] for e in case.effects] == ["sam@northwind.example", "helen@northwind.example"]
    assert case.turned.view.waits[0].waiting_for == "helen"


def test_an_added_task_does_not_hold_up_the_case() -> None:
    case = begin(TWO)
    operate(case, "add_task", title="Call Ann", assignee="sam")
    assert [t.title for t in case.open_tasks] == ["Look at it", "Call Ann"]
    case.give("task", "look", by="sam", outcome="fine")
    case.give("task", "last", by="helen")
    assert case.state.outcome == "completed"
    assert case.open_tasks == []


def test_an_added_task_holds_up_the_end_if_that_was_asked_for() -> None:
    case = begin(MAIL.replace("steps:", "steps:\n  - { id: wait, type: wait, duration: 1 day }"))
    operate(case, "add_task", title="Call Ann", assignee="sam", blocking=True)
    case.advance_to(START + timedelta(days=2))
    assert case.sent == ["hello"]
    assert case.state.outcome == ""
    case.give("task", "added/1", by="sam", comment="She is happy")
    assert case.state.outcome == "completed"
    assert "Call Ann: done by sam" in said(case)


def test_while_paused_nothing_goes_out_and_arrivals_are_kept() -> None:
    case = begin(ASK)
    operate(case, "pause", timeouts="keep", reason="Ann is ill")
    assert (case.turned.view.health, case.turned.view.why) == ("paused", "paused by sam: Ann is ill")
    case.advance_to(START + timedelta(days=5))
    case.give("answer", "ask", answers={})
    assert (case.sent, waiting(case)) == (["hello"], ["ask"])
    operate(case, "resume")
    assert waiting(case) == ["look"]


def test_kept_timeouts_fire_when_the_case_is_resumed() -> None:
    case = begin(ASK)
    operate(case, "pause", timeouts="keep")
    case.now = START + timedelta(days=10)
    operate(case, "resume")
    assert case.state.steps["ask"].status == "timed_out"


def test_frozen_timeouts_move_by_the_length_of_the_pause() -> None:
    case = begin(ASK)
    moments = [m.at for m in _moments(case)]
    operate(case, "pause", timeouts="freeze")
    case.now = START + timedelta(days=10)
    operate(case, "resume")
    assert [m.at for m in _moments(case)] == [at + timedelta(days=10) for at in moments]
    assert case.sent == ["hello"]


def _moments(case: Simulation) -> list[Any]:
    armed = case.state.steps["ask"].armed
    assert armed
    return armed.moments


def test_what_is_still_tried_is_called_off_by_a_pause_and_asked_for_again() -> None:
    answers = iter([None, 1])

    def respond(plan: Plan, effect: Effect) -> Answer:
        return pretend(plan, effect) if next(answers, 1) else Later()

    case = begin(MAIL, respond=respond)
    assert len(case.turned.pending) == 1
    operate(case, "pause")
    assert case.turned.pending == {}
    operate(case, "resume")
    assert keys(case) == ["hello:send", "hello:send"]
    assert case.state.outcome == "completed"


def test_a_stop_says_why() -> None:
    case = begin(ASK)
    line = operate(case, "stop", reason="the client has gone")
    assert line.text == "Stopped by sam: the client has gone"
    assert (line.before, line.after) == (
        {"status": "open", "at": ["ask"]},
        {"outcome": "stopped", "reason": "the client has gone"},
    )


STARTS = """
  start_date: { type: date, changeable: true }
steps:
  - id: order
    type: task
    title: Order a laptop
    assignee: sam
    due: 2 days before ${ inputs.start_date }
    reminders: [{ after: "4 days before ${ inputs.start_date }" }, { after: 1 day }]
    timeout: ${ inputs.start_date }
    on_timeout: continue
  - id: welcome
    type: task
    title: Welcome
    assignee: helen
    start: 1 day before ${ inputs.start_date }
    timeout: never
"""


def test_editing_an_input_moves_the_dates_that_count_from_it_and_no_others() -> None:
    case = begin(STARTS, start_date=date(2026, 3, 20))
    line = operate(case, "edit", inputs={"start_date": date(2026, 3, 27)})
    assert (line.before, line.after) == ({"start_date": date(2026, 3, 20)}, {"start_date": date(2026, 3, 27)})
    assert "Order a laptop: time limit on 27 March 2026, 09:00 instead of 20 March 2026, 09:00" in said(case)
    armed = case.state.steps["order"].armed
    assert armed
    assert armed.due
    assert armed.due.date() == date(2026, 3, 25)
    assert [m.at.date().day for m in armed.moments] == [3, 23, 27]
    assert case.turned.view.tasks[0].due == armed.due


def test_a_date_that_is_past_after_an_edit_happens_at_once_and_that_is_said() -> None:
    case = begin(STARTS, start_date=date(2026, 3, 20))
    operate(case, "edit", inputs={"start_date": date(2026, 2, 20)})
    assert any("which is over, so it happens at once" in text for text in said(case))
    assert waiting(case) == ["welcome"]


def test_a_start_that_counts_from_an_input_moves_with_it() -> None:
    case = begin(STARTS, start_date=date(2026, 3, 20))
    case.give("task", "order", by="sam")
    assert case.turned.deadline
    assert case.turned.deadline.day == 19
    operate(case, "edit", inputs={"start_date": date(2026, 3, 27)})
    assert case.turned.deadline.day == 26
