"""The outbox on the command line: what waits and why, changed, stopped, held and released."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.outgoing import Outgoing
from activities.packing import packed
from engine.gateways.mail import Mail
from engine.store import ledger, outbox
from engine.store.store import Store
from tests.cli.conftest import Baton

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
UNTIL = datetime(2099, 3, 2, 21, 0, tzinfo=UTC)


@pytest.fixture
def waiting(store: Store, case: str) -> str:
    """A mail of the case that is in its undo window."""
    return waits(store, case, "undo", "it can still be changed or stopped until then")


def waits(store: Store, case: str, code: str, reason: str) -> str:
    key = f"{case}/welcome:send"
    mail = Mail(to="ann@acme.test", sender="us@northwind.example", subject="Welcome", text="Hello Ann.",
                html="<p>Hello Ann.</p>", message_id="1@northwind.example")  # fmt: skip
    letter = outbox.Letter(key, case, "client-onboarding", "welcome", "process", "", mail.to, "Welcome", "1@n")

    def write(c: object) -> None:
        ledger.claim(c, key, case=case, path="welcome", purpose="send", kind="email", token="t", at=AT, in_data=True)  # type: ignore[arg-type]
        ledger.post(c, key, "t", AT)  # type: ignore[arg-type]
        kept = packed(Outgoing(mail, "client-onboarding"))
        outbox.wait(c, letter, "held", code, reason, UNTIL, AT, kept)  # type: ignore[arg-type]

    store.write_now(write)
    return key


def test_what_waits_is_listed_with_the_reason(baton: Baton, waiting: str) -> None:
    said = baton("outbox")
    assert "held until 2099-03-02 21:00: it can still be changed or stopped until then" in said.out
    assert [m["key"] for m in baton("outbox", "list", "--state", "held", "--json").json["mails"]] == [waiting]
    assert "Welcome" in baton("outbox", "list", "--to", "Ann@ACME.test").out
    assert baton("outbox", "list", "--to", "bob@acme.test").out == "No mails.\n"
    wrong = baton("outbox", "list", "--state", "lost")
    assert (wrong.code, "there is no state `lost`" in wrong.err) == (1, True)
    assert "there is no class `offers`" in baton("outbox", "list", "--class", "offers").err


def test_a_mail_that_waits_is_read_and_changed(baton: Baton, waiting: str, tmp_path: Path) -> None:
    assert "Hello Ann." in baton("outbox", "show", waiting).out
    (tmp_path / "text.md").write_text("Good {morning}, **Ann**.")
    body = str(tmp_path / "text.md")
    assert baton("outbox", "edit", "1", "--subject", "A warm welcome", "--body", body, "--by", "sam").code == 0
    found = baton("outbox", "show", "1", "--json").json
    assert (found["subject"], found["by"], "Good {morning}, Ann." in found["text"]) == ("A warm welcome", "sam", True)
    assert "<strong>Ann</strong>" in baton("outbox", "show", "1", "--html").out


def test_a_mail_that_is_stopped_is_told_to_its_case(baton: Baton, waiting: str) -> None:
    assert baton("outbox", "kill", "1", "--reason", "wrong person", "--by", "sam").code == 0
    found = baton("outbox", "show", "1")
    assert "State:   cancelled: stopped by sam: wrong person" in found.out
    assert "kept only while it waits" in found.out
    again = baton("outbox", "kill", "1", "--reason", "twice")
    assert (again.code, "it is cancelled" in again.err) == (1, True)
    assert "“Welcome” to ann@acme.test, cancelled" in baton("show", waiting.partition("/")[0]).out


def test_everything_of_a_class_that_waits_is_stopped_at_once(baton: Baton, waiting: str) -> None:
    stop = ("outbox", "kill", "--reason", "wrong price list", "--by", "sam")
    assert baton(*stop, "--class", "marketing", "--json").json == {"class": "marketing", "cancelled": 0}
    assert "1 mail will not leave" in baton(*stop, "--class", "process").out
    assert "cancelled: stopped by sam: wrong price list" in baton("outbox", "show", waiting).out
    assert "there is no class" in baton(*stop, "--class", "private").err.lower()
    assert (baton(*stop).code, baton(*stop, "1", "--class", "process").code) == (1, 1)


def test_a_hold_says_who_and_why_until_it_is_released(baton: Baton, workspace: Path) -> None:
    assert baton("hold", "--by", "sam").code == 0
    assert baton("hold", "--reason", "wrong price list", "--by", "sam").code == 0
    assert baton("hold", "--class", "marketing", "--by", "sam").code == 0
    said = baton("outbox").out
    assert "all sending is on hold" in said
    assert "by sam: wrong price list. Let it go: baton release\n" in said
    assert "Let it go: baton release --class marketing" in said
    assert "Sending is on hold: all, class marketing. See: baton outbox" in baton("status").out
    assert baton("release").code == 0
    again = baton("release")
    assert (again.code, "nothing of this is on hold" in again.err) == (1, True)
    assert baton("hold", "--class", "private").code == 1


def test_only_a_mail_that_somebody_has_to_agree_to_is_approved(baton: Baton, waiting: str) -> None:
    said = baton("outbox", "approve", "1")
    assert (said.code, "nobody has to agree to message 1" in said.err) == (1, True)
    assert baton("outbox", "show", "99").code == 1


def test_a_hold_of_a_sender_that_there_is_not_is_refused(baton: Baton, workspace: Path) -> None:
    said = baton("hold", "--sender", "survey")
    assert (said.code, "no sender `survey`; known are surveys" in said.err) == (1, True)
    assert baton("hold", "--sender", "surveys").code == 0


@pytest.mark.parametrize("command", ["outbox", "triage", "contact", "webhook", "mail", "schedule"])
def test_a_listing_is_json_without_a_command_too(baton: Baton, workspace: Path, command: str) -> None:
    assert baton(command, "--json").out == baton(command, "list", "--json").out
    assert baton(command, "--json").json is not None


def test_a_mail_that_a_rule_keeps_is_not_said_to_leave(baton: Baton, store: Store, case: str) -> None:
    waits(store, case, "quiet", "it is 23:00 where they are")
    assert "waits all the same while this holds: it is 23:00 where they are." in baton("outbox", "send", "1").out


def test_a_mail_that_may_leave_says_what_still_holds_it(baton: Baton, waiting: str) -> None:
    baton("hold", "--by", "sam")
    assert "It leaves when this ends: all sending is on hold" in baton("outbox", "send", "1").out
