"""A process told in plain sentences. `client-onboarding.txt` was read by eye: change it only after reading it."""

from pathlib import Path

import pytest

from activities import STEP_TYPES
from engine.language.wording import condition, moment, person, within
from engine.preview.retelling import retell, steps_in
from engine.preview.writing import as_text
from engine.runtime.step import Step
from tests.cli.conftest import Baton
from tests.runtime.onboarding import CHECKOUT, plan
from tests.runtime.small import small

GOLDEN = Path(__file__).parent / "golden"


def told(body: str) -> str:
    return " ".join(as_text(retell(small(body))).split())


def test_the_example_reads_as_a_colleague_would_tell_it() -> None:
    assert as_text(retell(plan())) == (GOLDEN / "client-onboarding.txt").read_text()


@pytest.mark.parametrize("name", sorted(STEP_TYPES))
def test_every_type_of_step_has_its_own_sentence(name: str) -> None:
    assert STEP_TYPES[name].sentence is not Step.sentence


def test_every_sentence_is_one() -> None:
    for step in steps_in(plan().process.steps):
        assert step.sentence()[0].isupper()
        assert step.sentence().endswith(".")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('steps.review.outcome == "reject"', "“Review” ended with “reject”"),
        ('(steps.a.outcome | default("ok")) == "ok"', "“A” ended with “ok” or was left out"),
        ("inputs.deal_value.amount >= 50000", "the deal value is at least 50,000"),
        ("not steps.terms.needs_legal", "“needs legal” in “Terms” is no"),
        ('inputs.kind in ["a", "b"] and (inputs.x or inputs.y)',
         "the kind is one of “a” or “b” and (the x is yes or the y is yes)"),
        ('steps.a.status == "done" and steps.b.status != "skipped"',
         "“A” is done and it is not so that “B” was left out"),
        ("steps.x.results | length > 3", "the number of the results of “X” is above 3"),
        ('"?" in steps.x.answers.remarks', "“remarks” in “X” contains “?”"),
        ('steps.x.answers.question != ""', "“question” in “X” is filled in"),
    ],
)  # fmt: skip
def test_conditions_are_said_in_words(written: str, said: str) -> None:
    assert condition(written) == said


def test_times_and_people_are_said_in_words() -> None:
    assert (moment("2 business days"), moment("PT4H")) == ("after 2 business days", "after 4 hours")
    assert within("1 day before ${ inputs.start }") == "by 1 day before the start"
    assert (person("${ inputs.email }"), person("${ item.email }")) == ("the email address", "the item's email address")


def test_a_title_has_one_article_and_a_capital() -> None:
    said = told(
        "steps:\n  - { id: a, type: stop, outcome: over, title: '${ inputs.email } is the ${ inputs.email }' }\n"
    )
    assert "1. The email is the email" in said


def test_reminders_and_people_are_called_as_one_calls_them() -> None:
    said = told("""
steps:
  - id: a
    type: task
    title: A
    assignee: sam
    reminders: [{ every: 1 hour, max_times: 2 }]
    escalate: { after: 1 day, to: helen }
    timeout: never
""")
    assert "Sam Whitfield has this to do. Without an answer a reminder goes out every hour, twice at most." in said
    assert "Helen Osei is told by mail." in said


def test_every_shipped_process_is_retold() -> None:
    for file in (CHECKOUT / "definitions" / "processes").glob("*.yaml"):
        said = as_text(retell(plan(file.stem)))
        assert "${" not in said, file
        assert "not nobody" not in said, file


def test_a_block_of_several_steps_is_told_below_its_step() -> None:
    said = told("""
steps:
  - id: ask
    type: task
    assignee: sam
    title: Ask
    timeout: 2 days
    on_timeout:
      - { id: again, type: email, to: "${ inputs.email }", template: again }
      - { id: over, type: stop, outcome: gone }
""")
    assert "If it is still open after 2 days, the steps below follow. When time runs out: 1.1. Again" in said
    assert "“gone”, in step 1.2." in said


def test_a_process_is_retold_by_name_and_by_file(baton: Baton, workspace: Path) -> None:
    by_name = baton("explain-process", "client-onboarding")
    file = workspace / "definitions" / "processes" / "client-onboarding.yaml"
    assert by_name.out == baton("explain-process", str(file)).out
    assert "12. 30-day check-in" in by_name.out


def test_a_retelling_is_markdown_or_json(baton: Baton, workspace: Path) -> None:
    assert "## How it can end" in baton("explain-process", "client-onboarding", "--markdown").out
    told = baton("explain-process", "client-onboarding", "--json").json
    assert told["sections"][0]["title"] == "How it starts"


def test_a_process_with_mistakes_says_them_first(baton: Baton, workspace: Path) -> None:
    file = workspace / "definitions" / "processes" / "kyc-check.yaml"
    file.write_text(file.read_text() + "nonsense: true\n")
    said = baton("explain-process", str(file))
    assert said.code == 1
    assert "nonsense" in said.err


def test_a_process_that_is_not_there_is_the_users_problem(baton: Baton, workspace: Path) -> None:
    assert baton("explain-process", "nothing").code == 1
    assert baton("explain-process", "nothing.yaml").err == "baton: there is no file nothing.yaml\n"


def test_mail_is_told_as_people_speak_of_it() -> None:
    body = """
triggers:
  - { id: start, type: email, mailbox: support, automatic: true, inputs: { email: "${ event.from }" } }
steps:
  - id: offer
    type: email
    to: ${ inputs.email }
    subject: An offer
    body: It is cheap.
    class: marketing
    sender: surveys
    approve: client-success
    hours: office
    on_suppressed: stop
  - id: survey
    type: form
    form: client-survey
    answer_by_reply: remarks
    to: ${ inputs.email }
    timeout: never
    reminders: [{ every: 5 days, max_times: 2 }]
handlers:
  - id: anything
    when: { type: email }
    steps: [{ id: read_it, type: task, title: Read it, assignee: sam, timeout: never }]
  - id: back
    when: { type: bounce }
    steps: [{ id: look, type: task, title: Look, assignee: sam, timeout: never }]
"""
    said = told(body)
    for sentence in (
        "It starts when a mail to the mailbox “support” comes, also one that a machine has written.",
        "It goes out only when Client success has read it and agrees.",
        "It goes out while the office is open.",
        "It is sent from the account “surveys”.",
        "If the reader may not be written to, the case ends.",
        "Who simply replies to the mail has answered “remarks”.",
        "When an answer comes by mail that no step waits for, this happens beside it:",
        "When one of our mails comes back, this happens beside it:",
    ):
        assert sentence in said
