"""No machine counts as a person, and no person as a machine."""

import pytest

from engine.gateways.parsing.reading import read
from tests.mail.post import raw
from tests.mail.robots import PEOPLE, ROBOTS, Case


def sort(fields: dict[str, str]) -> str:
    return read(raw(**fields), "", False).automatic


@pytest.mark.parametrize("robot", ROBOTS, ids=[name for name, _ in ROBOTS])
def test_a_mail_that_no_person_wrote_is_automatic(robot: Case) -> None:
    assert sort(robot[1])


@pytest.mark.parametrize("person", PEOPLE, ids=[name for name, _ in PEOPLE])
def test_a_mail_of_a_person_is_not(person: Case) -> None:
    assert sort(person[1]) == ""


def test_there_are_enough_of_them_to_mean_something() -> None:
    assert len(ROBOTS) >= 60
    assert len(PEOPLE) >= 20


def test_an_empty_envelope_sender_tells_of_a_machine() -> None:
    assert read(raw(), "", True).automatic_by == "empty envelope sender"
