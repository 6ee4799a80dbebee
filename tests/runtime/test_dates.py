"""Steps that begin at a date, count in a calendar of their own, or happen because something did not."""

from datetime import date, datetime, timedelta

import pytest

from tests.runtime.onboarding import START
from tests.runtime.small import begin, said, waiting

OFFSET = """
  first_day: { type: date }
steps:
  - { id: desk, type: task, title: Prepare a desk, assignee: sam, start: "%s", timeout: never }
"""


@pytest.mark.parametrize(
    ("start", "at"),
    [
        ("4 days before ${ inputs.first_day }", "2026-04-03 08:00"),  # summer time: 09:00 in London
        ("4 business days before ${ inputs.first_day }", "2026-03-30 08:00"),  # Good Friday, Easter Monday
        ("1 week before ${ inputs.first_day } at 14:30", "2026-03-31 13:30"),
    ],
)
def test_a_step_begins_so_long_before_a_date_in_the_process_calendar(start: str, at: str) -> None:
    case = begin(OFFSET % start, first_day=date(2026, 4, 7))
    assert case.open_tasks == []
    assert case.turned.deadline
    assert f"{case.turned.deadline:%Y-%m-%d %H:%M}" == at
    case.advance()
    assert [task.title for task in case.open_tasks] == ["Prepare a desk"]


def test_a_date_that_is_over_begins_the_step_at_once_with_a_note() -> None:
    case = begin(OFFSET % "4 days before ${ inputs.first_day }", first_day=date(2026, 3, 3))
    assert [task.title for task in case.open_tasks] == ["Prepare a desk"]
    assert "Desk: its start (27 February 2026, 09:00) is over already, so it begins at once" in said(case)


def test_a_reminder_whose_date_is_over_goes_out_at_once_with_a_note() -> None:
    case = begin(
        """
  first_day: { type: date }
steps:
  - id: contract
    type: form
    form: check-in
    to: ${ inputs.email }
    send: { template: hello }
    reminders: [{ after: "6 days before ${ inputs.first_day }", template: again }]
    timeout: ${ inputs.first_day }
    on_timeout: continue
""",
        first_day=date(2026, 3, 5),
    )
    assert case.sent == ["hello", "again"]
    assert any("its reminder (27 February 2026, 09:00) is over already" in text for text in said(case))
    assert waiting(case) == ["contract"]


def test_what_is_not_signed_after_five_days_has_steps_of_its_own() -> None:
    body = """
steps:
  - id: sign
    type: form
    form: check-in
    to: ${ inputs.email }
    send: { template: hello }
    escalate:
      after: 5 days
      steps:
        - { id: warn, type: email, to: sam, template: again }
        - { id: chase, type: task, title: Call the client, assignee: sam, timeout: never }
    timeout: 30 days
    on_timeout: stop
"""
    silent = begin(body)
    silent.advance_to(START + timedelta(days=6))
    assert (silent.sent, [t.title for t in silent.open_tasks]) == (["hello", "again"], ["Call the client"])
    silent.give("answer", "sign", answers={})
    assert (silent.state.outcome, silent.open_tasks) == ("completed", [])
    prompt = begin(body)
    prompt.advance_to(START + timedelta(days=4))
    prompt.give("answer", "sign", answers={})
    assert prompt.sent == ["hello"]


def test_a_step_counts_in_its_own_calendar() -> None:
    body = """
steps:
  - { id: pause, type: wait, duration: 1 business day%s }
"""
    in_london = begin(body % "", at=datetime.fromisoformat("2026-04-02 12:00+01:00"))
    assert in_london.turned.deadline
    assert in_london.turned.deadline.date() == date(2026, 4, 7)  # Good Friday and Easter Monday are closed
    everywhere = begin(body % ", calendar: plain", at=datetime.fromisoformat("2026-04-02 12:00+01:00"))
    assert everywhere.turned.deadline
    assert everywhere.turned.deadline.date() == date(2026, 4, 3)
