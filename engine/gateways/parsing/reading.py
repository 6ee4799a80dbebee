"""From the bytes of a mail to what it says. Runs in the limited process, and never outside of it."""

from email.parser import BytesParser

from engine.gateways.parsing import reports
from engine.gateways.parsing.authentication import authenticated
from engine.gateways.parsing.automatic import automatic
from engine.gateways.parsing.bodies import Body, Part
from engine.gateways.parsing.headers import Fields, Loose
from engine.gateways.parsing.letter import Automatic, Complaint, Failure, Letter, Unreadable
from engine.gateways.parsing.quotation import newly_written

LONGEST_SUBJECT = 500
MOST_IDS = 100


def read(raw: bytes, authserv: str, null_sender: bool) -> Letter:
    """What the mail says. `authserv` names the server whose Authentication-Results count; `null_sender`: its envelope
    had no sender. Raises Unreadable for what is no mail."""
    mail = _parsed(raw)
    fields = Fields(mail)
    if not fields.has("from", "to", "subject", "date", "message-id", "received", "return-path", "content-type"):
        raise Unreadable("broken", "It has none of the header fields that a mail has.")
    sender, name = fields.sender()
    null_sender = null_sender or fields.first("return-path").replace(" ", "") == "<>"
    body = Body(mail)
    full_text = body.text()
    complaint = reports.complaint(mail)
    failures = () if complaint else reports.failures(mail, fields, sender, null_sender)
    about, about_to = reports.reported(mail) if complaint or failures else ("", ())
    sort, by = _sort(fields, sender, null_sender, failures, complaint)
    return Letter(
        sender=sender,
        sender_name=name,
        to=fields.addresses("delivered-to", "x-original-to", "envelope-to", "to", "cc")[:MOST_IDS],
        subject=fields.text("subject")[:LONGEST_SUBJECT],
        text=newly_written(full_text),
        full_text=full_text,
        date=fields.date(),
        message_id=next(iter(fields.ids("message-id")), ""),
        answered=_answered(fields),
        authenticated=authenticated(fields, authserv, sender),
        automatic=sort,
        automatic_by=by[:100],
        failures=failures,
        complaint=complaint,
        reported=about,
        reported_to=about_to[:MOST_IDS],
        attachments=tuple(body.files.kept),
        left_out=tuple(body.files.left_out[:20]),
    )


def _parsed(raw: bytes) -> Part:
    return BytesParser(policy=Loose()).parsebytes(raw)


def _answered(fields: Fields) -> tuple[str, ...]:
    """The mails that it answers, the nearest first."""
    found = (*fields.ids("in-reply-to"), *reversed(fields.ids("references")))
    return tuple(dict.fromkeys(found))[:MOST_IDS]


def _sort(
    fields: Fields, sender: str, null_sender: bool, failures: tuple[Failure, ...], complaint: Complaint | None
) -> tuple[Automatic, str]:
    if complaint:
        return "complaint", f"feedback report: {complaint.kind}"
    if failures:
        return "bounce", "delivery status"
    return automatic(fields, sender, null_sender)
