"""Waits for several events, and steps that begin at a time."""

from datetime import UTC, date, datetime, timedelta

from tests.runtime.onboarding import START
from tests.runtime.small import begin, said, waiting

ALL = """
steps:
  - id: both
    type: wait
    wait_for: all
    events:
      - { id: money, type: manual, inputs: { amount: { type: number } } }
      - { id: goods, type: manual, inputs: { boxes: { type: number } } }
    timeout: 5 days
    on_timeout: continue
outputs: { amount: "${ steps.both.events.money.amount | default(0) }" }
"""


def test_each_of_the_events_must_come() -> None:
    case = begin(ALL)
    case.give("manual", "both", "money", amount=3)
    assert waiting(case) == ["both"]
    case.give("manual", "both", "goods", boxes=1)
    assert case.state.steps["both"].result["events"] == {"money": {"amount": 3}, "goods": {"boxes": 1}}
    assert case.state.outputs == {"amount": 3}


def test_the_same_event_again_does_not_stand_for_another() -> None:
    case = begin(ALL)
    case.give("manual", "both", "money", amount=3)
    case.give("manual", "both", "money", amount=4)
    assert waiting(case) == ["both"]
    case.give("manual", "both", "goods", boxes=1)
    assert case.state.outputs == {"amount": 3}


def test_what_had_come_when_the_time_ran_out_can_be_read() -> None:
    case = begin(ALL)
    case.give("manual", "both", "money", amount=3)
    case.advance_to(START + timedelta(days=6))
    assert case.state.steps["both"].status == "timed_out"
    assert case.state.steps["both"].result["events"] == {"money": {"amount": 3}}


COLLECT = """
steps:
  - id: gifts
    type: wait
    collect: (events | map("amount") | sum) >= 10
    events: [{ id: gift, type: manual, inputs: { amount: { type: number } } }]
    timeout: 5 days
    on_timeout: continue
outputs: { gifts: "${ steps.gifts.events | length }", first: "${ steps.gifts.events | map('amount') | first }" }
"""


def test_events_are_gathered_until_the_condition_holds() -> None:
    case = begin(COLLECT)
    for amount in (3, 4, 5):
        case.give("manual", "gifts", "gift", by="sam", amount=amount)
    assert case.state.outputs == {"gifts": 3, "first": 3}
    assert case.state.steps["gifts"].result["events"][0]["by"] == "sam"


def test_what_was_gathered_until_the_time_ran_out_is_there() -> None:
    case = begin(COLLECT)
    case.give("manual", "gifts", "gift", amount=3)
    case.advance_to(START + timedelta(days=6))
    assert (case.state.steps["gifts"].status, case.state.outputs["gifts"]) == ("timed_out", 1)


BACKWARDS = """
  first_day: { type: date }
steps:
  - id: laptop
    type: email
    start: 4 business days before ${ inputs.first_day } at 09:00
    to: ${ inputs.email }
    template: hello
  - id: badge
    type: task
    title: Badge
    assignee: sam
    start: 1 day before ${ inputs.first_day } at 08:00
    timeout: never
"""


def test_a_step_begins_so_long_before_a_date_in_the_calendar_of_the_process() -> None:
    case = begin(BACKWARDS, first_day=date(2026, 4, 8))  # Easter Monday is the 6th, Good Friday the 3rd
    assert case.turned.view.next_at == datetime(2026, 3, 31, 8, tzinfo=UTC)  # summer time
    assert waiting(case) == ["laptop"]
    case.advance()
    assert (case.sent, waiting(case)) == (["hello"], ["badge"])
    assert case.turned.view.next_at == datetime(2026, 4, 7, 7, tzinfo=UTC)
    case.advance()
    assert [t.title for t in case.open_tasks] == ["Badge"]


def test_a_time_that_is_past_holds_nothing_up() -> None:
    case = begin(BACKWARDS, first_day=date(2026, 1, 8))
    assert (case.sent, waiting(case)) == (["hello"], ["badge"])
    assert [t.title for t in case.open_tasks] == ["Badge"]


def test_an_operator_may_begin_a_step_before_its_time() -> None:
    case = begin(BACKWARDS, first_day=date(2026, 4, 8))
    case.give("operator", "laptop", "do_now", by="sam")
    assert case.sent == ["hello"]
    assert "Laptop: do now by sam" in said(case)


def test_people_see_what_a_step_that_has_not_begun_waits_for() -> None:
    case = begin(BACKWARDS, first_day=date(2026, 4, 8))
    (wait,) = case.turned.view.waits
    assert (wait.title, wait.status, wait.waiting_for) == ("Laptop", "waiting", "its time to begin")
