"""Mails that came back, in the words of more than thirty kinds of servers. Each names ann@acme.test, who was written
to by replies@northwind.example in the mail <abc@northwind.example>."""

# ruff: noqa: E501 - words as servers write them

from typing import NamedTuple

ORIGINAL = """\
Message-ID: <abc@northwind.example>
From: Northwind <replies@northwind.example>
To: ann@acme.test
Subject: A few questions

How many seats do you need?
"""
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.acme.test>"


class Bounce(NamedTuple):
    """`hard`: the address is no good. `named`: whether the bounce says for whom it is."""

    name: str
    fields: dict[str, str]
    body: str
    hard: bool
    named: bool = True


def dsn(
    name: str,
    status: str,
    said: str,
    hard: bool = True,
    recipient: str = "Final-Recipient: rfc822; ann@acme.test",
    action: str = "failed",
    words: str = "This is the mail system. Your message could not be delivered.",
    sender: str = DAEMON,
    subject: str = "Undelivered Mail Returned to Sender",
    returned: str = "message/rfc822",
) -> Bounce:
    """A report by RFC 3464."""
    diagnostic = f"Diagnostic-Code: {said}\n" if said else ""
    body = (
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{words}\n\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.acme.test\nArrival-Date: Mon, 2 Mar 2026 10:00:00 +0000\n\n"
        f"{recipient}\nAction: {action}\nStatus: {status}\n{diagnostic}\n--b\nContent-Type: {returned}\n\n{ORIGINAL}\n--b--\n"
    )
    fields = {"From": sender, "Subject": subject, "Return_Path": "<>"}
    return Bounce(
        name, {**fields, "Content_Type": 'multipart/report; report-type=delivery-status; boundary="b"'}, body, hard
    )


def plain(
    name: str,
    body: str,
    hard: bool = True,
    sender: str = DAEMON,
    subject: str = "failure notice",
    named: bool = True,
    **more: str,
) -> Bounce:
    """A report of before, in words only."""
    return Bounce(name, {"From": sender, "Subject": subject, "Return_Path": "<>", **more}, body, hard, named)


