"""The simulator does what the durable engine does: slow effects after the turn, failing ones again and again."""

from datetime import timedelta

from engine.language.plan import Plan
from engine.runtime.effects import Answer, Effect
from engine.runtime.simulator import NotNow, pretend
from tests.runtime.onboarding import START
from tests.runtime.small import begin

SIDE = """
steps:
  - id: side
    type: parallel
    branches:
      - id: slow
        steps:
          - { id: paper, type: document, template: paper, fields: { client: Acme } }
          - { id: first, type: email, to: "${ inputs.email }", template: hello }
      - id: quick
        steps:
          - { id: second, type: email, to: "${ inputs.email }", template: again }
"""
MAIL = """
steps:
  - { id: mail, type: email, to: "${ inputs.email }", template: hello,
      retry: { max_attempts: 4, first_delay: 1 minute, max_delay: 90 seconds } }
"""


def test_a_slow_effect_holds_up_nobody_beside_it() -> None:
    case = begin(SIDE)
    assert [e.path for e in case.effects] == ["side/quick/second", "side/slow/paper", "side/slow/first"]


class Down:
    """A mail server that is not there for a while."""

    def __init__(self, end: timedelta) -> None:
        self.end = START + end
        self.asked: list[timedelta] = []

    def __call__(self, plan: Plan, effect: Effect) -> Answer:
        now = START + sum(self.pauses[: len(self.asked)], timedelta())
        self.asked.append(now - START)
        if now < self.end:
            raise NotNow("unreachable", "the server does not answer")
        return pretend(plan, effect)

    pauses = [timedelta(minutes=1), timedelta(minutes=1), timedelta(seconds=90)]


def test_what_fails_is_tried_again_after_its_pauses() -> None:
    case = begin(MAIL, respond=Down(timedelta(minutes=2)))
    assert case.happened == []
    case.advance_to(START + timedelta(hours=1))
    assert [h.at - START for h in case.happened] == [timedelta(minutes=2)]
    assert case.state.outcome == "completed"


def test_what_fails_too_often_is_an_incident() -> None:
    case = begin(MAIL, respond=Down(timedelta(days=1)))
    case.advance_to(START + timedelta(minutes=3, seconds=29))
    assert case.turned.view.incidents == ()
    case.advance_to(START + timedelta(minutes=3, seconds=30))
    assert [i.code for i in case.turned.view.incidents] == ["unreachable"]
