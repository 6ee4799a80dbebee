"""What a raw mail says, as plain data; the shapes that leave the limited process."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Automatic = Literal["", "auto-replied", "auto-generated", "list", "bounce", "complaint"]


class Unreadable(Exception):  # noqa: N818  as the state of such a mail is called
    """This mail cannot be parsed. `code`: too_slow, too_big, crashed, too_deep, broken."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Attached:
    """A file that came with a mail; `name` is fit for any file system, `mime` such as `application/pdf`."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Failure:
    """An address that a mail of ours did not reach. `address` is empty where the report does not name it; `hard`:
    it will never be reached; `delayed`: its server is still trying."""

    address: str
    hard: bool
    why: str
    delayed: bool = False


@dataclass(frozen=True)
class Complaint:
    """Somebody has told their provider that a mail of ours is unwanted. `address` is empty where it is hidden."""

    address: str
    kind: str  # as the provider calls it: abuse, fraud, opt-out ...


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A parsed mail. Addresses have lower-case domains in ASCII; Message-IDs come without angle brackets.

    `sender` is empty where the From header does not name exactly one address. `text` is what was newly written,
    `full_text` with everything quoted. `authenticated` says by what the configured server knows the sender: dmarc,
    dkim, spf, auth, or empty for not at all. `automatic` says what a mail is that no person has written, and
    `automatic_by` by which sign. `answered` are the Message-IDs of In-Reply-To and References, the nearest first;
    `reported` that of the mail that a bounce or a complaint is about. `left_out` tells of what was too much.
    """

    sender: str
    sender_name: str = ""
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    full_text: str = ""
    date: datetime | None = None
    message_id: str = ""
    answered: tuple[str, ...] = ()
    authenticated: str = ""
    automatic: Automatic = ""
    automatic_by: str = ""
    failures: tuple[Failure, ...] = ()
    complaint: Complaint | None = None
    reported: str = ""
    reported_to: tuple[str, ...] = ()
    attachments: tuple[Attached, ...] = ()
    left_out: tuple[str, ...] = field(default=())
