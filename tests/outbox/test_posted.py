"""An effect that waits in the outbox, as a case sees it."""

from datetime import timedelta

from engine.language.plan import Plan
from engine.runtime.beginning import first_state
from engine.runtime.effects import Answer, Effect, Later
from engine.runtime.events import Event
from engine.runtime.simulator import Simulation
from engine.runtime.state import State
from engine.runtime.turn import Done, Turn, turn
from tests.runtime.onboarding import START
from tests.runtime.small import small

BODY = "steps: [{ id: hello, type: email, to: '${ inputs.email }', subject: Hello, body: Hello }]\n"
ASKING = """
steps:
  - id: ask
    type: wait
    send: { to: "${ inputs.email }", subject: When?, body: Which day? }
    events: [{ id: reply, type: email }]
    reminders: [{ after: 2 days }]
    timeout: 9 days
    on_timeout: stop
"""
KEY = "case-1/hello:send"
WHY = "“Hello” to ann@acme.test is held until 12:00"


def posts(said: str = WHY) -> Answer:
    return Later(posted=True, said=said)


async def taken(plan: Plan, state: State, answer: Answer, *done: Done, event: Event | None = None) -> Turn:
    async def perform(plan: Plan, effect: Effect) -> Answer:
        return answer if effect.kind == "email" else {"to": [effect.payload["names"]]}

    return await turn(plan, State.load(state.dump()), START, perform, (event,) if event else (), done)


async def begun(answer: Answer) -> tuple[Plan, Turn]:
    plan = small(BODY)
    return plan, await taken(plan, first_state(plan, {"email": "ann@acme.test"}, "case-1", START), answer)


async def test_the_step_stays_open_and_says_why_until_the_outbox_tells_how_it_ended() -> None:
    plan, first = await begun(posts())
    assert first.pending[KEY]["posted"] is True
    assert WHY in [entry.text for entry in first.view.entries]
    assert first.view.waits[0].waiting_for == "its mail, which waits in the outbox"
    second = await taken(plan, first.state, posts(), Done(KEY, {"to": "ann@acme.test", "said": "sent"}))
    assert (second.state.outcome, second.pending) == ("completed", {})


async def test_an_attempt_of_its_own_may_end_in_the_outbox() -> None:
    plan, first = await begun(Later(attempted=1))
    assert "posted" not in first.pending[KEY]
    second = await taken(plan, first.state, posts(), Done(KEY, posted=WHY))
    assert (second.pending[KEY]["posted"], second.view.entries[-1].text) == (True, WHY)


async def test_news_of_a_mail_that_nobody_waits_for_any_more_changes_nothing() -> None:
    plan, first = await begun(posts())
    first.state.pending.clear()
    second = await taken(plan, first.state, posts(), Done(KEY, None, "unknown", "nobody knows"))
    assert second.pending[KEY]["posted"] is True
    assert second.view.incidents == ()


async def test_a_mail_that_was_given_up_is_an_incident_and_a_retry_is_another_mail() -> None:
    plan, first = await begun(posts())
    second = await taken(plan, first.state, posts(), Done(KEY, None, "smtp_550", "no such user"))
    assert second.view.incidents[0].message == "no such user"


async def test_a_case_that_waits_for_its_mail_can_be_forecast() -> None:
    plan, first = await begun(posts())
    ahead = Simulation(plan, first.state, START + timedelta(hours=1))
    assert ahead.state.outcome == "completed"


async def test_do_now_lets_the_mail_leave_before_anything_that_follows_it() -> None:
    plan = small(ASKING)
    first = await taken(plan, first_state(plan, {"email": "ann@acme.test"}, "case-1", START), posts())
    second = await taken(plan, first.state, posts(), event=now_("1"))
    assert [p["now"] for p in second.pending.values()] == ["sam"]
    third = await taken(plan, second.state, posts(), event=now_("2"))
    assert len(third.pending) == 2  # with the reminder


def now_(id_: str) -> Event:
    return Event(id_, "operator", START, "do_now", "ask", "sam")
