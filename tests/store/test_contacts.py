"""People outside, and what they may not be sent."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.language.addresses import normal
from engine.language.restraint import CLASSES
from engine.store import contacts
from engine.store.correspondence import cases_with
from engine.store.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("written", "known_as"),
    [
        ("Ann.Lee@ACME.Test", "ann.lee@acme.test"),
        (" ann@acme.test. ", "ann@acme.test"),
        ("ann@MÜNCHEN.example", "ann@xn--mnchen-3ya.example"),
        ("ann+news@acme.test", "ann+news@acme.test"),
        ("Nonsense", "nonsense"),
        ("", ""),
    ],
)
def test_one_mailbox_is_one_text_however_it_is_written(written: str, known_as: str) -> None:
    assert normal(written) == known_as == normal(known_as)


def test_a_contact_is_made_once_and_learns_what_is_new(store: Store) -> None:
    store.write_now(lambda c: contacts.find_or_create(c, "Ann@Acme.test", "Ann", at=NOW))
    store.write_now(lambda c: contacts.find_or_create(c, "ann@acme.test", "", "de-CH", "Europe/Zurich", at=NOW + DAY))
    [ann] = store.read_now(contacts.listing)
    assert (ann.address, ann.name, ann.locale, ann.time_zone) == ("ann@acme.test", "Ann", "de-CH", "Europe/Zurich")
    assert (ann.created_at, ann.changed_at) == (NOW, NOW + DAY)


def test_what_a_person_wrote_down_is_not_changed_by_a_case(store: Store) -> None:
    store.write_now(lambda c: contacts.change(c, "ann@acme.test", "sam", NOW, name="Ann Lee"))
    store.write_now(lambda c: contacts.find_or_create(c, "ann@acme.test", "A. LEE", "en", at=NOW))
    ann = store.read_now(lambda c: contacts.get(c, "ann@acme.test"))
    assert ann is not None
    assert (ann.name, ann.locale, ann.by) == ("Ann Lee", "en", "sam")


def test_contacts_are_found_by_a_part_of_their_address_or_name(store: Store) -> None:
    for address, name in (("ann@acme.test", "Ann"), ("bob@100%.test", "Bob")):
        store.write_now(lambda c, a=address, n=name: contacts.find_or_create(c, a, n, at=NOW))
    found = [
        [one.name for one in store.read_now(lambda c, t=text: contacts.listing(c, t))] for text in ("ACME", "%", "bo")
    ]
    assert found == [["Ann"], ["Bob"], ["Bob"]]


def test_a_case_is_about_a_contact_once_however_often_that_is_said(store: Store) -> None:
    for case in ("b-2", "a-1", "a-1"):
        store.write_now(lambda c, case=case: contacts.about(c, "Ann@acme.test", case))
    assert store.read_now(lambda c: cases_with(c, "ann@acme.test")) == ("a-1", "b-2")


def test_what_is_switched_off_for_one_class_leaves_the_others(store: Store) -> None:
    assert store.write_now(lambda c: contacts.suppress(c, "Ann@acme.test", "marketing", "they said so", "", NOW))
    assert not store.write_now(lambda c: contacts.suppress(c, "ann@ACME.test", "marketing", "again", "", NOW))
    why = {k: store.read_now(lambda c, k=k: contacts.suppressed(c, "ann@acme.test", k)) for k in CLASSES}
    assert {k: bool(found) for k, found in why.items()} == {"transactional": False, "process": False, "marketing": True}
    assert why["marketing"] is not None
    assert (why["marketing"].reason, why["marketing"].since) == ("they said so", NOW)


def test_mails_that_are_owed_cannot_be_switched_off_by_themselves(store: Store) -> None:
    with pytest.raises(ValueError, match="transactional"):
        store.write_now(lambda c: contacts.suppress(c, "ann@acme.test", "transactional", "", "", NOW))


def test_what_came_back_for_good_stops_everything(store: Store) -> None:
    assert store.write_now(lambda c: contacts.bounced(c, "ann@acme.test", True, "550 no such user", NOW))
    found = store.read_now(lambda c: contacts.suppressed(c, "ann@acme.test", "transactional"))
    assert found is not None
    assert (found.code, "550 no such user" in found.reason) == ("bounced", True)


def test_what_came_back_for_now_counts_within_two_weeks(store: Store) -> None:
    def back(day: int) -> bool:
        return store.write_now(lambda c: contacts.bounced(c, "ann@acme.test", False, "mailbox full", NOW + day * DAY))

    assert [back(day) for day in (0, 1, 2, 3)] == [False] * 4
    assert [back(day) for day in (20, 21, 22, 23)] == [False] * 4
    assert back(24)


def test_a_complaint_leaves_only_what_is_owed(store: Store) -> None:
    assert store.write_now(lambda c: contacts.complained(c, "ann@acme.test", "", NOW))
    found = [k for k in CLASSES if store.read_now(lambda c, k=k: contacts.suppressed(c, "ann@acme.test", k))]
    assert found == ["process", "marketing"]


def test_each_reason_goes_by_itself(store: Store) -> None:
    store.write_now(lambda c: contacts.suppress(c, "ann@acme.test", "all", "a quarrel", "sam", NOW))
    store.write_now(lambda c: contacts.bounced(c, "ann@acme.test", True, "550", NOW + DAY))
    [gone] = store.write_now(lambda c: contacts.release(c, "ann@acme.test", codes=["bounced"]))
    assert gone.code == "bounced"
    assert [s.code for s in store.read_now(lambda c: contacts.suppressions_of(c, "ann@acme.test"))] == ["blocked"]
    assert store.read_now(lambda c: contacts.bounces_of(c, "ann@acme.test")) == ()
    assert len(store.write_now(lambda c: contacts.release(c, "ann@acme.test"))) == 1
