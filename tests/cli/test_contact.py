"""`baton contact`: people outside, through the front door."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.gateways.caught import Delivery, keep, listing
from engine.runtime.view import CaseView, Entry
from engine.store import contacts, ledger, outbox
from engine.store.outbox import Letter
from engine.store.store import Store
from tests.cli.conftest import Baton, project

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANN = "ann@acme.test"


@pytest.fixture
def database(workspace: Path) -> Store:
    return Store.open(f"sqlite:///{workspace}/.baton/baton.db")


def letter(case: str, key: str, subject: str) -> Letter:
    return Letter(key, case, "client-onboarding", "welcome", "process", "", ANN, subject, f"{key}@x")


def test_a_case_makes_its_contact_and_the_list_shows_what_they_get(baton: Baton, case: str) -> None:
    assert baton("contact", "block", ANN, "--class", "marketing").code == 0
    listed = baton("contact").out
    assert ANN in listed
    assert "no marketing (blocked)" in listed
    assert baton("contact", "list", "nobody").out == "No contact holds `nobody`.\n"
    assert baton("contact", "list", "acme", "--json").json[0]["contact"]["name"] == "Ann"


def test_everything_that_was_ever_sent_to_somebody_is_shown(baton: Baton, case: str, database: Store) -> None:
    sent, stopped = letter(case, f"{case}/welcome:send", "Welcome"), letter(case, f"{case}/offer:send", "An offer")
    database.write_now(lambda c: outbox.sending(c, sent, AT))
    database.write_now(lambda c: outbox.end(c, sent, "sent", AT))
    database.write_now(lambda c: outbox.suppress(c, stopped, "unsubscribed", "they unsubscribed", AT))
    database.write_now(  # as an earlier release left it
        lambda c: ledger.claim(
            c, "old", case=case, path="old", purpose="send", kind="email", token="t", at=AT, recipient="Ann@acme.test"
        )
    )
    database.write_now(lambda c: contacts.bounced(c, ANN, False, "mailbox full", AT))
    said = baton("contact", "Ann@ACME.test")
    assert said.code == 0, said.err
    for words in ("Ann", "Welcome", "An offer", "they unsubscribed", "mailbox full", "Client onboarding for Acme"):
        assert words in said.out
    found = baton("contact", ANN, "--json").json
    assert [(m["subject"], m["state"]) for m in found["mails"]] == [
        ("Welcome", "sent"),
        ("An offer", "suppressed"),
        ("", "claimed"),
    ]
    assert [c["id"] for c in found["cases"]] == [case]


def test_what_was_blocked_is_said_with_who_and_why_and_is_taken_back(baton: Baton, case: str) -> None:
    baton("contact", "block", ANN, "--reason", "A quarrel", "--by", "sam")
    said = baton("contact", ANN).out
    assert "not sent: sam has blocked the address: A quarrel" in said
    assert baton("contact", "unblock", ANN).out == "Taken back: blocked.\n"
    assert baton("contact", "unblock", ANN).out == f"Nothing stood against {ANN}.\n"


def test_who_it_is_can_be_written_down(baton: Baton, workspace: Path) -> None:
    said = baton("contact", "set", ANN, "--name", "Ann Lee", "--locale", "de-CH", "--time-zone", "Europe/Zurich")
    assert said.out == f"{ANN}: Ann Lee, de-CH, Europe/Zurich\n"
    assert "Europe/Zurich" in baton("contact", ANN).out


def test_what_is_no_address_no_class_or_no_zone_is_named(baton: Baton, workspace: Path) -> None:
    for args, words in (
        (("block", "nobody"), "no email address"),
        (("block", ANN, "--class", "transactional"), "not `transactional`"),
        (("set", ANN, "--time-zone", "Mars/Olympus"), "no time zone"),
        (("set", ANN, "--locale", "d e"), "no language"),
        (("ghost@acme.test",), "nobody here has the address"),
    ):
        said = baton("contact", *args)
        assert (said.code, words in said.err) == (1, True), said


def test_somebody_is_forgotten_once_their_cases_have_ended(
    baton: Baton, case: str, workspace: Path, database: Store
) -> None:
    assert f"baton stop {case}" in baton("contact", "forget", ANN, "--yes").err
    ended = CaseView(case, 1, "ended", "ok", AT, outcome="stopped", entries=(Entry(1, AT, "", "sent", f"To {ANN}"),))
    project(database, ended)
    caught = workspace / ".baton" / "mail"
    keep(
        caught,
        [
            Delivery("us@x.test", (ANN,), b"To: ann@acme.test\r\n\r\nHi"),
            Delivery("us@x.test", ("bob@acme.test",), b"\r\n"),
        ],
        1,
    )
    said = baton("contact", "forget", ANN, "--yes")
    assert (said.code, "Forgotten. One case was" in said.out) == (0, True), said
    assert [mail.to for mail in listing(caught)] == ["bob@acme.test"]
    for path in workspace.glob(".baton/baton.db*"):
        assert ANN.encode() not in path.read_bytes(), path  # not in free pages, and not in the journal
    for args in (("status", case), ("show", case), ("status", "--ended"), ("forecast", case)):
        seen = baton(*args)
        assert seen.code == 0, (args, seen)
        assert "Ann" not in seen.out
    assert "Forgotten" in baton("contact", ANN).out


def test_forgetting_is_asked_for_twice_and_needs_somebody(baton: Baton, workspace: Path) -> None:
    said = baton("contact", "forget", "ghost@acme.test", "--yes")
    assert (said.code, "stands nowhere here" in said.err) == (1, True)
    said = baton("contact", "forget", "ghost@acme.test")
    assert (said.code, "say --yes" in said.err) == (1, True)
