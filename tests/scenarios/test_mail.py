"""Mail in a test: what counts as an answer, and who is written to at all."""

from pathlib import Path

from tests.scenarios.bench import misses

ASK = """
steps:
  - id: ask
    type: wait
    send: { subject: A question, body: Yes or no?, to: "${ inputs.email }" }
    events: [{ id: reply, type: email }]
    timeout: 10 days
    on_timeout: continue
  - { id: note, type: email, class: transactional, to: "${ inputs.email }", subject: A note, body: Thank you. }
"""


def test_a_reply_goes_to_the_step_whose_mail_it_answers(tmp_path: Path) -> None:
    test = """
tests:
  - title: the client answers
    script:
      - { reply: ask, text: Yes, subject: "Re: A question", attachments: [plan.pdf] }
    expect:
      outcome: completed
      values:
        steps.ask.event.text: Yes
        steps.ask.event.from: ${ inputs.email }
        steps.ask.event.attachments[0].name: plan.pdf
"""
    assert misses(tmp_path, ASK, test) == []


def test_a_machine_and_a_stranger_do_not_answer(tmp_path: Path) -> None:
    test = """
tests:
  - title: nobody answers
    script:
      - { reply: ask, text: I am away., automatic: true }
      - { reply: ask, text: Yes, from: other@else.example }
    expect: { waiting: [ask] }
"""
    assert misses(tmp_path, ASK, test) == []


def test_a_step_that_has_sent_nothing_cannot_be_answered(tmp_path: Path) -> None:
    test = """
tests:
  - title: too early
    script:
      - { reply: note, text: Yes }
"""
    (miss,) = misses(tmp_path, ASK, test)
    assert "`note` has sent no mail that could be answered" in miss[2]


def test_whoever_may_not_be_written_to_gets_only_what_is_owed(tmp_path: Path) -> None:
    test = """
tests:
  - title: unsubscribed
    suppressed: ["${ 'lee@acme.test' }"]
    inputs: { email: Lee@acme.test }
    script:
      - { advance: 10 days }
    expect: { suppressed: [A question], sent: [A note], status: { ask: timed_out } }
"""
    assert misses(tmp_path, ASK, test) == []


def test_a_mail_that_comes_back_is_told(tmp_path: Path) -> None:
    test = """
tests:
  - title: no such mailbox
    script:
      - { bounce: ask, reason: no such user }
    expect: { timeline: ["did not arrive: no such user"] }
"""
    assert misses(tmp_path, ASK, test) == []


OFFER = """
steps:
  - { id: offer, type: email, to: "${ inputs.email }", subject: An offer, body: It is cheap., approve: client-success }
"""


def test_somebody_agrees_to_a_mail_before_it_goes_out(tmp_path: Path) -> None:
    test = """
tests:
  - title: agreed
    script:
      - expect: { never_sent: [An offer], waiting: [offer_approval] }
      - { complete: offer_approval, outcome: approve, by: priya }
    expect: { outcome: completed, status: { offer: done } }
  - title: not agreed
    script:
      - { complete: offer_approval, outcome: reject, comment: Too cheap., by: priya }
    expect: { never_sent: [An offer], status: { offer: suppressed } }
"""
    assert misses(tmp_path, OFFER, test) == []


def test_the_timeline_shows_the_subject_as_its_reader_sees_it(tmp_path: Path) -> None:
    steps = """
steps:
  - { id: note, type: email, to: "${ inputs.email }", subject: "A note to ${ inputs.email }", body: Thank you. }
"""
    test = """
tests:
  - title: a note
    expect: { timeline: ["“A note to ann@acme.test” sent"] }
"""
    assert misses(tmp_path, steps, test) == []
