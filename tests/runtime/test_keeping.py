"""How long an event is kept that comes before its step."""

from datetime import timedelta

import pytest

from tests.runtime.onboarding import START
from tests.runtime.small import begin, said, waiting

EARLY = """
%s
steps:
  - { id: pause, type: wait, duration: 20 days }
  - id: paid
    type: wait
    timeout: never
    events:
      - id: paid
        type: webhook
        connection: crm
        event: deal.updated
        match: { contact.email: "${ inputs.email }" }
        %s
"""


@pytest.mark.parametrize(
    ("process", "event", "is_taken"),
    [
        ("", "", True),
        ("keep: 10 days", "", False),
        ("", "keep: 10 days", False),
        ("keep: 1 day", "keep: 25 days", True),
    ],
)
def test_an_early_event_is_kept_as_long_as_is_said(process: str, event: str, is_taken: bool) -> None:
    case = begin(EARLY % (process, event))
    case.give("webhook", name="crm/deal.updated", contact={"email": "ann@acme.test"})
    case.advance_to(START + timedelta(days=21))
    assert waiting(case) == ([] if is_taken else ["paid"])
    assert any("Nobody has taken it in time" in text for text in said(case)) is not is_taken


def test_thirty_days_are_the_rule() -> None:
    case = begin((EARLY % ("", "")).replace("20 days", "31 days"))
    case.give("webhook", name="crm/deal.updated", contact={"email": "ann@acme.test"})
    case.advance_to(START + timedelta(days=40))
    assert waiting(case) == ["paid"]


def test_what_came_during_a_long_pause_is_taken_when_the_case_goes_on() -> None:
    case = begin((EARLY % ("keep: 2 days", "")).replace("20 days", "1 hour"))
    case.advance_to(START + timedelta(days=1))
    case.give("operator", name="pause", by="sam", timeouts="keep")
    case.give("webhook", name="crm/deal.updated", contact={"email": "ann@acme.test"})
    case.now = START + timedelta(days=60)
    case.give("operator", name="resume", by="sam")
    assert case.state.outcome == "completed"
