"""`baton triage` and `baton mail reply`."""

from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from cli.office import ask
from engine.gateways.caught import Delivery, keep
from engine.store import inbox, mails, triage
from engine.store.rows import Arrival
from engine.store.triage import Waiting
from tests.cli.conftest import Baton

DATA = (
    '{"from":"ann@acme.test","from_name":"Ann","to":"office@n.test","subject":"Hello","text":"Hi","full_text":"Hi",'
    '"attachments":[],"thread":""}'
)


@pytest.fixture
def mail(workspace: Path) -> str:
    """A mail that waits."""
    return waits(workspace, b"Subject: Hello\r\n\r\nHi \x1b]0;owned\x07\x9b", "stranger")


def waits(workspace: Path, raw: bytes, reason: str) -> str:
    now = datetime.now(UTC)

    async def kept(desk):  # type: ignore[no-untyped-def]
        incoming = mails.Incoming("office", "1", raw, now)
        await desk.store.write(lambda c: mails.keep(c, incoming))
        (row,) = await desk.store.read(mails.new)
        arrival = Arrival(row.id, "mail", row.id, "email", "mail/office", "", "", "ann@acme.test", DATA, now)
        await desk.store.write(lambda c: mails.settle(c, row.id, "read"))
        await desk.store.write(lambda c: inbox.accept(c, arrival))
        await desk.store.write(lambda c: inbox.routed(c, row.id, "triage"))
        await desk.store.write(lambda c: triage.waits(c, row.id, Waiting(reason), now))
        return row.id

    return ask(workspace, kept)


def test_waiting_mail_is_listed_shown_and_put_aside(baton: Baton, mail: str) -> None:
    listed = baton("triage")
    assert "ann@acme.test" in listed.out
    assert "an address that the case has not written to" in listed.out
    assert baton("triage", "list", "--json").json[0]["reason"] == "stranger"
    shown = baton("triage", "show", mail[:10]).out
    assert shown.splitlines()[-1] == "Hi"
    assert f"You may: baton triage attach {mail[:13]} CASE" in shown
    as_it_came = baton("triage", "show", mail, "--raw").out
    assert "Subject: Hello" in as_it_came
    assert not set(as_it_came) & set("\x1b\x07\x9b")  # it must not speak to the terminal
    refused = baton("triage", "attach", mail, "nothing-there", "--by", "sam")
    assert (refused.code, "there is no case" in refused.err) == (1, True)
    assert baton("triage", "dismiss", mail, "--reason", "advertising", "--by", "sam").code == 0
    assert baton("triage").out == "No mail waits.\n"
    assert "dismissed by sam: advertising" in baton("triage", "show", mail[:10]).out
    assert "already" in baton("triage", "dismiss", mail, "--reason", "again", "--by", "sam").err


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (
            b"Authentication-Results: mx.other.test;\r\n\tdmarc=pass",
            "Authentication-Results: mx.other.test; dmarc=pass",
        ),
        (b"X: y\r\n\r\nAuthentication-Results: mine", "no Authentication-Results in it"),
    ],
)
def test_who_is_not_confirmed_is_shown_with_what_a_server_wrote(
    baton: Baton, workspace: Path, head: bytes, said: str
) -> None:
    mail = waits(workspace, head + b"\r\nSubject: Hello\r\n\r\nHi", "unauthenticated")
    assert f"Header:  {said}\n" in baton("triage", "show", mail).out


def test_a_case_begins_with_a_waiting_mail(baton: Baton, mail: str) -> None:
    missing = baton("triage", "start", mail, "client-onboarding", "--by", "sam")
    assert (missing.code, "company" in missing.err) == (1, True)
    given = ["company=Acme", "contact=Ann", "email=ann@acme.test", "account_manager=sam", "deal_value=1 GBP"]
    options = [word for one in given for word in ("-i", one)]
    started = baton("triage", "start", mail, "client-onboarding", *options, "--by", "sam", "--json")
    assert started.json["case"].startswith("client-onboarding-")


def test_a_caught_mail_is_answered_as_its_reader_would(baton: Baton, workspace: Path) -> None:
    head = b"From: N <r@n.example>\r\nTo: ann@acme.test\r\nSubject: How many?\r\nMessage-ID: <q@n.test>\r\n\r\n"
    keep(workspace / ".baton" / "mail", [Delivery("r@n.example", ("ann@acme.test",), head + b"Seats?\r\n")], 1)
    nowhere = baton("mail", "reply", "1", "--text", "Twelve.", "--from", "ann@acme.test")
    assert (nowhere.code, "no mailbox" in nowhere.err) == (1, True)
    boxes = "mailboxes:\n  replies:\n    type: smtp\n    address: r@n.example\n    listen: 127.0.0.1:2525\n"
    (workspace / "definitions" / "connections.yaml").write_text(boxes)
    said = baton("mail", "reply", "1", "--text", "Twelve.", "--json")
    assert said.json == {"mailbox": "replies", "from": "ann@acme.test", "to": "r@n.example"}
    (row,) = ask(workspace, lambda desk: desk.store.read(mails.new))
    answer = message_from_bytes(row.raw)
    assert (answer["In-Reply-To"], answer["Subject"]) == ("<q@n.test>", "Re: How many?")
    assert str(answer.get_payload()).startswith("Twelve.")