BOUNCES = (
    dsn("Postfix, unknown user", "5.1.1", "smtp; 550 5.1.1 <ann@acme.test>: Recipient address rejected: User unknown in local recipient table"),
    dsn("Postfix, mailbox full", "5.2.2", "smtp; 552 5.2.2 <ann@acme.test>: Quota exceeded (mailbox for user is full)", hard=False),
    dsn("Postfix, host not found", "5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=acme.test type=AAAA: Host not found"),
    dsn("Postfix, gave up", "4.4.1", "X-Postfix; connect to mx.acme.test[203.0.113.9]:25: Connection timed out", hard=False),
    dsn("Exim with a report", "5.0.0", "smtp; 550 No such person at this address", sender="Mail Delivery System <Mailer-Daemon@mx.acme.test>", subject="Mail delivery failed: returning message to sender"),
    dsn("Sendmail", "5.1.1", "SMTP; 550 5.1.1 <ann@acme.test>... User unknown", sender="Mail Delivery Subsystem <MAILER-DAEMON@mx.acme.test>", subject="Returned mail: see transcript for details", returned="text/rfc822-headers"),
    dsn("Exchange", "5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ann@acme.test not found by SMTP address lookup", sender="postmaster@acme.test", subject="Undeliverable: A few questions"),
    dsn("Microsoft 365, access denied", "5.4.1", "smtp;550 5.4.1 Recipient address rejected: Access denied. [AM7EUR03FT012.eop-EUR03.prod.protection.outlook.com]", sender="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@acme.test>", subject="Undeliverable: A few questions"),
    dsn("Exchange, German, mailbox full", "5.2.2", "smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", hard=False, sender="postmaster@acme.test", subject="Unzustellbar: A few questions"),
    dsn("Exchange, policy", "5.7.1", "smtp;550 5.7.1 Message rejected due to content restrictions", hard=False, sender="postmaster@acme.test", subject="Undeliverable: A few questions"),
    dsn("Gmail", "5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach does not exist. 550 5.1.1 https://support.google.com/mail/?p=NoSuchUser - gsmtp", sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>", subject="Delivery Status Notification (Failure)"),
    dsn("Gmail, over quota", "4.2.2", "smtp; 452-4.2.2 The recipient's inbox is out of storage space. - gsmtp", hard=False, sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>", subject="Delivery Status Notification (Failure)"),
    dsn("Gmail, blocked", "5.7.26", "smtp; 550-5.7.26 This mail has been blocked because the sender is unauthenticated.", hard=False, sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>", subject="Delivery Status Notification (Failure)"),
    dsn("Yahoo", "5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo.com account (ann@acme.test)", sender="MAILER-DAEMON@yahoo.test", subject="Failure Notice"),
    dsn("iCloud", "5.1.1", "smtp;550 5.1.1 <ann@acme.test>: user does not exist", subject="Undelivered Mail Returned to Sender"),
    dsn("Amazon SES", "5.1.1", "smtp; 550 5.1.1 user unknown", recipient="Final-Recipient: rfc822;ann@acme.test", sender="MAILER-DAEMON@amazonses.test", subject="Delivery Status Notification (Failure)"),
    dsn("OpenSMTPD", "5.1.1", "", action="error", subject="Delivery status notification: error", words="Your message could not be delivered to ann@acme.test: 550 Invalid recipient"),
    dsn("Courier", "5.0.0", "smtp; 550 User unknown.", sender='"Courier mail server at mx.acme.test" <@mx.acme.test>', subject="NOTICE: mail delivery status."),
    dsn("Lotus Domino", "5.1.1", "X-Notes; User ann (ann@acme.test) not listed in Domino Directory", sender="postmaster@acme.test", subject="DELIVERY FAILURE: User ann (ann@acme.test) not listed in Domino Directory"),
    dsn("Angle brackets without a type", "5.1.1", "smtp; 550 unknown user", recipient="Final-Recipient: <ann@acme.test>"),
    dsn("Only the original recipient", "5.1.1", "smtp; 550 unknown user", recipient="Original-Recipient: rfc822;ann@acme.test"),
    dsn("Comment after the action", "5.1.1", "smtp; 550 unknown user", action="failed (permanent)"),
    dsn("Mimecast", "5.1.1", "smtp; 550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550", sender="postmaster@mimecast.test", subject="[Postmaster] Email Delivery Failure"),
    dsn("Proofpoint", "5.1.1", "smtp; 550 5.1.1 User Unknown", subject="Returned mail: User unknown", sender="Mail Delivery Subsystem <MAILER-DAEMON@pphosted.test>"),
    dsn("Account closed", "5.2.1", "smtp; 550 5.2.1 The email account that you tried to reach is disabled."),
    dsn("Address in capitals", "5.1.1", "smtp; 550 unknown user", recipient="Final-Recipient: RFC822; ann@ACME.TEST"),
    plain("qmail", "Hi. This is the qmail-send program at mx.acme.test.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<ann@acme.test>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n" + ORIGINAL, sender="MAILER-DAEMON@mx.acme.test"),
    plain("Exim without a report", "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  ann@acme.test\n    SMTP error from remote mail server after RCPT TO:<ann@acme.test>:\n    550 5.1.1 User unknown\n\n------ This is a copy of the message, including all the headers. ------\n\n" + ORIGINAL, subject="Mail delivery failed: returning message to sender", X_Failed_Recipients="ann@acme.test"),
    plain("GMX, German", "Dieser Brief konnte nicht zugestellt werden.\n\nThe following address failed:\n\n<ann@acme.test>:\n  SMTP error from remote server for RCPT TO command, host: mx.acme.test, reason: 550 unknown user\n\nIncluded is a copy of the message header:\n" + ORIGINAL, subject="Mail delivery failed: returning message to sender", sender="mailer-daemon@gmx.test"),
    plain("IMail", "undeliverable to ann@acme.test\nUser mailbox exceeds allowed size: ann@acme.test\n\nOriginal message follows.\n\n" + ORIGINAL, hard=False, sender="Postmaster <postmaster@acme.test>", subject="Undeliverable Mail", X_Mailer="<SMTP32 v8.22>"),
    plain("MailEnable", "Message could not be delivered to some recipients.\nThe following recipient(s) could not be reached:\n\n\tRecipient: [SMTP:ann@acme.test]\n\tReason: 550 unknown user\n\nMessage headers follow:\n\n" + ORIGINAL, subject="Message Delivery Failure", sender="postmaster@acme.test"),
    plain("mail.ru", "This message was created automatically by mail delivery software.\n\nA message that you sent was rejected by the receiving server:\n\n  ann@acme.test\n    550 user not found\n\nThis is a copy of your message\n\n" + ORIGINAL, subject="Mail failure.", sender="mailer-daemon@corp.mail.test"),
    plain("The address only in the subject's words", "Sorry, we could not do it.\nThe person is no longer with us. 550 5.1.1 unknown\n\n" + ORIGINAL, subject="Undeliverable: A few questions", sender="postmaster@acme.test", named=False),
    plain("French", "Votre message n'a pas pu être remis.\nRaison : 550 5.1.1 utilisateur inconnu, user unknown\n\n" + ORIGINAL, subject="Non remis : Quelques questions", sender="postmaster@acme.test", named=False),
    plain("Japanese", "メールを配信できませんでした。 550 5.1.1 user unknown\n\n" + ORIGINAL, subject="配信不能: 質問", sender="postmaster@acme.test", named=False),
    plain("Spanish, by its envelope", "No se pudo entregar. 550 5.1.1 user unknown\n\n" + ORIGINAL, subject="No se puede entregar: Preguntas", sender="administrador@acme.test", named=False),
)  # fmt: skip

DELAYED = dsn("Postfix, still trying", "4.4.1", "X-Postfix; connect to mx.acme.test: Connection refused", False, action="delayed", subject="Delayed Mail (still being retried)")  # fmt: skip

COMPLAINTS = tuple(
    (
        name,
        {"From": sender, "Subject": "complaint about message from 203.0.113.1", "Content_Type": "multipart/report; report-type=feedback-report; boundary=b"},
        f"--b\nContent-Type: text/plain\n\nThis is an email abuse report.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nUser-Agent: {name}/1.0\nVersion: 1\n{more}\n--b\nContent-Type: message/rfc822\n\n{ORIGINAL}\n--b--\n",
    )
    for name, sender, kind, more in (
        ("Yahoo", "feedback@arf.mail.yahoo.test", "abuse", "Original-Rcpt-To: ann@acme.test\n"),
        ("Hidden", "staff@hotmail.test", "abuse", "Original-Mail-From: <replies@northwind.example>\n"),
        ("Fraud", "abuse@acme.test", "fraud", "Removal-Recipient: ann@acme.test\n"),
        ("Opt out", "fbl@comcast.test", "opt-out", "Original-Rcpt-To: <ann@acme.test>\n"),
    )
)  # fmt: skip

PEOPLE = (
    ("talks about a bounce", {"Subject": "Undeliverable: what does it mean?"}, "I got 'user unknown' for bob@acme.test. Why?\n"),
    ("forwards a bounce", {"Subject": "Fwd: failure notice"}, "See below.\n\n> <bob@acme.test>:\n> Sorry, no mailbox here by that name. (#5.1.1)\n"),
    ("is the postmaster in person", {"From": "postmaster@acme.test", "Subject": "Our new mail server"}, "It works now.\n"),
)  # fmt: skip
