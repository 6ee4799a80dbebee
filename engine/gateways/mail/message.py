"""One outgoing mail, checked when it is made, and its bytes as they go over the wire."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from engine.gateways.mail.addresses import checked_address, checked_text
from engine.gateways.outcome import Refused

_MESSAGE_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True)
class Attachment:
    name: str
    mime: str  # `application/pdf`
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One message to one person, with copies. Raises Refused (`address`, `header`) where a part cannot be sent.

    `message_id` is given without angle brackets (see `message_id_for`).
    """

    to: str
    sender: str
    subject: str
    text: str
    html: str
    message_id: str
    to_name: str = ""
    sender_name: str = ""
    cc: tuple[str, ...] = ()
    reply_to: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        _freeze(self, "to", checked_address(self.to))
        _freeze(self, "sender", checked_address(self.sender, "sender"))
        _freeze(self, "cc", tuple(checked_address(copy, "cc") for copy in self.cc))
        _freeze(self, "reply_to", self.reply_to and checked_address(self.reply_to, "reply_to"))
        for field, text in (("subject", self.subject), ("to_name", self.to_name), ("sender_name", self.sender_name)):
            checked_text(text, field)
        _check_headers(self)

    @property
    def recipients(self) -> tuple[str, ...]:
        return (self.to, *self.cc)

    @property
    def needs_utf8(self) -> bool:
        """Whether an address has letters before the @ that plain SMTP cannot carry."""
        return not all(address.isascii() for address in (self.sender, *self.recipients))

    def to_bytes(self, at: datetime | None = None) -> bytes:
        """The message with CRLF line ends; text and HTML parts always, `at` (or now) as its date."""
        message = EmailMessage(policy=SMTPUTF8 if self.needs_utf8 else SMTP)
        _write_headers(message, self, at or datetime.now(UTC))
        message.set_content(self.text, cte="quoted-printable")
        message.add_alternative(self.html, subtype="html", cte="quoted-printable")
        for attachment in self.attachments:
            kind, _, subtype = attachment.mime.partition("/")
            message.add_attachment(attachment.content, kind, subtype, filename=attachment.name)
        return message.as_bytes()


def message_id_for(key: str, domain: str) -> str:
    """The Message-ID of an effect: the same for every attempt, and without anything personal in it."""
    return f"{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}"


def _freeze(mail: Mail, field: str, value: object) -> None:
    object.__setattr__(mail, field, value)


def _check_headers(mail: Mail) -> None:
    if not _MESSAGE_ID.fullmatch(mail.message_id):
        raise Refused("header", f"`message_id` {mail.message_id!r} is not of the form unique-part@domain.")
    for name, value in mail.headers:
        if not _HEADER_NAME.fullmatch(name):
            raise Refused("header", f"{name!r} is not the name of a header.")
        checked_text(value, name)
    for attachment in mail.attachments:
        checked_text(attachment.name, "attachment name")


def _write_headers(message: EmailMessage, mail: Mail, at: datetime) -> None:
    message["Message-ID"] = f"<{mail.message_id}>"
    message["Date"] = format_datetime(at)
    message["From"] = Address(mail.sender_name, addr_spec=mail.sender)
    message["To"] = Address(mail.to_name, addr_spec=mail.to)
    if mail.cc:
        message["Cc"] = [Address(addr_spec=copy) for copy in mail.cc]
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=mail.reply_to)
    message["Subject"] = mail.subject
    message["Auto-Submitted"] = "auto-generated"  # keeps vacation responders and other robots silent
    for name, value in mail.headers:
        message[name] = value
