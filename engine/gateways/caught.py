"""Mails kept as files: one `.eml` each, numbered in the order they came."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default as modern
from itertools import count
from pathlib import Path

from engine.gateways.mail import Attachment


@dataclass(frozen=True)
class CaughtMail:
    """What a list shows. `id` is a number such as `0012`, unique in its folder; `to` holds every recipient."""

    id: str
    at: datetime
    sender: str
    to: str
    subject: str
    path: Path


@dataclass(frozen=True)
class OpenedMail:
    """A mail with its parts; `text` and `html` are empty where there is no such part."""

    mail: CaughtMail
    text: str
    html: str
    attachments: tuple[Attachment, ...]


def keep(folder: Path, sender: str, recipients: list[str], content: bytes) -> str:
    """Write a mail so that it survives a crash of the machine; its id."""
    folder.mkdir(parents=True, exist_ok=True)
    envelope = f"X-Envelope-From: {sender}\r\nX-Envelope-To: {', '.join(recipients)}\r\n".encode()
    draft = folder / f".{os.getpid()}-{id(content)}.tmp"
    with draft.open("xb") as file:
        file.write(envelope + content)
        file.flush()
        os.fsync(file.fileno())
    number = _named(draft, folder)
    draft.unlink()
    _sync(folder)
    return number


def listing(folder: Path) -> tuple[CaughtMail, ...]:
    """All mails of a folder, oldest first; none where there is no folder."""
    return tuple(_summary(path) for path in sorted(folder.glob("[0-9]*.eml"), key=_number))


def show(folder: Path, mail_id: str) -> OpenedMail:
    """One mail. Raises KeyError where there is none of this id."""
    path = folder / f"{mail_id}.eml"
    if not mail_id.isdigit() or not path.is_file():
        raise KeyError(mail_id)
    message = message_from_bytes(path.read_bytes(), policy=modern)
    return OpenedMail(_summary(path), _part(message, "plain"), _part(message, "html"), _attachments(message))


def _named(draft: Path, folder: Path) -> str:
    """Give the file the next free number; a link, unlike a rename, never replaces a mail."""
    for number in count(max((_number(path) for path in folder.glob("[0-9]*.eml")), default=0) + 1):
        try:
            os.link(draft, folder / f"{number:04}.eml")
        except FileExistsError:
            continue
        return f"{number:04}"
    raise AssertionError("numbers do not end")


def _number(path: Path) -> int:
    return int(path.stem)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _summary(path: Path) -> CaughtMail:
    with path.open("rb") as file:
        headers = BytesHeaderParser(policy=modern).parse(file)
    return CaughtMail(
        id=path.stem,
        at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        sender=str(headers["From"] or headers["X-Envelope-From"]),
        to=str(headers["X-Envelope-To"]),
        subject=str(headers["Subject"] or ""),
        path=path,
    )


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body(preferencelist=(subtype,))
    return "\n".join((*str(part.get_content()).splitlines(), "")) if part else ""


def _attachments(message: EmailMessage) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(part.get_filename() or "", part.get_content_type(), bytes(part.get_payload(decode=True)))
        for part in message.iter_attachments()
    )
