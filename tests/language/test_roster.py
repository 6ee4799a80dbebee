"""people.yaml as it is now."""

import os
from datetime import date
from pathlib import Path

import pytest

from engine.language.resources import People
from engine.language.roster import roster_of
from engine.language.staff import identity, replaced_by, stand_in, teams

ANN = "users:\n  - { id: ann, name: Ann Lee, email: ann@acme.test }\n"
BEN = "  - { id: ben, name: Ben Roy, email: ben@acme.test }\n"
AWAY = "absences:\n  - { user: ann, from: 2026-06-01, to: 2026-06-15, substitute: ben }\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "definitions").mkdir()
    return tmp_path / "definitions" / "people.yaml"


def names(people: People | None) -> list[str]:
    return [user.id for user in people.users] if people else []


def write(file: Path, text: str, second: int) -> None:
    file.write_text(text)
    os.utime(file, (second, second))


def test_a_new_colleague_is_known_as_soon_as_the_file_says_so(file: Path) -> None:
    roster = roster_of(file.parent.parent)
    assert roster() is None
    write(file, ANN, 1)
    assert names(roster()) == ["ann"]
    write(file, ANN + BEN, 2)
    assert names(roster()) == ["ann", "ben"]


def test_the_file_is_read_once_while_it_stays_the_same(file: Path) -> None:
    write(file, ANN, 1)
    roster = roster_of(file.parent.parent)
    assert roster() is roster()


@pytest.mark.parametrize("broken", ["users: [", "users: []\ngroups:\n  - { id: sales, members: [bob] }\n"])
def test_a_file_with_mistakes_changes_nothing(file: Path, broken: str) -> None:
    write(file, ANN, 1)
    roster = roster_of(file.parent.parent)
    roster()
    write(file, broken, 2)
    assert names(roster()) == ["ann"]


def test_both_days_belong_to_an_absence(file: Path) -> None:
    write(file, ANN + BEN + AWAY, 1)
    people = roster_of(file.parent.parent)()
    assert people
    in_june = [stand_in(people, "ann", date(2026, 6, day)).user for day in (1, 15, 16)]
    assert in_june == ["ben", "ben", "ann"]
    assert stand_in(people, "ann", date(2026, 5, 31)).user == "ann"
    assert replaced_by(people, "ben", date(2026, 6, 15)) == ("ann",)


def test_a_person_is_meant_by_id_address_or_name(file: Path) -> None:
    write(file, ANN + "groups:\n  - { id: sales, members: [ann] }\n", 1)
    people = roster_of(file.parent.parent)()
    assert people
    assert [identity(people, who) for who in ("ann", "Ann@acme.test", "ann lee", "eve")] == ["ann", "ann", "ann", "eve"]
    assert teams(people, "ann") == ("sales",)
