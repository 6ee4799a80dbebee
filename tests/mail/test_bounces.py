"""What comes back is known as what it is: for whom, for ever or only now, and about which mail of ours."""

import pytest

from engine.gateways.parsing import Letter
from engine.gateways.parsing.reading import read
from tests.mail.bounces import BOUNCES, COMPLAINTS, DELAYED, PEOPLE, Bounce
from tests.mail.post import raw


def said(fields: dict[str, str], body: str) -> Letter:
    return read(raw(body=body, **fields), "", False)


@pytest.mark.parametrize("bounce", BOUNCES, ids=[bounce.name for bounce in BOUNCES])
def test_a_bounce_says_for_whom_and_whether_for_ever(bounce: Bounce) -> None:
    letter = said(bounce.fields, bounce.body)
    assert letter.automatic == "bounce"
    (failure,) = letter.failures
    assert failure.address == ("ann@acme.test" if bounce.named else "")
    assert failure.hard == bounce.hard
    assert not failure.delayed
    assert failure.why
    assert letter.reported == "abc@northwind.example"


def test_there_are_enough_kinds_of_them() -> None:
    assert len(BOUNCES) >= 30


def test_a_mail_that_is_only_late_has_not_failed() -> None:
    (failure,) = said(DELAYED.fields, DELAYED.body).failures
    assert failure.delayed


@pytest.mark.parametrize(("name", "fields", "body"), COMPLAINTS, ids=[name for name, _, _ in COMPLAINTS])
def test_a_complaint_says_about_which_mail_it_is(name: str, fields: dict[str, str], body: str) -> None:
    letter = said(fields, body)
    assert letter.automatic == "complaint"
    assert letter.complaint is not None
    assert letter.complaint.address == ("" if name == "Hidden" else "ann@acme.test")
    assert letter.reported == "abc@northwind.example"


def test_the_report_that_a_mail_was_wanted_is_no_complaint() -> None:
    name, fields, body = COMPLAINTS[0]
    assert said(fields, body.replace("Feedback-Type: abuse", "Feedback-Type: not-spam")).complaint is None, name


@pytest.mark.parametrize(("name", "fields", "body"), PEOPLE, ids=[name for name, _, _ in PEOPLE])
def test_a_person_who_writes_about_bounces_has_not_bounced(name: str, fields: dict[str, str], body: str) -> None:
    letter = said(fields, body)
    assert (letter.failures, letter.automatic) == ((), ""), name
