"""One outgoing mail, checked when it is made, and its bytes as they go over the wire."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from engine.gateways.mail import wire
from engine.gateways.mail.addresses import LONGEST_NAME, checked_address, checked_text
from engine.gateways.outcome import Refused

_MESSAGE_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{1,250}@[\x21-\x3b\x3d\x3f-\x7e]{1,255}")
_MIME = re.compile(r"[a-z]{1,40}/[A-Za-z0-9.+-]{1,120}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,76}")


@dataclass(frozen=True)
class Attachment:
    name: str
    mime: str  # `application/pdf`
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One message to one person, with copies. Raises Refused (`address`, `header`) where a part cannot be sent.

    `message_id` is given without angle brackets (see `message_id_for`). `account` names the one of several accounts
    that it is sent by; `envelope` is where the mail returns to that cannot be delivered, if not to its sender.
    `images` are shown inside: the HTML names them as `cid:NAME@baton`.
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
    account: str = ""
    envelope: str = ""
    images: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        _freeze(self, "to", checked_address(self.to))
        _freeze(self, "sender", checked_address(self.sender, "sender"))
        _freeze(self, "cc", tuple(checked_address(copy, "cc") for copy in self.cc))
        _freeze(self, "reply_to", self.reply_to and checked_address(self.reply_to, "reply_to"))
        _freeze(self, "envelope", self.envelope and checked_address(self.envelope, "envelope"))
        checked_text(self.subject, "subject")
        for field, name in (("to_name", self.to_name), ("sender_name", self.sender_name)):
            checked_text(name, field, LONGEST_NAME)
        _check_headers(self)

    @property
    def recipients(self) -> tuple[str, ...]:
        return (self.to, *self.cc)

    @property
    def returns_to(self) -> str:
        return self.envelope or self.sender

    @property
    def needs_utf8(self) -> bool:
        """Whether an address has letters before the @ that plain SMTP cannot carry."""
        return not all(address.isascii() for address in (self.sender, self.returns_to, self.reply_to, *self.recipients))

    def to_bytes(self, at: datetime | None = None) -> bytes:
        """The message with CRLF line ends; text and HTML parts always, `at` (or now) as its date."""
        bodies = [wire.text_part(self.text, "plain"), self._shown()]
        content = wire.together("alternative", _boundary(self, "bodies"), bodies)
        if self.attachments:
            files = [wire.file_part(file.name, file.mime, file.content) for file in self.attachments]
            content = wire.together("mixed", _boundary(self, "files"), [content, *files])
        return _headers(self, at or datetime.now(UTC)) + content

    def _shown(self) -> bytes:
        """The HTML, together with the pictures in it."""
        html = wire.text_part(self.html, "html")
        if not self.images:
            return html
        pictures = [wire.image_part(one.name, one.mime, one.content) for one in self.images]
        return wire.together("related", _boundary(self, "images"), [html, *pictures])


def message_id_for(key: str, domain: str, secret: bytes) -> str:
    """The Message-ID of an effect: the same for every attempt, and without anything personal in it.

    Only who has the workspace's `secret` can work it out: who else knows it has seen the mail. What names it is
    believed to answer that mail, or to report that it came back.
    """
    return f"{hmac.new(secret, f'mail/{key}'.encode(), 'sha256').hexdigest()[:40]}@{domain}"


def _freeze(mail: Mail, field: str, value: object) -> None:
    object.__setattr__(mail, field, value)


def _check_headers(mail: Mail) -> None:
    if not _MESSAGE_ID.fullmatch(mail.message_id):
        raise Refused("header", f"`message_id` {mail.message_id!r} is not of the form unique-part@domain.")
    for name, value in mail.headers:
        if not _HEADER_NAME.fullmatch(name):
            raise Refused("header", f"{name!r} is not the name of a header.")
        checked_text(value, name)
    if wrong := next((one.name for one in mail.images if not _PLAIN_NAME.fullmatch(one.name)), None):
        raise Refused("header", f"{wrong!r} is no name of a picture.")
    for attachment in (*mail.attachments, *mail.images):
        checked_text(attachment.name, "attachment name", LONGEST_NAME)
        if not _MIME.fullmatch(attachment.mime):
            raise Refused("header", f"{attachment.mime!r} is no type of a file such as `application/pdf`.")


def _headers(mail: Mail, at: datetime) -> bytes:
    written = [
        ("Message-ID", f"<{mail.message_id}>"),
        ("Date", format_datetime(at)),
        ("Auto-Submitted", "auto-generated"),  # keeps vacation responders and other robots silent
        ("MIME-Version", "1.0"),
        *([("Cc", ",\r\n ".join(mail.cc))] if mail.cc else []),
        *([("Reply-To", mail.reply_to)] if mail.reply_to else []),
    ]
    people = (("From", mail.sender, mail.sender_name), ("To", mail.to, mail.to_name))
    lines = [f"{name}: {value}\r\n" for name, value in written]
    lines += [f"{name}: {wire.address(email, person)}\r\n" for name, email, person in people]
    lines += [wire.header(name, value) for name, value in (("Subject", mail.subject), *mail.headers)]
    return "".join(lines).encode()


def _boundary(mail: Mail, part: str) -> str:
    return f"=_{hashlib.sha256(f'{part} {mail.message_id}'.encode()).hexdigest()[:32]}"
