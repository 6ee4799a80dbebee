"""The message itself: what goes over the wire, and what never does."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.gateways.mail import Attachment, Mail, message_id_for, wire
from engine.gateways.outcome import Refused
from tests.gateways.letters import a_mail

LINES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=300)


def read(mail: Mail) -> EmailMessage:
    return message_from_bytes(mail.to_bytes(), policy=modern)


def content(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_mail_says_that_a_machine_sent_it_and_has_a_text_and_an_html_part() -> None:
    message = read(a_mail(text="Hello Ann\n", html="<p>Hello Ann</p>\n"))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<abc123@northwind.test>"
    assert (message["From"], message["To"]) == ("Northwind Studio <hello@northwind.test>", "Ann <ann@acme.test>")
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert (content(message, "plain"), content(message, "html")) == ("Hello Ann\n", "<p>Hello Ann</p>\n")


@given(LINES, LINES.filter(str.strip), LINES)
def test_every_subject_name_and_text_arrives_as_it_was(subject: str, name: str, text: str) -> None:
    message = read(a_mail(subject=subject, to_name=name, text=f"{text}\n.\n{text}"))
    assert str(message["Subject"]).split() == subject.split()
    assert "".join(message["To"].addresses[0].display_name.split()) == "".join(name.split())
    assert content(message, "plain").splitlines() == f"{text}\n.\n{text}".splitlines()


@given(LINES, LINES, LINES)
def test_no_line_is_longer_than_a_server_must_take(subject: str, name: str, text: str) -> None:
    lines = a_mail(subject=subject, to_name=name, text=text).to_bytes().split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line for line in lines)


def test_attachments_arrive_with_their_names() -> None:
    mail = a_mail(attachments=(Attachment("Vertrag für Ünal.pdf", "application/pdf", b"%PDF" * 100),))
    (attachment,) = read(mail).iter_attachments()
    assert attachment.get_filename() == "Vertrag für Ünal.pdf"
    assert (attachment.get_content_type(), attachment.get_content()) == ("application/pdf", b"%PDF" * 100)


def test_copies_replies_and_further_headers_are_written() -> None:
    message = read(a_mail(cc=("a@b.test", "c@d.test"), reply_to="r@b.test", headers=(("X-Case", "onboarding-17"),)))
    assert (message["Cc"], message["Reply-To"], message["X-Case"]) == (
        "a@b.test, c@d.test",
        "r@b.test",
        "onboarding-17",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hello\r\nBcc: everybody@acme.test"},
        {"subject": "Hello\nthere"},
        {"subject": "Hello\u2028there"},
        {"to_name": "Ann\r\nBcc: everybody@acme.test"},
        {"sender_name": "Ann\n"},
        {"headers": (("X-Case", "1\r\nBcc: x@y.test"),)},
        {"headers": (("X Case:", "1"),)},
        {"message_id": "<a@b>\r\nX: y"},
        {"attachments": (Attachment("a\r\nb.pdf", "application/pdf", b""),)},
        {"attachments": (Attachment("a.pdf", "application/pdf\r\nX: y", b""),)},
        {"subject": "x" * 999},
    ],
)
def test_a_line_break_never_reaches_a_header(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as problem:
        a_mail(**changes)
    assert problem.value.code == "header"


NO_PARTS = ("ann", "@acme.test", "ann@", "ann@acme..test", "a@b@c.test", ".ann@acme.test", "ann@-acme.test")
NO_SIGNS = ("<ann@acme.test>", "ann@acme.test>", "ann@acme.test\x00", "ann\u2028@acme.test", "a b@acme.test")
NO_FORMS = ('"ann"@acme.test', "ann@[127.0.0.1]", "ann@acme.test\r\nRCPT TO:<x@y.test>", "x" * 65 + "@a.test")


@pytest.mark.parametrize("address", [*NO_PARTS, *NO_SIGNS, *NO_FORMS])
def test_what_is_no_address_is_refused_before_any_server_sees_it(address: str) -> None:
    for field in ("to", "sender", "reply_to", "cc"):
        with pytest.raises(Refused, match=f"`{field}`") as problem:
            a_mail(**{field: (address,) if field == "cc" else address})
        assert problem.value.code == "address"


def test_a_domain_beyond_ascii_goes_out_in_ascii() -> None:
    assert a_mail(to="ann@bücher.example").to == "ann@xn--bcher-kva.example"
    assert a_mail(to="ann@straße.example").to == "ann@xn--strae-oqa.example"


def test_the_message_id_of_an_effect_is_always_the_same_and_tells_nothing() -> None:
    first = message_id_for("onboarding-17/welcome:send", "northwind.test", b"ours")
    assert first == message_id_for("onboarding-17/welcome:send", "northwind.test", b"ours")
    assert first != message_id_for("onboarding-17/welcome:send", "northwind.test", b"theirs")
    assert "welcome" not in first
    assert read(a_mail(message_id=first))["Message-ID"] == f"<{first}>"


def test_a_long_address_in_a_header_stands_on_its_first_line() -> None:
    address = f"<https://baton.example.com/u/{'a' * 80}>"
    assert wire.header("List-Unsubscribe", address) == f"List-Unsubscribe: {address}\r\n"


def test_a_long_thread_is_folded_at_its_spaces_and_reads_as_it_was() -> None:
    ids = " ".join(f"<{n:040}@northwind.example>" for n in range(10))
    lines = wire.header("References", ids).split("\r\n")
    assert "".join(lines) == f"References: {ids}"
    assert all(line.strip() and len(line) <= 76 for line in lines[:-1])
